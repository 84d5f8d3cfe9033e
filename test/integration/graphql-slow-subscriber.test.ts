import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import WebSocket from 'ws';
import { RECENT_LIMITS } from '../../src/adapters/events/recent-events';
import { type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';

let service: TestService;
// So that what a slow subscriber has not taken is read from the database.
const limit = jest.replaceProperty(RECENT_LIMITS as { events: number }, 'events', 10);

beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  await service.close();
  limit.restore();
});

const EVENTS = { id: 'events', type: 'subscribe', payload: { query: 'subscription { ticketEvents { cursor } }' } };

/** A subscriber by hand, whose socket can be left unread. */
async function subscribe(request: Json = EVENTS): Promise<{ readonly socket: WebSocket; readonly messages: Json[] }> {
  const socket = new WebSocket(service.url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: Json[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await untilTrue(() => messages.length === 1);
  socket.send(JSON.stringify(request));
  // Answered after the subscription has begun, as the socket is read in order.
  socket.send(JSON.stringify({ id: 'after', type: 'subscribe', payload: { query: '{ viewer { seesAllClients } }' } }));
  await untilTrue(() => messages.length === 3);
  messages.length = 0;
  return { socket, messages };
}

it('a subscriber that does not read for a while receives everything when it does; others miss nothing', async () => {
  // Each message is thirty times as long as its event, so that the two ends of the connection hold
  // few of them between them.
  const bodies = Array.from({ length: 30 }, (_, n) => `b${n}: body`).join(' ');
  const query = `subscription { ticketEvents { cursor event { ... on CommunicatedEvent { ${bodies} } } } }`;
  const slow = await subscribe({ ...EVENTS, payload: { query } });
  const quick = await subscribe();
  slow.socket.pause();
  const ticketIds = await Promise.all(Array.from({ length: 8 }, () => service.submit(SEV2)));
  const body = 'x'.repeat(6_000);
  await Promise.all(
    ticketIds.map(async (id) => {
      const one = (n: number) =>
        `m${n}: communicate(input: { ticketId: "${id}", direction: OUTBOUND, body: $body }) { clientMutationId }`;
      const ten = `mutation ($body: String!) { ${Array.from({ length: 10 }, (_, n) => one(n)).join(' ')} }`;
      for (let n = 0; n < 2; n++) await service.data(ten, { body });
    }),
  );
  const cursorsOf = (messages: readonly Json[]) => messages.map(({ payload }) => payload.data.ticketEvents.cursor);
  const total = 8 * (1 + 20);
  await untilTrue(() => quick.messages.length === total);
  const cursors = cursorsOf(quick.messages);
  expect(new Set(cursors).size).toBe(total);
  expect(cursors).toEqual(cursors.toSorted());
  expect(slow.messages.length).toBeLessThan(total);

  slow.socket.resume();
  await untilTrue(() => slow.messages.length === total);
  expect(cursorsOf(slow.messages)).toEqual(cursors);
  slow.socket.close();
  quick.socket.close();
});
