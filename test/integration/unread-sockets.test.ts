import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { closeOf, pongFrame, rawWebSocket, textFrame } from '../support/raw-http';
import { untilTrue } from '../support/until';

/** Far more than the operating system takes of one message while nothing is read. */
const LENGTH = 9_500_000;
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { long: { type: GraphQLString, resolve: () => 'x'.repeat(LENGTH) } },
  }),
});
const ASK = textFrame({ type: 'subscribe', id: 'long', payload: { query: '{ long }' } });

let edge: EdgeServer;
beforeEach(async () => {
  edge = await startEdgeServer({ schema, stalledMs: 600 });
});
afterEach(() => edge.close());

it('a client that takes nothing of what waits is cut off, whatever it sends, and not one for which nothing waits', async () => {
  const silent = await rawWebSocket(edge.url);
  const stalled = await rawWebSocket(edge.url);
  stalled.write(ASK);
  const ponging = setInterval(() => stalled.write(pongFrame()), 50);
  await closeOf(stalled);
  clearInterval(ponging);
  let answers = '';
  silent.on('data', (data) => (answers += data));
  silent.write(textFrame({ type: 'ping' }));
  silent.resume();
  await untilTrue(() => answers.includes('pong'));
  silent.destroy();
});

it('a client that begins to read while its socket is being closed learns why', async () => {
  const socket = await rawWebSocket(edge.url);
  socket.write(ASK);
  await untilTrue(() => edge.unread.closed === 1);
  const pieces: Buffer[] = [];
  socket.on('data', (data: Buffer) => pieces.push(data));
  socket.resume();
  const reason = 'Nothing of what waits was read for a time; connect again and go on with after';
  const close = Buffer.from([0x88, 2 + reason.length, 1013 >> 8, 1013 & 0xff, ...Buffer.from(reason)]);
  await untilTrue(() => Buffer.concat(pieces).includes(close));
  socket.destroy();
});

it('a client that takes a little of one long message now and then is not cut off', async () => {
  const socket = await rawWebSocket(edge.url);
  let taken = 0;
  socket.on('data', (data: Buffer) => {
    taken += data.length;
    socket.pause();
    setTimeout(() => socket.resume(), 10);
  });
  socket.write(ASK);
  socket.resume();
  await untilTrue(() => taken > LENGTH || socket.destroyed);
  expect(taken).toBeGreaterThan(LENGTH);
  socket.destroy();
});
