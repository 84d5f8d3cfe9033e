import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import WebSocket from 'ws';
import { type Json, SEV1, SEV2, SEV3, SEV4, startTestService, type TestService } from '../support/graphql-service';
import { askOver, type Listener, listenOver, openSocket } from '../support/graphql-socket';

let service: TestService;
/** Another process on the same database would be the same: nothing is shared but the database. */
let other: TestService;
const clients: Client[] = [];

beforeAll(async () => {
  service = await startTestService();
  other = await startTestService({ database: service.database });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});
afterAll(async () => {
  await other.close();
  await service.close();
});

const connect = (to: TestService = service): Client => {
  const client = openSocket(to.url);
  clients.push(client);
  return client;
};

const listen = (query: string, variables: Json = {}, client: Client = connect()): Promise<Listener> =>
  listenOver(client, query, variables);

const EVENTS =
  'subscription ($filter: TicketEventFilter) { ticketEvents(filter: $filter) { cursor ticket { id version state } event { __typename number type cursor } } }';
const CHANGES =
  'subscription ($filter: SeverityChangedFilter) { severityChanged(filter: $filter) { cursor ticket { id severity sla { resolution { status } } } change { from to cause by { name } deadlineBefore deadlineAfter } } }';

describe('ticketEvents', () => {
  it('sends what this and another process change, in order, each once', async () => {
    const listener = await listen(EVENTS);
    const ticketId = await service.submit(SEV1);
    await other.mutate('acknowledgeTicket', { ticketId });
    await service.mutate('recordCall', { ticketId });
    await other.mutate('resolveTicket', { ticketId });
    const payloads = (await listener.has(4)).map(({ data }) => data.ticketEvents);
    expect(payloads.map(({ event }) => event.type)).toEqual(['SUBMITTED', 'ACKNOWLEDGED', 'CALL_RECORDED', 'RESOLVED']);
    expect(payloads.every(({ ticket, event, cursor }) => ticket.id === ticketId && cursor === event.cursor)).toBe(true);
    expect(payloads.at(-1)).toMatchObject({ ticket: { state: 'RESOLVED' }, event: { __typename: 'ResolvedEvent' } });
    expect(new Set(payloads.map(({ cursor }) => cursor)).size).toBe(4);
  });

  it('filters by ticket, client, type and severity', async () => {
    const { client } = await service.mutate('createClient', { name: 'Acme' }, 'client { id }');
    const mine = await service.submit(SEV2, { clientId: client.id });
    const theirs = await service.submit(SEV2);
    const byTicket = await listen(EVENTS, { filter: { ticket: { eq: mine } } });
    const byClient = await listen(EVENTS, { filter: { client: { in: [client.id] } } });
    const byType = await listen(EVENTS, { filter: { type: { in: ['RESOLVED'] } } });
    const bySeverity = await listen(EVENTS, { filter: { severity: { lt: 'SEV2' } } });
    for (const ticketId of [theirs, mine]) {
      await service.mutate('acknowledgeTicket', { ticketId });
      await service.mutate('resolveTicket', { ticketId });
    }
    const last = await service.submit(SEV1, { clientId: client.id });
    const seen = (results: Json[]) => results.map(({ data: { ticketEvents: e } }) => [e.ticket.id, e.event.type]);
    expect(seen(await byTicket.has(2))).toEqual([
      [mine, 'ACKNOWLEDGED'],
      [mine, 'RESOLVED'],
    ]);
    expect(seen(await byClient.has(3))).toEqual([
      [mine, 'ACKNOWLEDGED'],
      [mine, 'RESOLVED'],
      [last, 'SUBMITTED'],
    ]);
    expect(seen(await byType.has(2))).toEqual([
      [theirs, 'RESOLVED'],
      [mine, 'RESOLVED'],
    ]);
    expect(seen(await bySeverity.has(1))).toEqual([[last, 'SUBMITTED']]);
  });

  it('ends for the subscriber that leaves and goes on for another on the same socket', async () => {
    // One socket carries both, and what it receives is recorded before the client sorts it: a
    // client drops what comes for a subscription that it has left.
    const client = connect();
    const received: string[] = [];
    client.on('message', ({ type, ...message }) => {
      if (type === 'next' && 'id' in message) received.push(message.id);
    });
    const gone = await listen(EVENTS, {}, client);
    const staying = await listen(EVENTS, {}, client);
    await service.submit(SEV2);
    await Promise.all([gone.has(1), staying.has(1)]);
    gone.leave();
    // Answered after the server has read that it is left.
    await askOver(client, '{ __typename }');
    received.length = 0;
    await service.submit(SEV2);
    await staying.has(2);
    await service.submit(SEV2);
    await staying.has(3);
    await askOver(client, '{ __typename }');
    // Two events for the one that stays, and the answer to the query.
    expect(received).toHaveLength(3);
    expect(new Set(received).size).toBe(2);
  });
});

