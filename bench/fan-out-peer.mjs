// The peer of bench/fan-out.mjs: `ws` alone, which sends one prepared buffer to all its sockets.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
process.send({ url: `ws://127.0.0.1:${server.address().port}` });
process.on('message', ({ messages, length }) => {
  const prepared = Buffer.alloc(length, 'x');
  const next = (left) => {
    for (const socket of server.clients) socket.send(prepared, { binary: false });
    if (left > 1) setImmediate(() => next(left - 1));
  };
  next(messages);
});
process.on('disconnect', () => process.exit());
