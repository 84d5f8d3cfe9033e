import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { untilTrue } from '../support/until';

let server: EdgeServer;
beforeEach(async () => {
  server = await startEdgeServer();
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