describe('severityChanged', () => {
  it('sends a change of every cause, with the deadlines before and after', async () => {
    const listener = await listen(CHANGES);
    const ticketId = await other.submit(SEV1);
    await other.mutate('applyWorkaround', { ticketId, description: 'w', remaining: SEV3 });
    await service.mutate('withdrawWorkaround', { ticketId });
    await service.mutate('reclassifyTicket', { ticketId, impacts: SEV2 });
    await service.mutate('reclassifyTicket', { ticketId, override: { severity: 'SEV1', reason: 'r' } });
    const payloads = (await listener.has(4)).map(({ data }) => data.severityChanged);
    expect(payloads.map(({ change }) => [change.from, change.to, change.cause])).toEqual([
      ['SEV1', 'SEV3', 'WORKAROUND'],
      ['SEV3', 'SEV1', 'WORKAROUND_WITHDRAWN'],
      ['SEV1', 'SEV2', 'RECLASSIFIED'],
      ['SEV2', 'SEV1', 'OVERRIDDEN'],
    ]);
    expect(payloads[0].change).toMatchObject({
      deadlineBefore: null,
      deadlineAfter: expect.any(String),
      by: { name: 'local operator' },
    });
    expect(payloads[0].cursor).toMatch(/^[\w-]+$/);
  });

  it('filters by the severity before and after', async () => {
    const down = await listen(CHANGES, { filter: { from: { eq: 'SEV1' }, to: { gte: 'SEV3' } } });
    const byCause = await listen(CHANGES, { filter: { cause: { eq: 'RECLASSIFIED' } } });
    const ticketId = await service.submit(SEV2);
    await service.mutate('reclassifyTicket', { ticketId, impacts: SEV1 });
    await service.mutate('applyWorkaround', { ticketId, description: 'w', remaining: SEV4 });
    expect((await down.has(1)).map(({ data }) => data.severityChanged.change)).toMatchObject([
      { from: 'SEV1', to: 'SEV4' },
    ]);
    expect((await byCause.has(1)).map(({ data }) => data.severityChanged.change)).toMatchObject([
      { from: 'SEV2', to: 'SEV1' },
    ]);
    expect(down.results).toHaveLength(1);
  });
});

describe('a WebSocket', () => {
  it('refuses a subscription without its field, and stays open', async () => {
    const client = connect();
    const field = 'ticketEvents { cursor }';
    for (const document of [
      `subscription { ${field.replace(' ', ' @skip(if: true) ')} }`,
      `subscription ($is: Boolean!) { ${field.replace(' ', ' @include(if: $is) ')} }`,
      `subscription { ... @include(if: false) { ${field} } }`,
      `subscription { ... Field } fragment Field on Subscription { ... Field2 } fragment Field2 on Subscription { ... @skip(if: true) { ${field} } }`,
    ]) {
      const refusal = [
        expect.objectContaining({
          message: expect.stringContaining('cannot have @skip or @include'),
          extensions: expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
        }),
      ];
      await expect(askOver(client, document, { is: false })).rejects.toEqual(refusal);
      const { status, errors } = await service.ask(document, { is: false });
      expect([status, errors]).toEqual([400, refusal]);
    }
    const listener = await listen('subscription { ... on Subscription { ticketEvents { cursor } } }', {}, client);
    await service.submit();
    expect(await listener.has(1)).toHaveLength(1);
  });

  it('carries out mutations as well', async () => {
    const client = connect();
    const { data } = await askOver(
      client,
      'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { severity } } }',
      {
        input: { subject: 's', impacts: SEV1 },
      },
    );
    expect(data.submitTicket.ticket.severity).toBe('SEV1');
  });

  it.each<readonly [string, string, Json, string]>([
    ['a syntax error', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'too many levels',
      `{ ticket(number: 1) ${'{ followUpOf '.repeat(16)}{ id }${' }'.repeat(16)} }`,
      {},
      'OPERATION_TOO_LARGE',
    ],
    ['too many tokens', `{ ${'viewer { seesAllClients } '.repeat(2000)} }`, {}, 'GRAPHQL_PARSE_FAILED'],
    ['variables of another type', EVENTS, { filter: { type: 1 } }, 'BAD_USER_INPUT'],
    ['a malformed id in a filter', EVENTS, { filter: { ticket: { eq: 'nonsense' } } }, 'BAD_USER_INPUT'],
    ['too long a list', EVENTS, { filter: { type: { in: Array(1001).fill('RESOLVED') } } }, 'BAD_USER_INPUT'],
  ])('refuses an operation that has %s', async (_name, query, variables, code) => {
    const client = connect();
    const errors = await askOver(client, query, variables).then(
      (answer) => answer.errors,
      (thrown: Json) => thrown,
    );
    expect(errors[0].extensions.code).toBe(code);
    // The socket goes on.
    expect((await askOver(client, '{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  it('takes at most 100 operations at a time', async () => {
    const client = connect();
    await listen(EVENTS, {}, client);
    for (let n = 1; n < 99; n++)
      client.subscribe({ query: EVENTS }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await askOver(client, '{ __typename }');
    client.subscribe({ query: EVENTS }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await expect(askOver(client, '{ __typename }')).rejects.toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  const raw = async (
    headers: Record<string, string> = {},
    protocol: string | string[] = 'graphql-transport-ws',
    path = '',
  ): Promise<WebSocket> => {
    const socket = new WebSocket(service.url.replace('http', 'ws') + path, protocol, { headers });
    await new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
    return socket;
  };

  it('refuses a page of another origin, and another path', async () => {
    await expect(raw({ origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(raw({ origin: 'null' })).rejects.toThrow('403');
    await expect(raw({ host: 'evil.example', origin: 'http://evil.example' })).rejects.toThrow('421');
    await expect(raw({}, 'graphql-transport-ws', '/elsewhere')).rejects.toThrow('404');
    const own = await raw({ origin: new URL(service.url).origin });
    own.close();
  });
});

it('closes its sockets with code 1001 when the service stops', async () => {
  const third = await startTestService({ database: service.database });
  const codes: number[] = [];
  const client = connect(third);
  client.on('closed', (event) => codes.push((event as { readonly code: number }).code));
  const listener = await listen(EVENTS, {}, client);
  listener.ended.catch(() => undefined);
  await third.close();
  await expect(fetch(third.url)).rejects.toThrow();
  expect(codes).toEqual([1001]);
});
