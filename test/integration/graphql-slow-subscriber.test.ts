import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import WebSocket from 'ws';
import { WAITING_LIMITS } from '../../src/adapters/events/waiting-events';
import { type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';

let service: TestService;
// As much waits in the buffers of a connection, whatever the limit, so a low one takes less work.
const CHARACTERS = 400_000;
const limit = jest.replaceProperty(WAITING_LIMITS as { characters: number }, 'characters', CHARACTERS);

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

it('a subscriber that does not read gets an error and is ended; others miss nothing', async () => {
  // Each message is thirty times as long as its event, so that the two ends of the connection hold
  // few of them between them. The others are more than may wait, by their length.
  const bodies = Array.from({ length: 30 }, (_, n) => `b${n}: body`).join(' ');
  const query = `subscription { ticketEvents { event { ... on CommunicatedEvent { ${bodies} } } } }`;
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
  const total = 8 * (1 + 20);
  await untilTrue(() => quick.messages.length === total);
  const cursors = quick.messages.map(({ payload }) => payload.data.ticketEvents.cursor);
  expect(new Set(cursors).size).toBe(total);

  slow.socket.resume();
  await untilTrue(() => slow.messages.at(-1)?.type === 'complete');
  expect(slow.messages.at(-2)).toMatchObject({
    id: 'events',
    type: 'next',
    payload: {
      errors: [
        {
          message:
            'The subscription ended because more than 400,000 characters of events were waiting to be read; subscribe again.',
          extensions: { code: 'SLOW_SUBSCRIBER' },
        },
      ],
    },
  });
  expect(slow.messages.length).toBeLessThan(total);
  // The socket itself is well.
  slow.socket.send(JSON.stringify({ ...EVENTS, id: 'again' }));
  await service.mutate('resolveTicket', { ticketId: ticketIds[0] });
  await untilTrue(() => slow.messages.at(-1)?.id === 'again');
  slow.socket.close();
  quick.socket.close();
});
