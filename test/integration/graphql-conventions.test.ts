import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMAND_TYPES } from '../../src/domain/ticket/commands';
import { type Json, SEV1, SEV2, SEV3, SEV4, startTestService, type TestService } from '../support/graphql-service';

let service: TestService;
let acme: string;
/** Ticket ids: four of Acme's, SEV1 to SEV4; one of the default client, resolved. */
let ids: string[];

beforeAll(async () => {
  service = await startTestService();
  acme = (await service.mutate('createClient', { name: 'Acme' }, 'client { id }')).client.id;
  ids = [];
  for (const [place, impacts] of [SEV1, SEV2, SEV3, SEV4].entries()) {
    const more = {
      clientId: acme,
      externalId: `EXT-${place}`,
      tags: [`n${place}`],
      assignee: place < 2 ? 'Ada' : null,
    };
    ids.push(await service.submit(impacts, { subject: `Ticket ${place}`, ...more }));
  }
  const resolved = await service.submit(SEV2, { subject: 'Ünïcode search', externalId: 'EXT-0', channel: 'PHONE' });
  await service.mutate('resolveTicket', { ticketId: resolved });
  ids.push(resolved);
});
afterAll(() => service.close());

const idOf = (text: string): string => Buffer.from(text).toString('base64url');
const UNKNOWN = idOf('Ticket:01890000-0000-7000-8000-000000000000');
const refused = async (query: string, variables?: Json): Promise<Json> => {
  const { errors } = await service.ask(query, variables);
  expect(errors).toHaveLength(1);
  return errors[0];
};

