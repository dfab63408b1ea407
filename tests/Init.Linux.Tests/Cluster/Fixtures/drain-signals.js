// A primary that stops its worker as pminit does: disconnect, and the signal 200 ms after the channel has ended, or at half of the time.
// PRELOAD: NODE_OPTIONS of the worker; KIND: what the worker is; prints what it said and how it ended, as JSON.
const cluster = require('cluster');
const http = require('http');
const { KIND: kind, PRELOAD: preload } = process.env;
const time = 2000; // kill_timeout

if (cluster.isWorker) {
  const server = http.createServer((request, response) => {
    setTimeout(() => response.end('served'), +request.url.slice(1));
    if (request.url !== '/20') process.send({ begun: true });
  });
  process.on('exit', () => process.stdout.write('exit '));
  if (kind === 'handler' || kind === 'keeper' || kind === 'once') {
    process[kind === 'once' ? 'once' : 'on']('SIGTERM', (name, number) => {
      process.stdout.write(`${name} ${number} `);
      server.close((error) => process.stdout.write(`closed ${error} `));
      setTimeout(() => process.exit(), 400); // longer than it takes until the signal itself comes
    });
    process.on('disconnect', () => kind === 'keeper' && process.exit(3));
  } else if (kind === 'other') {
    process.on('SIGINT', () => process.stdout.write('SIGINT '));
  } else if (kind === 'timer') {
    setInterval(() => {}, 1000);
  }
  if (kind === 'message') process.on('message', () => server.close((error) => process.stdout.write(`closed ${error} `, () => process.exit())));
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, left: process.env.PMINIT_KILL_SIGNAL }));
} else {
  const worker = cluster.fork({ NODE_OPTIONS: preload, PMINIT_KILL_SIGNAL: 'SIGTERM' }, cluster.setupPrimary({ silent: true }));
  let said = '';
  let answer = 'none';
  // One request after the other over a connection that is kept.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const load = (port) => http.get({ port, path: '/20', agent }, (response) => response.resume().on('end', () => load(port))).on('error', () => {});
  worker.process.stdout.on('data', (text) => (said += text));
  worker.process.stderr.pipe(process.stderr);
  let told = null;
  let request = null;
  worker.on('message', (message) => {
    if (message.begun) return stop();
    told = message;
    const { port } = message;
    if (kind === 'message') load(port);
    const wait = kind === 'busy' ? 1400 : kind === 'endless' ? 60000 : 100;
    request = http.get({ port, path: `/${wait}`, agent: false }, (response) => {
      answer = response.statusCode;
      response.resume();
    });
    request.on('error', () => (answer = 'cut'));
  });
  const stop = () => {
    const began = Date.now();
    if (kind === 'message') {
      worker.send({ cmd: 'NODE_PMINIT_DRAIN' });
      worker.send('shutdown');
    } else {
      worker.send({ cmd: 'NODE_CLUSTER', act: 'disconnect', seq: 1 });
    }
    const half = kind === 'message' ? 0 : setTimeout(() => worker.process.kill('SIGTERM'), time / 2);
    const end = setTimeout(() => worker.process.kill('SIGKILL'), time);
    worker.on('disconnect', () => {
      clearTimeout(half);
      if (Date.now() - began < time / 2) setTimeout(() => worker.process.kill('SIGTERM'), 200);
    });
    worker.process.on('close', (code, signal) => {
      clearTimeout(half);
      clearTimeout(end);
      request.destroy();
      console.log(JSON.stringify({ said: said.trim(), code, signal, answer, left: told.left || null, took: Date.now() - began }));
      process.exit();
    });
  };
}
