import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const pid: string = String(process.pid);
createServer((request: IncomingMessage, response: ServerResponse) => {
  response.setHeader('Content-Length', pid.length);
  response.end(pid);
}).listen(Number(process.env.PORT), () => console.log(`listening ${process.env.PORT}`));
