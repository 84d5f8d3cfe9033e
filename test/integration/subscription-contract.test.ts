import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { Client } from 'pg';
import pino from 'pino';
import { startEdgeServer } from '../support/edge-server';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { IdentityProvider } from '../support/identity-provider';
import { LIVE_TRANSPORTS, type LiveClient, type LiveRequest } from '../support/live-transports';
import { until, untilTrue } from '../support/until';

let service: TestService;
let guarded: TestService;
let provider: IdentityProvider;
beforeAll(async () => {
  provider = await IdentityProvider.start();
  service = await startTestService({ config: { maxSubscriptions: 4 } });
  guarded = await startTestService({ config: provider.config() });
});
afterAll(async () => {
  await guarded?.close();
  await service?.close();
  await provider.close();
});

/** So much, three hundred times, is far more than the buffers of a connection hold. */
const LONG = 'x'.repeat(100_000);
const EVENTS =
  'subscription ($filter: TicketEventFilter) { ticketEvents(filter: $filter) { cursor ticket { id } event { type } } }';
const ticketsOf = (results: readonly Json[]): string[] => results.map(({ data }) => data.ticketEvents.ticket.id);

/** The second event of the last ticket, of a type that this version does not know. */
async function insertNewerEvent(): Promise<void> {
  const client = new Client(service.database.url);
  await client.connect();
  await client.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT id, client_id, 2, 'FORETOLD', opened_at, opened_at, '{}', '{}' FROM tickets ORDER BY number DESC LIMIT 1`,
  );
  await client.end();
}

describe.each(LIVE_TRANSPORTS)('over $name', (transport) => {
  const opened: LiveClient[] = [];
  const open = (url = service.url, authorization?: string): LiveClient => {
    const client = transport.open(url, authorization);
    opened.push(client);
    return client;
  };
  const isSse = transport.name !== 'graphql-ws';
  /** Lines of the log for subscriptions that have ended. */
  const endedIn = ({ logged }: Pick<TestService, 'logged'>) => logged.filter(({ msg }) => msg === 'subscription ended');
  afterEach(async () => {
    const before = endedIn(service).length;
    for (const client of opened.splice(0)) client.close();
    // So that no test begins with the subscriptions of another.
    await untilTrue(() => endedIn(service).length >= before);
  });

  it('a subscription delivers what happens after it has begun, in order, and nothing from before', async () => {
    await service.submit();
    const listener = await open().subscribe({ query: EVENTS });
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push(await service.submit(SEV2));
    const results = await listener.has(12);
    expect(ticketsOf(results)).toEqual(ids);
    expect(new Set(results.map(({ data }) => data.ticketEvents.cursor)).size).toBe(12);
    listener.leave();
  });

  it('a filter selects', async () => {
    const wanted = await service.submit(SEV2);
    const listener = await open().subscribe({
      query: EVENTS,
      variables: { filter: { ticket: { eq: wanted }, type: { eq: 'ACKNOWLEDGED' } } },
    });
    const other = await service.submit(SEV2);
    for (const ticketId of [other, wanted]) await service.mutate('acknowledgeTicket', { ticketId });
    expect(ticketsOf(await listener.has(1))).toEqual([wanted]);
    listener.leave();
    expect(listener.results).toHaveLength(1);
  });

  it('a subscription ends before an event of a newer version, with an error that it can be tried again', async () => {
    const listener = await open().subscribe({ query: EVENTS });
    const wanted = await service.submit(SEV2);
    await insertNewerEvent();
    await service.submit(SEV2);
    expect(await listener.end).toEqual({ how: 'REFUSED', codes: ['SERVICE_UNAVAILABLE'] });
    expect(ticketsOf(listener.results)).toEqual([wanted]);
  });

  it('queries and mutations are answered once and completed', async () => {
    const query = await open().subscribe({ query: '{ viewer { seesAllClients } }' });
    expect(await query.end).toEqual({ how: 'COMPLETED' });
    expect(query.results).toEqual([{ data: { viewer: { seesAllClients: true } } }]);
    const mutation = await open().subscribe({
      query: 'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { severity } } }',
      variables: { input: { subject: 'Down', impacts: SEV1 } },
    });
    expect(await mutation.end).toEqual({ how: 'COMPLETED' });
    expect(mutation.results).toEqual([{ data: { submitTicket: { ticket: { severity: 'SEV1' } } } }]);
  });

  it.each<[string, LiveRequest, string]>([
    ['a document that cannot be parsed', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED'],
    ['a document that is not valid', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown operation', { query: EVENTS, operationName: 'Other' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['variables of another type', { query: EVENTS, variables: { filter: { type: 1 } } }, 'BAD_USER_INPUT'],
    [
      'an argument that its field refuses',
      { query: 'subscription { deadlineApproaching(lead: "PT0S") { kind } }' },
      'BAD_USER_INPUT',
    ],
  ])('%s is refused with its code', async (_, request, code) => {
    const listener = await open().subscribe(request);
    expect(await listener.end).toEqual({ how: 'REFUSED', codes: [code] });
    expect(listener.results).toEqual([]);
  });

  it('a subscription ends in the service when its client completes it', async () => {
    const before = endedIn(service).length;
    const listener = await open().subscribe({ query: EVENTS });
    listener.leave();
    await untilTrue(() => endedIn(service).length === before + 1);
    expect(endedIn(service).at(-1)).toMatchObject({
      transport: isSse ? 'sse' : 'websocket',
      kind: 'subscription',
      answers: 0,
    });
  });

  it('and when its connection is closed', async () => {
    const before = endedIn(service).length;
    const client = open();
    await client.subscribe({ query: EVENTS });
    client.close();
    await untilTrue(() => endedIn(service).length === before + 1);
  });

  it('subscriptions beyond the limit of the process are refused, and those that have ended do not count', async () => {
    const client = open();
    for (let n = 0; n < 4; n++) await client.subscribe({ query: EVENTS });
    const refused = await client.subscribe({ query: EVENTS });
    const end = await refused.end;
    // An event stream that is shared refuses the request that would start it.
    if (end.how === 'DISCONNECTED') expect(end.code).toBe(503);
    else expect(end).toEqual({ how: 'REFUSED', codes: ['TOO_MANY_SUBSCRIPTIONS'] });
    client.close();
    const again = open();
    await until(
      async () => (await (await again.subscribe({ query: '{ viewer { seesAllClients } }' })).end).how,
      (how) => how === 'COMPLETED',
    );
    await until(
      async () => {
        const listener = await open().subscribe({ query: EVENTS });
        const state = await Promise.race([listener.end, service.submit().then(() => listener.has(1))]);
        return 'how' in state ? state.how : 'LISTENS';
      },
      (state) => state === 'LISTENS',
    );
  });

  it('connections beyond the limit of an address are refused', async () => {
    const edge = await startEdgeServer({ maxSocketsPerAddress: 1, schema: tickSchema(0) });
    const first = await open(edge.url).subscribe({ query: 'subscription { ticks { n } }' });
    const second = await open(edge.url).subscribe({ query: 'subscription { ticks { n } }' });
    expect(await second.end).toEqual({ how: 'DISCONNECTED', code: isSse ? 503 : 1013 });
    first.leave();
    await until(
      async () => (await (await open(edge.url).subscribe({ query: '{ one }' })).end).how,
      (how) => how === 'COMPLETED',
    );
    await edge.close();
  });

  it('a caller without a credential, or with a wrong one, is refused', async () => {
    for (const authorization of [undefined, 'Bearer wrong', 'Basic dTpw']) {
      const listener = await open(guarded.url, authorization).subscribe({ query: EVENTS });
      expect(await listener.end).toEqual({ how: 'DISCONNECTED', code: isSse ? 401 : 4403 });
    }
  });

  const ADMIN = { sub: 'root', name: 'Root', stepdown_role: 'admin' };
  const asAdmin = async (query: string, variables: Json = {}): Promise<Json> => {
    const headers = { authorization: `Bearer ${await provider.token(ADMIN)}` };
    const { data, errors } = await guarded.ask(query, variables, headers);
    expect(errors).toEqual([]);
    return data;
  };
  const CREATE_KEY = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }';

  it('a subscription ends when its credential is revoked', async () => {
    const { createApiKey } = await asAdmin(CREATE_KEY, { input: { name: 'Desk', scopes: ['READ', 'SUBSCRIBE'] } });
    const listener = await open(guarded.url, `Bearer ${createApiKey.secret}`).subscribe({ query: EVENTS });
    await asAdmin('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }', {
      id: createApiKey.apiKey.id,
    });
    expect(await listener.end).toEqual(
      isSse ? { how: 'REFUSED', codes: ['FORBIDDEN'] } : { how: 'DISCONNECTED', code: 4403 },
    );
  });

  it('a caller receives the events of the tickets that it may see, beside callers who may see others', async () => {
    const names = ['Acme', 'Globex'].map((name) => `${name} ${Math.random()}`);
    const clientIds = await Promise.all(
      names.map(
        async (name): Promise<string> =>
          (
            await asAdmin('mutation ($name: String!) { createClient(input: { name: $name }) { client { id } } }', {
              name,
            })
          ).createClient.client.id,
      ),
    );
    const customers = await Promise.all(
      names.map(async (name, n) => {
        const token = await provider.token({
          sub: `customer-${name}`,
          name: `Customer ${n}`,
          stepdown_role: 'client',
          stepdown_clients: name,
        });
        return open(guarded.url, `Bearer ${token}`).subscribe({ query: EVENTS });
      }),
    );
    const everyone = await open(guarded.url, `Bearer ${await provider.token(ADMIN)}`).subscribe({ query: EVENTS });
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) {
      const input = { subject: 'Down', impacts: SEV2, clientId: clientIds[n % 2] };
      const { submitTicket } = await asAdmin(
        'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }',
        { input },
      );
      ids.push(submitTicket.ticket.id);
    }
    expect(ticketsOf(await everyone.has(6))).toEqual(ids);
    for (const [n, customer] of customers.entries()) {
      expect(ticketsOf(await customer.has(3))).toEqual(ids.filter((_, place) => place % 2 === n));
      expect(customer.results).toHaveLength(3);
    }
  });

  it('a client that reads nothing is closed, logged and counted, and another receives everything', async () => {
    const logged: Json[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => logged.push(JSON.parse(line)) });
    const edge = await startEdgeServer({ schema: tickSchema(300), stalledMs: 2_000, logger });
    const request = { query: 'subscription { ticks { n text } }' };
    const readToEnd = await transport.openUnread(edge.url, request);
    const listener = await open(edge.url).subscribe(request);
    expect(await listener.end).toEqual({ how: 'COMPLETED' });
    expect(listener.results.map(({ data }) => data.ticks.n)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    await untilTrue(() => edge.unread.closed === 1);
    await readToEnd();
    expect(logged.filter(({ msg }) => /because its client does not read$/.test(msg))).toHaveLength(1);
    expect(edge.unread).toEqual({ closed: 1, cutOff: 0 });
    await edge.close();
  });

  it('when the service stops, connections end without completing, so that clients connect again', async () => {
    const stopping = await startEdgeServer({ schema: tickSchema(0) });
    const listener = await open(stopping.url).subscribe({ query: 'subscription { ticks { n } }' });
    await stopping.close();
    expect(await listener.end).toEqual({ how: 'DISCONNECTED', code: isSse ? null : 1001 });
  });
});

/** Ticks with numbers from 1 and a long text; without any and without an end if `count` is 0. */
function tickSchema(count: number): GraphQLSchema {
  const ticks = () => {
    let n = 0;
    const events: AsyncIterableIterator<{ readonly ticks: object }> = {
      next: async () => {
        n += 1;
        if (n <= count) return { done: false, value: { ticks: { n, text: LONG } } };
        return count === 0 ? new Promise(() => undefined) : { done: true, value: undefined };
      },
      return: async () => ({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => events,
    };
    return events;
  };
  const tick = new GraphQLObjectType({
    name: 'Tick',
    fields: { n: { type: GraphQLInt }, text: { type: GraphQLString } },
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { one: { type: GraphQLInt, resolve: () => 1 } } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { ticks: { type: tick, subscribe: ticks } } }),
  });
}
