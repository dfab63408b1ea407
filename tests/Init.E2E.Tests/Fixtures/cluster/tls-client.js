// Connects eight times with the TLS session in a file (made by the first connection when it is not there) and prints what came of it.
const fs = require('fs'), tls = require('tls');
const [port, file] = process.argv.slice(2);
const connect = (session) => new Promise((done, fail) => {
  // With TLS 1.2 the session is complete with the handshake.
  const socket = tls.connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2', session }, () => {
    const result = { isReused: socket.isSessionReused(), session: socket.getSession(), text: '' };
    socket.on('data', (data) => { result.text += data; });
    socket.on('end', () => done(result));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  });
  socket.on('error', fail);
});

(async () => {
  if (!fs.existsSync(file)) fs.writeFileSync(file, (await connect()).session);
  const session = fs.readFileSync(file), pids = new Set();
  let reused = 0;
  for (let i = 0; i < 8; i++) {
    const result = await connect(session);
    reused += result.isReused ? 1 : 0;
    pids.add(result.text.split('\r\n\r\n')[1]);
  }
  console.log(JSON.stringify({ reused, pids: [...pids] }));
})();
