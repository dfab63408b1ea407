// Node's own primary replaces two workers under the load of kept-alive connections: a client that never retries. Prints what it saw as JSON.
const cluster = require('cluster'), net = require('net'), tls = require('tls'), http2 = require('http2');
cluster.setupPrimary({ exec: `${__dirname}/drain-worker.js`, execArgv: process.env.ARGUMENTS ? process.env.ARGUMENTS.split(' ') : [] });
const patience = 5000;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const fork = () => new Promise((done) => {
  const worker = cluster.fork({ NODE_OPTIONS: process.env.PRELOAD });
  worker.once('message', (said) => done({ worker, said }));
});
const ok = {}, failed = [];
let stopped = false, closes = 0;

const ask = (kind, port, path, think) => new Promise((done) => {
  const connect = () => {
    if (stopped) return done();
    let text = '', isWaiting = false, isOver = false;
    const send = () => {
      if (stopped) { isOver = true; socket.destroy(); return done(); }
      isWaiting = true;
      text = '';
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    };
    const socket = kind === 'https' ? tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, send) : net.connect(port, '127.0.0.1', send);
    const end = (why) => {
      if (isOver) return;
      isOver = true;
      if (isWaiting) failed.push(`${kind} ${path}: ${why}`);
      socket.destroy();
      connect();
    };
    socket.on('data', (data) => {
      text += data;
      const body = text.indexOf('\r\n\r\n') + 4, length = /content-length: (\d+)/i.exec(text);
      if (body < 4 || (length ? text.length < body + Number(length[1]) : !text.endsWith('0\r\n\r\n'))) return;
      isWaiting = false;
      ok[kind] = (ok[kind] || 0) + 1;
      if (path === '/header' && !/x-a: b\r\nx-a: c\r\n/i.test(text)) failed.push(`headers are damaged: ${text}`);
      if (/^connection: close/im.test(text)) {
        closes++;
        isOver = true;
        socket.destroy();
        return connect();
      }
      think ? setTimeout(() => isOver || send(), think * (0.5 + Math.random())) : send();
    });
    socket.on('end', () => end('closed under a request'));
    socket.on('error', (error) => end(error.code));
  };
  connect();
});

const stream = async (port) => {
  let session, asked = 0;
  while (!stopped) {
    if (!session || session.closed || session.destroyed) {
      asked = 0;
      session = http2.connect(`http://127.0.0.1:${port}`);
      session.on('error', (error) => failed.push(`http2 session: ${error.message}`));
      // Node serves no stream that comes after a GOAWAY, so its number may not promise more than was taken; and clients fail that may not ask once.
      session.on('goaway', (code, last) => {
        if (last > asked) failed.push(`http2: ${last} is promised to be served, and ${asked} was the last`);
        if (!last) failed.push('http2: a session was ended before its first stream');
      });
      await new Promise((done) => session.once('connect', done));
      continue;
    }
    await new Promise((done) => {
      let text = '';
      const request = session.request({ ':path': '/?ms=3' });
      request.on('data', (data) => { text += data; });
      if (request.pending) request.on('ready', () => { asked = request.id; });
      else asked = request.id;
      // Refused by the number of the GOAWAY, or made here after it was read: not taken, so another session may ask it.
      request.on('error', (error) => /REFUSED_STREAM/.test(error.message) || failed.push(`http2: ${error.message}`));
      request.on('close', () => {
        if (text) ok.http2 = (ok.http2 || 0) + 1;
        done();
      });
    });
  }
  session.close();
};

/** Asks once and keeps the connection: nobody may wait for it to ask again. */
const idle = (port) => new Promise((done) => {
  const socket = net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  socket.on('data', done);
  socket.on('error', done);
});

(async () => {
  const workers = [await fork(), await fork()];
  const [http, https, h2] = workers[0].said.ports;
  const paths = ['/', '/?ms=5', '/explicit', '/object', '/array', '/pairs', '/header', '/stream?ms=2'];
  const load = [...paths, ...paths].map((path) => ask('http', http, path, 0));
  for (let i = 0; i < 4; i++) load.push(ask('http', http, '/', 300), ask('https', https, '/', 20), stream(h2));
  for (let i = 0; i < 8; i++) await idle(http);
  await sleep(300);
  let killed = 0;
  for (let i = 0; i < workers.length; i++) {
    const old = workers[i].worker;
    workers[i] = await fork();
    const timer = setTimeout(() => { killed++; old.process.kill('SIGKILL'); }, patience);
    const gone = new Promise((done) => old.once('exit', done));
    old.disconnect();
    await gone;
    clearTimeout(timer);
  }
  stopped = true;
  await Promise.race([Promise.all(load), sleep(1000)]);
  console.log(JSON.stringify({ ok, failed, closes, killed, said: workers.map((w) => w.said) }));
  process.exit(0);
})();
