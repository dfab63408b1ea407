// Twelve Socket.IO clients over the transport TRANSPORT (websocket, polling). Prints "connected" when each has been answered; when there is a file "go", asks again and prints which workers answered.
const fs = require('fs'), { io } = require('socket.io-client');
const sockets = Array.from({ length: 12 }, () => io(`http://127.0.0.1:${process.env.PORT}`, { transports: [process.env.TRANSPORT], reconnectionDelay: 20, forceNew: true }));
const ask = () => Promise.all(sockets.map((socket) => socket.timeout(5000).emitWithAck('pid')));
(async () => {
  await ask();
  console.log('connected');
  const timer = setInterval(async () => {
    if (!fs.existsSync('go')) return;
    clearInterval(timer);
    console.log(`answered by ${[...new Set(await ask())].sort().join()}`);
  }, 20);
})();
