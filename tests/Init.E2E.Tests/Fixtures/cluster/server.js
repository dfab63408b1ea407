// A server of the kind in KIND that answers with its pid. It knows nothing of clusters.
const fs = require('fs'), kind = process.env.KIND;
const where = process.env.SOCKET || Number(process.env.PORT);
const pid = String(process.pid);
const handler = (request, response) => { response.setHeader('Content-Length', pid.length); response.end(pid); };
const tls = () => ({ key: fs.readFileSync(`${process.env.CERTIFICATE}/key.pem`), cert: fs.readFileSync(`${process.env.CERTIFICATE}/cert.pem`) });
const listening = function () { console.log(`listening ${(this.address && this.address() && this.address().port) || where}`); };

if (kind === 'crash' && process.env.NODE_APP_INSTANCE === '1') process.exit(3);

switch (kind) {
  case 'http': case 'crash': require('http').createServer(handler).listen(where, listening); break;
  case 'reuse': require('http').createServer(handler).listen({ port: where, reusePort: true }, listening); break;
  case 'exclusive': {
    const host = `127.0.0.${1 + Number(process.env.NODE_APP_INSTANCE)}`;
    require('http').createServer(handler).listen({ port: where, host, exclusive: true }, listening);
    break;
  }
  case 'https': require('https').createServer(tls(), handler).listen(where, listening); break;
  case 'http2': require('http2').createServer(handler).listen(where, listening); break;
  case 'net': require('net').createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(`${pid}\n`));
  }).listen(where, listening); break;
  case 'dgram': {
    const socket = require('dgram').createSocket('udp4');
    socket.on('message', (message, from) => socket.send(pid, from.port, from.address));
    socket.bind(where, '127.0.0.1', listening);
    break;
  }
  case 'express': {
    const app = require('express')();
    app.get('/', (request, response) => response.send(pid));
    app.listen(where, listening);
    break;
  }
  case 'fastify': {
    const app = require('fastify')();
    app.get('/', async () => pid);
    app.listen({ port: where, host: '0.0.0.0' }, () => console.log(`listening ${where}`));
    break;
  }
  case 'socket.io': {
    const server = require('http').createServer(handler);
    new (require('socket.io').Server)(server).on('connection', (socket) => socket.on('pid', (answer) => answer(pid)));
    server.listen(where, listening);
    break;
  }
  default: throw new Error(`KIND=${kind}`);
}
