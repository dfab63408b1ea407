// An ordinary Node server that knows nothing of pminit: answers with its pid, logs a line a request, ends politely on SIGTERM.
const http = require('node:http');

let served = 0;
const server = http.createServer((request, response) => {
  served += 1;
  console.log(`served ${served}`);
  response.end(String(process.pid));
});

server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => {
  console.log('closing');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
