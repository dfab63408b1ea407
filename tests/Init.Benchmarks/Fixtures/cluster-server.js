// An HTTP server that answers with its pid.
const pid = String(process.pid);
require('http').createServer((request, response) => {
  response.setHeader('Content-Length', pid.length);
  response.end(pid);
}).listen(Number(process.env.PORT));