describe('ids', () => {
  it('are found by node and nodes, for every type', async () => {
    const { ticket, policy, deadlines } = await service.data(
      `query ($id: ID!) {
         ticket(id: $id) { id client { id } events(first: 1) { nodes { id } } }
         policy { id calendars { id } }
         deadlines(first: 1) { nodes { id } }
       }`,
      { id: ids[0] },
    );
    const all = [
      ['Ticket', ticket.id],
      ['Client', ticket.client.id],
      ['SubmittedEvent', ticket.events.nodes[0].id],
      ['Policy', policy.id],
      ['Calendar', policy.calendars[0].id],
      ['Deadline', deadlines.nodes[0].id],
    ] as const;
    const { nodes } = await service.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
      ids: all.map(([, id]) => id),
    });
    expect(nodes).toEqual(all.map(([__typename, id]) => ({ __typename, id })));
    for (const [__typename, id] of all) {
      expect(await service.data('query ($id: ID!) { node(id: $id) { __typename id } }', { id })).toEqual({
        node: { __typename, id },
      });
    }
  });

  it.each([
    UNKNOWN,
    'nonsense',
    '',
    'VGlja2V0',
    idOf('Ticket:'),
    idOf('Ticket:not-a-uuid'),
    idOf('Secret:1'),
    idOf('TicketEvent:01890000-0000-7000-8000-000000000000/1'),
    idOf('Policy:cimcloud/99'),
    idOf('Policy:cimcloud'),
    idOf('Policy:cimcloud/1/1'),
    idOf('Policy:cim\0cloud/1'),
    idOf('Calendar:cimcloud/1/nowhere'),
    idOf('Calendar:cimcloud/1/business/2'),
    idOf('Calendar:cimcloud/1/__proto__'),
    idOf('Deadline:01890000-0000-7000-8000-000000000000/RESPONSE'),
  ])('of nothing give null: %s', async (id) => {
    const query = 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }';
    expect(await service.data(query, { id })).toEqual({ node: null, nodes: [null] });
  });

  it('have all their parts and no more', async () => {
    const key = Buffer.from(ids[0] ?? '', 'base64url')
      .toString()
      .replace('Ticket:', '');
    const query = 'query ($id: ID!) { node(id: $id) { id } }';
    for (const known of [`TicketEvent:${key}/1`, `Deadline:${key}/RESPONSE`]) {
      expect((await service.data(query, { id: idOf(known) })).node).toEqual({ id: idOf(known) });
      for (const more of ['/2', '/', '\0', ' ']) {
        expect(await service.data(query, { id: idOf(known + more) })).toEqual({ node: null });
      }
    }
  });

  it('are accepted as base64 and as base64url, with or without padding', async () => {
    const base64 = Buffer.from(ids[0] ?? '', 'base64url').toString('base64');
    expect((await service.data('query ($id: ID!) { ticket(id: $id) { id } }', { id: base64 })).ticket.id).toBe(ids[0]);
  });

  it('are refused by nodes when there are more than 100', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    expect((await service.data(query, { ids: Array(100).fill(UNKNOWN) })).nodes).toHaveLength(100);
    const error = await refused(query, { ids: Array(101).fill(UNKNOWN) });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('ticket', () => {
  it('is found by id, by number, and by externalId with its client', async () => {
    const { ticket } = await service.data('query ($id: ID!) { ticket(id: $id) { id number } }', { id: ids[1] });
    const query =
      'query ($number: Int, $externalId: String, $client: ID) { ticket(number: $number, externalId: $externalId, client: $client) { id } }';
    for (const by of [{ number: ticket.number }, { externalId: 'EXT-1' }, { externalId: 'EXT-0', client: acme }]) {
      const expected = 'client' in by ? ids[0] : ids[1];
      expect(await service.data(query, by)).toEqual({ ticket: { id: expected } });
    }
    for (const by of [{ number: 2_000_000_000 }, { number: -1 }, { externalId: 'nothing' }, { externalId: '' }]) {
      expect(await service.data(query, by)).toEqual({ ticket: null });
    }
    const ambiguous = await refused(query, { externalId: 'EXT-0' });
    expect(ambiguous).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
      message: expect.stringMatching(/client/),
    });
  });

  it('is null when it does not exist', async () => {
    expect(await service.data('query ($id: ID!) { ticket(id: $id) { id } }', { id: UNKNOWN })).toEqual({
      ticket: null,
    });
  });

  it.each([
    '{ ticket { id } }',
    '{ ticket(id: "nonsense") { id } }',
    '{ ticket(id: "a", number: 1) { id } }',
    '{ ticket(number: 1, client: "a") { id } }',
    `{ ticket(id: "${idOf('Client:01890000-0000-7000-8000-000000000000')}") { id } }`,
    '{ ticket(externalId: "a\\u0000b") { id } }',
    'mutation { acknowledgeTicket(input: { ticketId: "nonsense" }) { ticket { id } } }',
  ])('a page that is asked for in contradictory ways is BAD_USER_INPUT: %s', async (query) => {
    expect((await refused(query)).extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('connections', () => {
  const PAGE =
    'edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount';
  const page = async (args: string): Promise<Json> =>
    (await service.data(`{ tickets(orderBy: { field: NUMBER }, ${args}) { ${PAGE} } }`)).tickets;

  it('go forward and backward over the same list', async () => {
    const forward: string[] = [];
    for (let after: string | null = null; ; ) {
      const found: Json = await page(`first: 2${after === null ? '' : `, after: "${after}"`}`);
      expect(found.totalCount).toBe(5);
      expect(found.edges.map(({ node }: Json) => node)).toEqual(found.nodes);
      expect(found.pageInfo.startCursor).toBe(found.edges[0].cursor);
      expect(found.pageInfo.hasPreviousPage).toBe(after !== null);
      forward.push(...found.nodes.map(({ id }: Json) => id));
      if (!found.pageInfo.hasNextPage) break;
      after = found.pageInfo.endCursor;
    }
    expect(forward).toEqual(ids);
    const last = await page('last: 2');
    expect(last.nodes.map(({ id }: Json) => id)).toEqual(ids.slice(3));
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = await page(`last: 2, before: "${last.pageInfo.startCursor}"`);
    expect(before.nodes.map(({ id }: Json) => id)).toEqual(ids.slice(1, 3));
  });

  it('give an empty page its page info', async () => {
    const { tickets } = await service.data(`{ tickets(filter: { text: "no such words" }) { ${PAGE} } }`);
    expect(tickets).toEqual({
      edges: [],
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it.each([
    'first: 0',
    'first: 101',
    'last: 0',
    'last: -1',
    'first: 1, last: 1',
    'after: "x"',
    'before: "bm90"',
    'after: "\\u0000"',
  ])('refuse %s', async (args) => {
    for (const list of ['tickets', 'deadlines']) {
      const error = await refused(`{ ${list}(${args}) { totalCount } }`);
      expect(error.extensions.code).toBe('BAD_USER_INPUT');
    }
    const nested = await service.ask(`{ ticket(number: 1) { events(${args}) { totalCount } } }`);
    expect(nested.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('refuse a cursor of another order', async () => {
    const { pageInfo } = await page('first: 1');
    const error = await refused(
      `{ tickets(orderBy: { field: SEVERITY }, after: "${pageInfo.endCursor}") { totalCount nodes { id } } }`,
    );
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('filters', () => {
  const found = async (filter: string): Promise<number[]> => {
    const asked = filter.replace('$acme', JSON.stringify(acme));
    const { tickets } = await service.data(
      `{ tickets(filter: ${asked}, orderBy: { field: NUMBER }) { totalCount nodes { id } } }`,
    );
    expect(tickets.totalCount).toBe(tickets.nodes.length);
    return tickets.nodes.map(({ id }: Json) => ids.indexOf(id));
  };
  it.each<readonly [string, readonly number[]]>([
    ['{}', [0, 1, 2, 3, 4]],
    ['{ client: { eq: $acme } }', [0, 1, 2, 3]],
    ['{ client: { nin: [$acme] } }', [4]],
    ['{ severity: { eq: SEV2 } }', [1, 4]],
    ['{ severity: { lte: SEV2 } }', [0, 1, 4]],
    ['{ severity: { gt: SEV2 } }', [2, 3]],
    ['{ severity: { in: [SEV1, SEV4] } }', [0, 3]],
    ['{ severity: { in: [] } }', []],
    ['{ severity: { nin: [] } }', [0, 1, 2, 3, 4]],
    ['{ state: { eq: RESOLVED } }', [4]],
    ['{ state: { in: [OPEN, WORKAROUND_APPLIED] } }', [0, 1, 2, 3]],
    ['{ assignee: { eq: "Ada" } }', [0, 1]],
    ['{ assignee: { isNull: true } }', [2, 3, 4]],
    ['{ assignee: { eq: null } }', [0, 1, 2, 3, 4]],
    ['{ tag: { in: ["n1", "n3"] } }', [1, 3]],
    ['{ tag: { isNull: true } }', [4]],
    ['{ clause: { eq: "2b" } }', [1, 4]],
    ['{ channel: { eq: PHONE } }', [4]],
    ['{ text: "ÜNÏ" }', [4]],
    ['{ text: "%" }', []],
    ['{ text: "ticket 2" }', [2]],
    ['{ externalId: { gte: "EXT-2" } }', [2, 3]],
    ['{ resolvedAt: { isNull: false } }', [4]],
    ['{ openedAt: { lt: "2020-01-01T00:00:00Z" } }', []],
    ['{ openedAt: { gte: "2020-01-01T00:00:00+05:30" } }', [0, 1, 2, 3, 4]],
    ['{ nextDeadlineAt: { isNull: true } }', [4]],
    ['{ isBreached: true }', []],
    ['{ slaStatus: { kind: RESOLUTION, status: { eq: BEST_EFFORT } } }', [0]],
    ['{ slaStatus: { kind: RESOLUTION, status: { eq: FULFILLED } } }', [4]],
    ['{ and: [{ severity: { eq: SEV2 } }, { not: { state: { eq: RESOLVED } } }] }', [1]],
    ['{ or: [{ severity: { eq: SEV1 } }, { tag: { eq: "n3" } }] }', [0, 3]],
    ['{ or: [] }', []],
    ['{ not: { not: { severity: { eq: SEV1 } } } }', [0]],
  ])('%s', async (filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  it('orders by severity, the most urgent first or last', async () => {
    const order = async (direction: string) => {
      const { tickets } = await service.data(
        `{ tickets(orderBy: { field: SEVERITY, direction: ${direction} }) { nodes { severity } } }`,
      );
      return tickets.nodes.map(({ severity }: Json) => severity);
    };
    expect(await order('ASC')).toEqual(['SEV1', 'SEV2', 'SEV2', 'SEV3', 'SEV4']);
    expect(await order('DESC')).toEqual(['SEV4', 'SEV3', 'SEV2', 'SEV2', 'SEV1']);
  });

  const nest = (depth: number): Json => (depth === 1 ? { isBreached: false } : { not: nest(depth - 1) });
  it.each<readonly [string, Json]>([
    ['too deep', nest(11)],
    ['a list too long', { number: { in: Array(1001).fill(1) } }],
    ['too many alternatives', { or: Array(101).fill({}) }],
    ['a malformed id', { client: { eq: 'nonsense' } }],
    ['text that cannot be', { text: 'a\u0000' }],
    ['half a character', { assignee: { in: ['\ud800'] } }],
    ['long words', { text: 'x'.repeat(501) }],
    ['an instant without offset', { openedAt: { gt: '2026-01-01T00:00:00' } }],
    ['an instant that is none', { openedAt: { gt: '2026-02-30T00:00:00Z' } }],
    ['an unknown field', { nothing: { eq: 1 } }],
    ['a number too large', { number: { eq: 3_000_000_000 } }],
  ])('refuse %s', async (_name, filter) => {
    const error = await refused('query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }', {
      filter,
    });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('refuse more parts than an operation can have', async () => {
    const filter = { or: Array(100).fill({ or: Array(10).fill({}) }) };
    const error = await refused('query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }', {
      filter,
    });
    expect(error.extensions.code).toBe('OPERATION_TOO_LARGE');
  });

  it('accept the documented depth and length', async () => {
    const query = 'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }';
    await service.data(query, { filter: nest(10) });
    await service.data(query, { filter: { number: { in: Array.from({ length: 1000 }, (_, n) => n) } } });
  });
});

describe('deadlines', () => {
  const due = async (args: string): Promise<Json> =>
    (
      await service.data(
        `{ deadlines(${args}) { totalCount nodes { kind dueAt severity status remaining ticket { id } commitment { status target { amount } } } } }`,
      )
    ).deadlines;

  it('are listed in the order in which they are due', async () => {
    const { nodes, totalCount } = await due('first: 100');
    expect(totalCount).toBe(nodes.length);
    expect(nodes.map(({ dueAt }: Json) => dueAt)).toEqual(nodes.map(({ dueAt }: Json) => dueAt).toSorted());
    expect(nodes[0]).toMatchObject({
      kind: 'RESPONSE',
      severity: 'SEV1',
      status: 'RUNNING',
      ticket: { id: ids[0] },
      commitment: { status: 'RUNNING', target: { amount: 15 } },
    });
    // One of four tickets has no RESOLUTION that is due.
    expect(totalCount).toBe(4 * 3 - 1);
  });

  it('are filtered by kind, time and client', async () => {
    expect((await due('within: "PT15M"')).totalCount).toBe(1);
    expect((await due('within: "PT1H", includeOverdue: false')).totalCount).toBe(2);
    expect((await due('kinds: [RESOLUTION]')).totalCount).toBe(3);
    expect((await due('kinds: []')).totalCount).toBe(0);
    expect((await due('severities: [SEV3, SEV4]')).totalCount).toBe(6);
    expect((await due(`client: "${acme}", assignee: "Ada", kinds: [RESPONSE]`)).totalCount).toBe(2);
  });

  it.each(['within: "-PT1H"', 'within: "P1M"', 'within: "P1Y"', 'within: "1h"', 'within: "P"', 'client: "x"'])(
    'refuse %s',
    async (args) => {
      const { errors } = await service.ask(`{ deadlines(${args}) { totalCount } }`);
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(errors[0]?.extensions.code);
    },
  );
});

describe('queries of policy, calendar and lifecycle', () => {
  it('classify names the clause that decides', async () => {
    const query =
      'query ($impacts: [ImpactInput!]!) { classify(impacts: $impacts) { classification { severity clause basis text } userErrors { __typename code path ... on ContradictoryImpact { audience consequence } } } }';
    expect(await service.data(query, { impacts: [...SEV4, ...SEV2] })).toMatchObject({
      classify: { classification: { severity: 'SEV2', clause: '2b', basis: 'PUBLISHED' }, userErrors: [] },
    });
    const pair = { audience: 'NOBODY', consequence: 'ORDERING_BLOCKED' };
    expect(await service.data(query, { impacts: [...SEV2, pair] })).toEqual({
      classify: {
        classification: null,
        userErrors: [
          { __typename: 'ContradictoryImpact', code: 'CONTRADICTORY_IMPACT', path: ['impacts', '1'], ...pair },
        ],
      },
    });
    expect(await service.data(query, { impacts: [] })).toMatchObject({
      classify: { userErrors: [{ __typename: 'InvalidInput', path: ['impacts'] }] },
    });
  });

  it('policy returns the whole policy', async () => {
    const { policy } = await service.data(`{ policy(version: 1) {
      name version title source publishedAt onLowering reopeningMinimum businessDayEnd marks { name fraction }
      closeAfterSilence { amount unit calendar } waitingRules { reason pauses }
      severities { severity title workaroundLowers clientActions resolution { amount unit calendar basis text } }
      rules { clause severity audience consequences basis text }
    } }`);
    expect(policy).toMatchObject({
      name: 'cimcloud',
      version: 1,
      onLowering: 'CARRY',
      marks: [{ name: 'atRisk', fraction: 0.75 }],
    });
    expect(policy.severities.map(({ resolution }: Json) => resolution.amount)).toEqual([null, 2, 7, 10]);
    expect(policy.rules).toContainEqual(
      expect.objectContaining({ clause: '1-import', audience: null, severity: 'SEV1' }),
    );
    expect(policy.waitingRules[0]).toEqual({ reason: 'CLIENT', pauses: ['UPDATE', 'RESOLUTION'] });
    expect(await service.data('{ policy(version: 99) { version } }')).toEqual({ policy: null });
    expect(await service.data('{ policy(version: -1) { version } }')).toEqual({ policy: null });
  });

  it('calendar returns hours and holidays, by name or id', async () => {
    const fields =
      'id name timeZone week { weekday hours { opens closes } } holidays(from: 2026, to: 2027) { date name from to } special { date } knownYears { from to } atNoon: isOpen(at: "2026-11-23T17:00:00Z") atNight: isOpen(at: "2026-11-23T07:00:00Z")';
    const { calendar } = await service.data(`{ calendar(id: "business") { ${fields} } }`);
    expect(calendar).toMatchObject({
      timeZone: 'America/New_York',
      atNoon: true,
      atNight: false,
      knownYears: { from: 2000, to: 2050 },
    });
    expect(calendar.week[0]).toEqual({ weekday: 'MON', hours: [{ opens: '08:00', closes: '17:00' }] });
    expect(calendar.week[6]).toEqual({ weekday: 'SUN', hours: [] });
    expect(calendar.holidays).toContainEqual({
      date: '2026-11-26',
      name: 'Thanksgiving Day',
      from: '00:00',
      to: '24:00',
    });
    expect(calendar.holidays.at(-1).date).toMatch(/^2027-12/);
    expect((await service.data(`{ calendar(id: "${calendar.id}") { id } }`)).calendar.id).toBe(calendar.id);
    expect(await service.data('{ calendar(id: "nowhere") { id } }')).toEqual({ calendar: null });
  });

  it('a calendar gives an error for a year it does not know, and the rest is answered', async () => {
    const { data, errors } = await service.ask(
      '{ calendar(id: "business") { name isOpen(at: "2100-01-04T17:00:00Z") } }',
    );
    expect(data).toEqual({ calendar: { name: 'business', isOpen: null } });
    expect(errors).toMatchObject([{ path: ['calendar', 'isOpen'], extensions: { code: 'BEYOND_CALENDAR' } }]);
  });

  it('lifecycle comes from the machine, as data and as pictures', async () => {
    const { lifecycle } = await service.data(
      '{ lifecycle { states initialState finalStates commands transitions { command from to guard actions } mermaid svg } }',
    );
    expect(lifecycle).toMatchObject({
      states: ['OPEN', 'WORKAROUND_APPLIED', 'RESOLVED', 'CLOSED'],
      initialState: 'OPEN',
      finalStates: ['CLOSED'],
    });
    expect(lifecycle.commands).toHaveLength(COMMAND_TYPES.length);
    expect(lifecycle.transitions).toContainEqual({
      command: 'RESOLVE',
      from: 'OPEN',
      to: 'RESOLVED',
      guard: null,
      actions: expect.arrayContaining(['fulfilAll']),
    });
    expect(lifecycle.mermaid).toMatch(/^stateDiagram-v2\n {2}\[\*\] --> open\n/);
    expect(lifecycle.svg).toMatch(/<svg[\s\S]*workaroundApplied[\s\S]*<\/svg>/);
  });

  it('viewer is the operator', async () => {
    expect(await service.data('{ viewer { actor { kind id name } seesAllClients } }')).toEqual({
      viewer: { actor: { kind: 'AGENT', id: 'local-operator', name: 'local operator' }, seesAllClients: true },
    });
  });
});
