import { afterAll, beforeAll, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const SUBSCRIBE = {
  id: 'events',
  type: 'subscribe',
  payload: {
    query:
      'subscription { ticketEvents { cursor event { number ... on CommunicatedEvent { body } ... on AssignedEvent { assignee } } } }',
  },
};

/** A subscriber by hand, whose socket can be left unread. */
async function subscribe(): Promise<{ readonly socket: WebSocket; readonly messages: Json[] }> {
  const socket = new WebSocket(service.url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: Json[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await untilTrue(() => messages.length === 1);
  socket.send(JSON.stringify(SUBSCRIBE));
  // Answered after the subscription has begun, as the socket is read in order.
  socket.send(JSON.stringify({ id: 'after', type: 'subscribe', payload: { query: '{ viewer { seesAllClients } }' } }));
  await untilTrue(() => messages.length === 3);
  messages.length = 0;
  return { socket, messages };
}

/** Sends requests of ten mutations each, for all tickets at once. */
async function everywhere(
  ticketIds: readonly string[],
  times: number,
  name: string,
  input: string,
  head = '',
  variables: Json = {},
): Promise<void> {
  await Promise.all(
    ticketIds.map(async (id) => {
      const one = (n: number) => `m${n}: ${name}(input: { ticketId: "${id}", ${input} }) { clientMutationId }`;
      const ten = `mutation ${head} { ${Array.from({ length: 10 }, (_, n) => one(n)).join(' ')} }`;
      for (let n = 0; n < times; n++) await service.data(ten, variables);
    }),
  );
}

it('a subscriber that does not read gets an error and is ended; others miss nothing', async () => {
  const slow = await subscribe();
  const quick = await subscribe();
  slow.socket.pause();
  const ticketIds = await Promise.all(Array.from({ length: 8 }, () => service.submit(SEV2)));
  // Enough to fill what the two ends of a connection hold between them, then more than a queue
  // takes.
  const body = 'x'.repeat(60_000);
  await everywhere(ticketIds, 2, 'communicate', 'direction: OUTBOUND, body: $body', '($body: String!)', { body });
  await everywhere(ticketIds, 14, 'assignTicket', 'assignee: "Ada"');
  const total = 8 * (1 + 20 + 7 * 20);
  await untilTrue(() => quick.messages.length === total);
  const cursors = quick.messages.map(({ payload }) => payload.data.ticketEvents.cursor);
  expect(new Set(cursors).size).toBe(total);

  slow.socket.resume();
  await untilTrue(() => slow.messages.at(-1)?.type === 'complete');
  expect(slow.messages.at(-2)).toMatchObject({
    id: 'events',
    type: 'next',
    payload: { errors: [{ extensions: { code: 'SLOW_SUBSCRIBER' } }] },
  });
  expect(slow.messages.length).toBeLessThan(total);
  // The socket itself is well.
  slow.socket.send(JSON.stringify({ ...SUBSCRIBE, id: 'again' }));
  await service.mutate('resolveTicket', { ticketId: ticketIds[0] });
  await untilTrue(() => slow.messages.at(-1)?.id === 'again');
  slow.socket.close();
  quick.socket.close();
}, 180_000);
