// An ordinary HTTP server: it knows nothing of pminit.
const http = require('node:http');
const server = http.createServer((request, response) => response.end(`hello from ${process.pid}\n`));
server.listen(process.env.PORT, '127.0.0.1', () => console.log(`listening on ${process.env.PORT}`));
process.on('SIGTERM', () => { console.log('closing'); server.close(() => process.exit(0)); });
