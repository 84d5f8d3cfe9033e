// The endpoint of a webhook for bench/event-ways.mjs, in a process of its own: it accepts every
// message after so many milliseconds (the argument).
import { once } from 'node:events';
import { createServer } from 'node:http';

const delay = Number(process.argv[2]);
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => setTimeout(() => response.writeHead(204).end(), delay));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send({ url: `http://127.0.0.1:${server.address().port}/` });
process.on('disconnect', () => process.exit());
