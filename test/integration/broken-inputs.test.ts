import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import { BrokenInputs, type BrokenRequest, Seeded, type ValuePlace } from '../support/broken-inputs';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { askOver, type Listener, listenOver, openSocket } from '../support/graphql-socket';

// A failure prints its seed. More requests find more: STEPDOWN_BROKEN_INPUTS=20000 npx jest …
const { STEPDOWN_BROKEN_INPUTS: count = '300', STEPDOWN_BROKEN_SEED: given } = process.env;
const seed = Number(given ?? process.hrtime.bigint() % 2n ** 31n);

let service: TestService;
let inputs: BrokenInputs;
let subscriptions: BrokenInputs;
let followed: string;
beforeAll(async () => {
  const schema = buildGraphQLSchema();
  service = await startTestService();
  const [a = '', b = ''] = [await service.submit(SEV1), await service.submit(SEV2, { externalId: 'EXT' })];
  await service.mutate('acknowledgeTicket', { ticketId: a });
  await service.mutate('communicate', { ticketId: a, direction: 'INBOUND', channel: 'EMAIL', body: 'Hello' });
  const known = await service.data(
    `query ($id: ID!) {
       ticket(id: $id) { events { edges { cursor } nodes { id cursor } } client { id } }
       tickets(orderBy: { field: OPENED_AT }) { edges { cursor } }
       bySeverity: tickets(orderBy: { field: SEVERITY }) { edges { cursor } }
       deadlines { edges { cursor node { id } } }
       policies { edges { cursor node { id calendars { id } } } }
     }`,
    { id: a },
  );
  const lists = [known.ticket.events, known.tickets, known.bySeverity, known.deadlines, known.policies];
  // No mutation knows this ticket, so that only the test of subscriptions changes it.
  followed = await service.submit(SEV1);
  const knownTokens = {
    ids: [
      a,
      a,
      b,
      known.ticket.client.id,
      known.deadlines.edges[0].node.id,
      known.policies.edges[0].node.id,
      known.policies.edges[0].node.calendars[0].id,
      ...known.ticket.events.nodes.map(({ id }: Json) => id),
    ],
    cursors: lists.flatMap(({ edges }) => edges.map(({ cursor }: Json) => cursor)),
    eventCursors: known.ticket.events.nodes.map(({ cursor }: Json) => cursor),
  };
  inputs = new BrokenInputs(schema, new Seeded(seed), knownTokens, ['query', 'mutation']);
  subscriptions = new BrokenInputs(
    schema,
    new Seeded(seed),
    { ...knownTokens, ids: [followed, followed, ...knownTokens.ids] },
    ['subscription'],
  );
});
afterAll(() => service.close());

