// Node's own primary with two workers. Told by SIGUSR2 it replaces them one after another as Node's documentation does it, and then writes a line.
const cluster = require('cluster'), fs = require('fs');
const count = 2, patience = 1600;
cluster.setupPrimary({ exec: `${__dirname}/cluster-server.js` });
const fork = () => new Promise((done) => {
  const worker = cluster.fork();
  worker.once('listening', () => done(worker));
});
const workers = [];
process.on('SIGUSR2', async () => {
  for (let i = 0; i < count; i++) {
    const old = workers[i];
    workers[i] = await fork();
    const timer = setTimeout(() => old.process.kill('SIGKILL'), patience);
    const gone = new Promise((done) => old.once('exit', done));
    old.disconnect();
    await gone;
    clearTimeout(timer);
  }
  fs.appendFileSync(process.env.RECORD, 'reloaded\n');
});
(async () => {
  for (let i = 0; i < count; i++) workers.push(await fork());
})();
