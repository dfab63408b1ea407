// One worker with an HTTP, an HTTPS and an HTTP/2 server; the path says how the answer is made.
const fs = require('fs'), folder = process.env.CERTIFICATE;
const tls = { key: fs.readFileSync(`${folder}/key.pem`), cert: fs.readFileSync(`${folder}/cert.pem`) };
const answer = (request, response) => {
  const body = String(process.pid), path = request.url;
  const end = () => {
    if (path.includes('explicit')) response.setHeader('Connection', 'keep-alive');
    if (path.includes('header')) response.setHeader('X-A', ['b', 'c']);
    if (path.includes('object')) response.writeHead(200, Object.freeze({ connection: 'keep-alive', 'Content-Length': body.length }));
    if (path.includes('array')) response.writeHead(200, ['connection', 'keep-alive', 'Content-Length', String(body.length)]);
    if (path.includes('pairs')) response.writeHead(200, [['connection', 'keep-alive'], ['Content-Length', String(body.length)]]);
    if (!path.includes('stream')) return response.end(body);
    response.write(body);
    setTimeout(() => response.end(), 30);
  };
  const ms = Number((/ms=(\d+)/.exec(path) || [])[1] || 0);
  ms ? setTimeout(end, ms) : end();
};
const servers = [require('http').createServer(answer), require('https').createServer(tls, answer), require('http2').createServer(answer)];
let left = servers.length;
for (const server of servers) {
  server.keepAliveTimeout = 60000;
  server.listen(0, '127.0.0.1', () => {
    if (--left === 0) process.send({ ports: servers.map((s) => s.address().port), options: process.env.NODE_OPTIONS, execArgv: process.execArgv });
  });
}
