import { createServer } from 'node:http';

const pid = String(process.pid);
createServer((request, response) => {
  response.setHeader('Content-Length', pid.length);
  response.end(pid);
}).listen(Number(process.env.PORT), () => console.log(`listening ${process.env.PORT}`));