/** What is wrong with the answer to broken input; null if it names the fault or has data. */
function faultOf({ status, errors }: { readonly status: number; readonly errors: readonly Json[] }): string | null {
  if (status >= 500) return `status ${status}: ${JSON.stringify(errors)}`;
  const wrong = errors.find(
    ({ message, extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR' || message.length > 400,
  );
  return wrong === undefined ? null : JSON.stringify(wrong);
}

const PLACES: readonly ValuePlace[] = ['VARIABLES', 'DOCUMENT', 'MIXED'];
/** Where the values of the request of a number are; each root field has each place in turn. */
const placeOf = (number: number): ValuePlace => PLACES[(number % 7) % PLACES.length] ?? 'MIXED';

test('no broken input is an internal error', async () => {
  const faults: Json[] = [];
  const seen = new Set<string>();
  for (let number = 0; number < Number(count); number += 1) {
    const request = inputs.request(number, placeOf(number));
    const answer = await service.ask(request.query, request.variables);
    for (const { extensions } of answer.errors) seen.add(String(extensions?.code));
    if (answer.errors.length === 0) seen.add('accepted');
    const fault = faultOf(answer);
    if (fault !== null) faults.push({ seed, number, ...request, fault });
  }
  expect(JSON.stringify(faults.slice(0, 3), null, 1)).toBe('[]');
  expect(loggedErrors()).toEqual([]);
  // The requests are neither all accepted nor all refused for one reason.
  expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']));
});

/** The faults that the service has logged. */
const loggedErrors = (): Json[] =>
  service.logged
    .filter(({ level }) => level >= 50)
    .map(({ err, msg }) => ({ msg, err }))
    .slice(0, 3);

/** A frame above 256 kB closes the socket before anything in it is read. */
const fitsInFrame = (request: BrokenRequest): boolean => Buffer.byteLength(JSON.stringify(request)) < 200_000;

/** The errors with which an operation of a socket was refused; a closed socket is a fault. */
const refusal = (errors: Json) =>
  Array.isArray(errors) ? { status: 200, errors } : { status: 500, errors: [{ message: String(errors) }] };

test('a broken input over a WebSocket is an error of its operation only', async () => {
  const client = openSocket(service.url);
  const faults: Json[] = [];
  for (let number = 0; number < 60; number += 1) {
    const request = inputs.request(number, placeOf(number));
    if (!fitsInFrame(request)) continue;
    const answer = await askOver(client, request.query, request.variables).then(
      ({ errors = [] }: Json) => ({ status: 200, errors }),
      refusal,
    );
    const fault = faultOf(answer);
    if (fault !== null) faults.push({ seed, number, ...request, fault });
  }
  await client.dispose();
  expect(JSON.stringify(faults.slice(0, 3), null, 1)).toBe('[]');
});

test('a broken subscription is refused, and one that is accepted has no internal error in its events', async () => {
  const clients = [openSocket(service.url)];
  const faults: Json[] = [];
  const listening: { readonly listener: Listener; readonly note: (answer: Parameters<typeof faultOf>[0]) => void }[] =
    [];
  const seen = new Set<string>();
  for (let number = 0; number < Number(count) / 3; number += 1) {
    const request = subscriptions.request(number, placeOf(number));
    if (!fitsInFrame(request)) continue;
    const note = (answer: Parameters<typeof faultOf>[0]): void => {
      for (const { extensions } of answer.errors) seen.add(String(extensions?.code));
      const fault = faultOf(answer);
      if (fault !== null) faults.push({ seed, number, ...request, fault });
    };
    // Over HTTP, which has no subscriptions, each is refused.
    if (number % 10 === 0) note(await service.ask(request.query, request.variables));
    // A socket takes at most 100 operations.
    if (number % 90 === 89) clients.unshift(openSocket(service.url));
    const listener = await listenOver(clients[0] as Client, request.query, request.variables);
    listener.ended.catch((errors) => note(refusal(errors)));
    listening.push({ listener, note });
  }
  // Events of many types, for those that were accepted. The last listener gets them last.
  const [client = openSocket(service.url)] = clients;
  const last = await listenOver(client, 'subscription { ticketEvents { event { __typename } } }');
  const changes: Json[] = [
    ['communicate', { direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it.' }],
    ['startWaiting', { reason: 'CLIENT' }],
    ['communicate', { direction: 'INBOUND', channel: 'EMAIL', body: 'Here you are.' }],
    ['resolveTicket', {}],
  ];
  for (const [name, input] of changes) await service.mutate(name, { ticketId: followed, ...input });
  await last.has(changes.length);
  for (const each of clients) await askOver(each, '{ viewer { seesAllClients } }');
  let delivered = 0;
  for (const { listener, note } of listening) {
    for (const { errors = [] } of listener.results) note({ status: 200, errors });
    delivered += listener.results.filter(({ data }) => data != null).length;
    listener.leave();
  }
  for (const each of clients) await each.dispose();
  expect(JSON.stringify(faults.slice(0, 3), null, 1)).toBe('[]');
  expect(loggedErrors()).toEqual([]);
  expect(delivered).toBeGreaterThan(0);
  expect([...seen]).toEqual(expect.arrayContaining(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']));
});
