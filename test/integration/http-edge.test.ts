import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { untilTrue } from '../support/until';

let server: EdgeServer;
beforeEach(async () => {
  server = await startEdgeServer({ maxSockets: 1 });
});
afterEach(() => server.close());

const open = () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
};
const QUERY = `/graphql?query=${encodeURIComponent('{ held }')}`;
const GET = `GET ${QUERY} HTTP/1.1\r\nHost: localhost\r\nApollo-Require-Preflight: 1\r\n\r\n`;
const BODY = JSON.stringify({ query: '{ held }' });
const POST = `POST /graphql HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
/** Another request is answered. */
const askAnother = async () => {
  const begun = server.begun.length;
  const answer = fetch(server.url.replace('/graphql', QUERY), { headers: { 'apollo-require-preflight': '1' } });
  await untilTrue(() => {
    server.release();
    return server.begun.length > begun;
  });
  server.release();
  expect((await answer).status).toBe(200);
};

it.each<[string, string, (socket: ReturnType<typeof open>) => void]>([
  ['GETs', GET, (socket) => socket.destroy()],
  ['GETs, half-closed', GET, (socket) => socket.end()],
  ['GETs, reset', GET, (socket) => socket.resetAndDestroy()],
  ['POSTs', POST, (socket) => socket.destroy()],
  ['POSTs, half-closed', POST, (socket) => socket.end()],
])('of %s sent ahead, none begins after its client has gone', async (_, request, leave) => {
  const socket = open();
  socket.write(request.repeat(3));
  await untilTrue(() => server.begun.length === 1);
  leave(socket);
  await untilTrue(() => server.begun[0]?.isOver === true);
  await askAnother();
  await askAnother();
  expect(server.begun.length).toBe(3);
});

it('connections that send nothing, or half a request, lock out no other and end no answer', async () => {
  const busy = fetch(server.url.replace('/graphql', QUERY), { headers: { 'apollo-require-preflight': '1' } });
  await untilTrue(() => server.begun.length === 1);
  const idle: ReturnType<typeof open>[] = [];
  let closed = 0;
  // More than all connections that the service takes.
  for (let n = 0; n < 1_100; n++) {
    const socket = open();
    socket.on('close', () => (closed += 1));
    if (n % 2 === 0) socket.write(POST.slice(0, n % 4 === 0 ? -1 : 20));
    idle.push(socket);
    if (n % 100 === 0) await untilTrue(() => !socket.connecting);
  }
  await untilTrue(() => closed >= 99);
  for (const path of ['/livez', '/readyz']) {
    expect((await fetch(server.url.replace('/graphql', path))).status).toBe(200);
  }
  server.release();
  expect((await busy).status).toBe(200);
  for (const socket of idle) socket.destroy();
});

it('a refused upgrade does not keep its connection', async () => {
  // The client keeps its half of the connection open.
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.resume();
  socket.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  await once(socket, 'end');
  await untilTrue(() => {
    socket.write('x');
    return socket.destroyed;
  });
});

it('an idle connection is kept for longer than a load balancer keeps it', async () => {
  const socket = open();
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^keep-alive: timeout=75\r$/im);
  socket.destroy();
});
