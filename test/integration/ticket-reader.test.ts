import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { createTicketReader } from '../../src/adapters/persistence/tickets/postgres-ticket-reader';
import type { Caller } from '../../src/application/ports/caller';
import type { Client } from '../../src/application/ports/clients';
import { InvalidCursor, type Page, type PageRequest } from '../../src/application/ports/pagination';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import { InvalidFilter, TICKET_ORDERS, type TicketFilter } from '../../src/application/ports/ticket-filter';
import {
  breachedCycles,
  COMMITMENT_STATUSES,
  judgedAt,
  nextDue,
  viewCommitment,
} from '../../src/domain/commitment/view';
import { HOUR_MS } from '../../src/domain/instant';
import { COMMITMENT_KINDS, type Policy } from '../../src/domain/policy/policy';
import type { NewTicket } from '../../src/domain/ticket/commands';
import { SEV1, SEV4 } from '../support/impacts';
import {
  commands,
  everything,
  MONDAY,
  newTicket,
  openStore,
  seeing,
  submission,
  type TestStore,
} from '../support/store';

let store: TestStore;
let other: Client;
let policy: Policy;
/** All tickets by subject. */
let tickets: Map<string, StoredTicket>;

const DAY = 24 * HOUR_MS;
const NOW = MONDAY + 8 * DAY;

beforeAll(async () => {
  store = await openStore();
  policy = await store.policies.current(null);
  other = await createClientAccounts(store).ensureClient('Other');
  const open = (subject: string, at: number, more: Partial<NewTicket> = {}) =>
    submission(newTicket(store.client.id, { subject, ...more }), { at: MONDAY + at });
  const set = [
    open('a plain', 0),
    open('b tagged', 0, { tags: ['x', 'y'], assignee: 'Ann', description: '100% of_all \\ ORDERS' }),
    open('c phoned', HOUR_MS, { channel: 'PHONE', tags: ['y'], reporter: 'Rob', impacts: SEV1 }),
    open('d other', 2 * HOUR_MS, { clientId: other.id, externalId: 'D-1', impacts: SEV4 }),
    open('e waiting', 3 * HOUR_MS, { externalId: 'E-1', assignee: 'Bob' }),
    open('f resolved', 0),
    open('g closed', 0, { impacts: SEV4 }),
    open('h worked around', 4 * HOUR_MS, { impacts: SEV1 }),
    open('i fresh', 8 * DAY - HOUR_MS, { impacts: SEV4 }),
    {
      ...open('j imported', 0),
      submit: {
        input: newTicket(store.client.id, { subject: 'j imported' }),
        at: MONDAY,
        evidence: { notMeasured: ['UPDATE' as const], observedUntil: MONDAY + 5 * HOUR_MS },
      },
    },
  ];
  await store.changeTickets(set);
  const idOf = (letter: string) => set.find(({ submit }) => submit?.input.subject.startsWith(letter))?.ticketId ?? '';
  store.clock.moveTo(NOW);
  const answers = await store.changeTickets([
    commands(idOf('e'), [{ type: 'startWaiting', reason: 'CLIENT' }], { at: MONDAY + 4 * HOUR_MS }),
    commands(idOf('f'), [{ type: 'acknowledge' }, { type: 'resolve', resolution: 'done' }], { at: MONDAY + HOUR_MS }),
    commands(idOf('g'), [{ type: 'close', reason: 'a duplicate' }], { at: MONDAY + 2 * HOUR_MS }),
    commands(idOf('h'), [{ type: 'applyWorkaround', description: 'phone', remaining: SEV4 }], {
      at: MONDAY + 5 * HOUR_MS,
    }),
    commands(
      idOf('h'),
      [
        { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Die Pagode 订单失败' },
        { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'In der Straße' },
        { type: 'recordCall', note: 'viele GRÜSSE' },
      ],
      { at: MONDAY + 5 * HOUR_MS },
    ),
    submission(newTicket(store.client.id, { subject: 'k follow-up', followUpOf: idOf('a') }), { at: NOW - HOUR_MS }),
  ]);
  expect(answers.flatMap(({ refused, refusals }) => [refused, ...refusals]).filter((it) => it !== null)).toEqual([]);
  const page = await list({});
  tickets = new Map(page.edges.map(({ node }) => [node.subject.charAt(0), node]));
});
afterAll(() => store.close());

const FIRST: PageRequest = { count: 100, from: 'START', after: null, before: null };
const list = (filter: TicketFilter, caller: Caller = everything, now = NOW): Promise<Page<StoredTicket>> =>
  store.reader.tickets(caller, filter, { by: 'NUMBER', direction: 'ASC' }, FIRST, now);
const letters = (page: Page<StoredTicket>) => page.edges.map(({ node }) => node.subject.charAt(0)).join('');
const ALL = 'abcdefghijk';

/** Deadlines of any ticket. */
const ANY = { severity: null, ticket: null, client: null, assignee: null } as const;

describe('filters', () => {
  test.each<[string, TicketFilter | (() => TicketFilter), string]>([
    ['nothing', {}, ALL],
    ['no alternative', { or: [] }, ''],
    ['all of nothing', { and: [] }, ALL],
    ['client', () => ({ client: { eq: other.id } }), 'd'],
    ['client in', () => ({ client: { in: [other.id, 'nonsense'] } }), 'd'],
    ['not a client', { client: { eq: 'nonsense' } }, ''],
    ['clients but one', () => ({ client: { nin: [other.id] } }), 'abcefghijk'],
    ['state', { state: { eq: 'workaroundApplied' } }, 'h'],
    ['states', { state: { in: ['resolved', 'closed'] } }, 'fg'],
    ['severity', { severity: { eq: 'SEV1' } }, 'c'],
    ['more urgent', { severity: { lt: 'SEV4' } }, 'abcefjk'],
    ['initial severity', { initialSeverity: { eq: 'SEV1' } }, 'ch'],
    ['clause', { clause: { eq: '1-ordering' } }, 'c'],
    ['channel', { channel: { eq: 'PHONE' } }, 'c'],
    ['assignee', { assignee: { eq: 'Ann' } }, 'b'],
    ['assignee in another case', { assignee: { in: [' ANN', 'bOB'] } }, 'be'],
    ['not the assignee in another case', { assignee: { nin: ['ANN'] } }, 'acdefghijk'],
    ['reporter in full width', { reporter: { eq: 'ｒｏｂ' } }, 'c'],
    ['external id in another case', { externalId: { eq: 'e-1' } }, 'e'],
    ['not the external id in another case', { externalId: { nin: ['e-1', 'D-1'] } }, 'abcfghijk'],
    ['a tag in another case', { tag: { eq: 'X ' } }, 'b'],
    ['none of tags in another case', { tag: { nin: ['Y'] } }, 'adefghijk'],
    ['no assignee', { assignee: { eq: null } }, 'acdfghijk'],
    ['some assignee', { assignee: { isNull: false } }, 'be'],
    ['no such assignee is in the list', { assignee: { nin: ['Ann'] } }, 'acdefghijk'],
    ['not Ann', { not: { assignee: { eq: 'Ann' } } }, 'acdefghijk'],
    ['not after', { not: { assignee: { gt: 'A' } } }, 'acdfghijk'],
    ['in nothing', { assignee: { in: [] } }, ''],
    ['out of nothing', { assignee: { nin: [] } }, ALL],
    ['reporter', { reporter: { eq: 'Rob' } }, 'c'],
    ['external id', { externalId: { in: ['D-1', 'E-1'] } }, 'de'],
    ['a tag', { tag: { eq: 'x' } }, 'b'],
    ['tags', { tag: { in: ['y', 'z'] } }, 'bc'],
    ['none of some tags', { tag: { nin: ['y'] } }, 'adefghijk'],
    ['none of all tags', { tag: { nin: ['x', 'y'] } }, 'adefghijk'],
    ['out of no tags', { tag: { nin: [] } }, ALL],
    ['a tag and none of others', { tag: { eq: 'y', nin: ['x'] } }, 'c'],
    ['not a tag', { not: { tag: { eq: 'x' } } }, 'acdefghijk'],
    ['not none of some tags', { not: { tag: { nin: ['x'] } } }, 'b'],
    ['no tag by equality with null', { tag: { eq: null } }, 'adefghijk'],
    ['a tag in a range', { tag: { gt: 'x', lt: 'z' } }, 'bc'],
    ['waiting for the client', { waiting: { eq: 'CLIENT' } }, 'e'],
    ['waiting for one of several', { waiting: { in: ['OTHER_TICKET', 'CLIENT'] } }, 'e'],
    ['waiting for another', { waiting: { eq: 'THIRD_PARTY' } }, ''],
    ['waiting', { waiting: { isNull: false } }, 'e'],
    ['not waiting', { waiting: { isNull: true } }, 'abcdfghijk'],
    ['not waiting for the client', { waiting: { nin: ['CLIENT'] } }, 'abcdfghijk'],
    [
      'neither waiting nor closed',
      { not: { or: [{ waiting: { isNull: false } }, { state: { eq: 'closed' } }] } },
      'abcdhijk',
    ],
    ['no tag', { tag: { isNull: true } }, 'adefghijk'],
    ['any tag', { tag: { isNull: false } }, 'bc'],
    ['text', { text: 'oRDERS' }, 'b'],
    ['text with a percent sign', { text: '0% o' }, 'b'],
    ['text with an underscore', { text: 'of_a' }, 'b'],
    ['text that only looks like a pattern', { text: '1_0%' }, ''],
    ['text with a backslash', { text: '\\' }, 'b'],
    ['words', { text: 'tagged orders' }, 'b'],
    ['text of a message from the client', { text: 'PAGODE' }, 'h'],
    ['text of a message to the client', { text: 'STRASSE' }, 'h'],
    ['text of a call', { text: 'Grüße'.normalize('NFD') }, 'h'],
    ['text of a resolution', { text: 'ONE' }, 'cf'],
    ['text of a reporter', { text: 'rob@' }, ''],
    ['a reporter', { text: 'ROB' }, 'c'],
    ['a tag as text', { text: 'tagg y' }, 'b'],
    ['an external id as text', { text: 'e-1' }, 'e'],
    ['words of different texts', { text: 'pagode worked' }, 'h'],
    ['two characters of a script without spaces', { text: '订单' }, 'h'],
    ['one such character', { text: '败' }, 'h'],
    ['two characters that do not follow each other', { text: '订失' }, ''],
    ['no such text', { not: { text: 'pagode' } }, 'abcdefgijk'],
    ['one text or another', { or: [{ text: 'pagode' }, { text: 'plain' }] }, 'ah'],
    ['white space is no text', { text: ' \u00a0' }, ALL],
    ['quotes are text', { text: `'; DROP TABLE tickets; --` }, ''],
    ['opened at', { openedAt: { gte: MONDAY + 3 * HOUR_MS, lt: MONDAY + 5 * HOUR_MS } }, 'eh'],
    ['opened exactly', { openedAt: { eq: MONDAY + 2 * HOUR_MS } }, 'd'],
    ['opened in any year', { openedAt: { gt: -1e15, lt: 1e15 } }, ALL],
    ['resolved', { resolvedAt: { isNull: false } }, 'f'],
    ['closed, by silence as well, recorded or not', { closedAt: { lte: NOW } }, 'fg'],
    ['resolved and not closed by silence', { state: { eq: 'resolved' } }, ''],
    ['responded at', { respondedAt: { eq: MONDAY + HOUR_MS } }, 'f'],
    ['phoned', { callRecordedAt: { isNull: false } }, 'ch'],
    ['awaiting a reply', { awaitingReplySince: { isNull: false } }, 'h'],
    ['awaiting a reply for long', { awaitingReplySince: { lt: MONDAY + 5 * HOUR_MS } }, ''],
    ['awaiting no reply', { awaitingReplySince: { isNull: true } }, 'abcdefgijk'],
    ['recorded later', { createdAt: { gt: MONDAY } }, 'k'],
    ['happened later', { lastEventAt: { gt: MONDAY + 8 * DAY - 2 * HOUR_MS } }, 'ik'],
    ['updated later', { updatedAt: { gte: NOW } }, 'efghk'],
    ['number', { number: { lte: 2 } }, 'ab'],
    ['number far off', { number: { gt: 2 ** 40 } }, ''],
    ['nothing is due', { nextDeadlineAt: { isNull: true } }, 'fg'],
    ['one or the other', { or: [{ state: { eq: 'closed' } }, { assignee: { eq: 'Bob' } }] }, 'efg'],
    ['neither', { not: { or: [{ state: { eq: 'closed' } }, { assignee: { eq: 'Bob' } }] } }, 'abcdhijk'],
    ['both', { and: [{ tag: { eq: 'y' } }, { channel: { eq: 'PHONE' } }] }, 'c'],
    ['beside each other', { tag: { eq: 'y' }, channel: { eq: 'EXTRANET' } }, 'b'],
    ['not measured', { slaStatus: { status: { eq: 'NOT_MEASURED' } } }, 'j'],
    ['paused', { slaStatus: { kind: 'RESOLUTION', status: { eq: 'PAUSED' } } }, 'e'],
    ['no status of some', { slaStatus: { status: { nin: ['RUNNING', 'AT_RISK', 'BREACHED', 'NOT_MEASURED'] } } }, 'fg'],
    ['any status', { slaStatus: { status: {} } }, 'abcdefghijk'],
    ['best effort', { slaStatus: { status: { eq: 'BEST_EFFORT' } } }, 'c'],
  ])('%s', async (_, given, expected) => {
    const filter = typeof given === 'function' ? given() : given;
    expect(letters(await list(filter))).toBe(expected);
    expect(await store.reader.countTickets(everything, filter, NOW)).toBe(expected.length);
  });

  test.each([0, 1, 4, 30, 48, 72, 24 * 8, 24 * 40, 24 * 400])(
    'statuses after %p hours are those of the clocks',
    async (hours) => {
      const now = MONDAY + hours * HOUR_MS;
      const inMemory = (holds: (ticket: StoredTicket) => boolean) =>
        [...tickets.entries()].flatMap(([letter, ticket]) => (holds(ticket) ? [letter] : [])).join('');
      for (const kind of COMMITMENT_KINDS) {
        for (const status of COMMITMENT_STATUSES) {
          const found = letters(await list({ slaStatus: { kind, status: { eq: status } } }, everything, now));
          const expected = inMemory(
            (it) =>
              viewCommitment(it, policy, kind, judgedAt(it, now))?.status === status ||
              (status === 'NOT_MEASURED' && it.notMeasured.includes(kind)),
          );
          expect([kind, status, found]).toEqual([kind, status, expected]);
        }
      }
      const isBreached = (it: StoredTicket) => breachedCycles(it, policy, judgedAt(it, now)).length > 0;
      expect(letters(await list({ isBreached: true }, everything, now))).toBe(inMemory(isBreached));
      expect(letters(await list({ isBreached: false }, everything, now))).toBe(inMemory((it) => !isBreached(it)));
    },
  );

  test('are refused when they are nested too deep, or contain no values', async () => {
    const nested = (depth: number): TicketFilter => (depth === 1 ? {} : { not: nested(depth - 1) });
    expect(letters(await list(nested(9)))).toBe(ALL);
    const bad: TicketFilter[] = [
      nested(11),
      { text: 'a\0' },
      { assignee: { eq: 'a\0' } },
      { number: { eq: 1.5 } },
      { openedAt: { lt: Number.NaN } },
      { text: 'w '.repeat(21) },
    ];
    for (const filter of bad) await expect(list(filter)).rejects.toBeInstanceOf(InvalidFilter);
  });
});

describe('a ticket that a caller may not see', () => {
  test('is in no list, count or look-up', async () => {
    const caller: Caller = seeing(other.id);
    const hidden = tickets.get('e') as StoredTicket;
    const { reader } = store;
    expect(letters(await list({}, caller))).toBe('d');
    expect(await reader.countTickets(caller, {}, NOW)).toBe(1);
    expect(letters(await list({}, { ...caller, sees: [] }))).toBe('');
    const [mine, theirs, same] = await Promise.all([
      reader.ticketById(caller, hidden.id),
      reader.ticketById(everything, hidden.id),
      reader.ticketById(everything, hidden.id),
    ]);
    expect([mine, theirs, same]).toEqual([null, hidden, hidden]);
    expect(await reader.ticketByNumber(caller, hidden.number)).toBeNull();
    expect(await reader.ticketByNumber(everything, hidden.number)).toEqual(hidden);
    expect(await reader.ticketsByExternalId(caller, 'E-1', null)).toEqual([]);
    expect(await reader.ticketsByExternalId(everything, 'E-1', store.client.id)).toEqual([hidden]);
    expect(await reader.ticketsByExternalId(everything, 'E-1', other.id)).toEqual([]);
    expect(await reader.clientById(caller, store.client.id)).toBeNull();
    expect(await reader.clientById(caller, other.id)).toEqual(other);
    const a = tickets.get('a')?.id ?? '';
    expect(letters(await reader.followUps(everything, a, FIRST))).toBe('k');
    expect(letters(await reader.followUps(caller, a, FIRST))).toBe('');
    expect(await reader.countFollowUps(caller, a)).toBe(0);
  });

  test.each(['', 'x', 'ABCDEF00-0000-7000-8000-000000000000', '00000000-0000-7000-8000-000000000000'])(
    'is treated like an object that does not exist: %p',
    async (id) => {
      expect(await store.reader.ticketById(everything, id)).toBeNull();
      expect(await store.reader.clientById(everything, id)).toBeNull();
      expect(await store.reader.ticketAtVersion(everything, id, 1)).toBeNull();
      expect((await store.reader.events(everything, id, null, FIRST)).edges).toEqual([]);
    },
  );
  test.each([0, -1, 1.5, 2 ** 31, 999_999])('is treated like the number %p, which no ticket has', async (number) => {
    expect(await store.reader.ticketByNumber(everything, number)).toBeNull();
  });
});

/**
 * Walks a list page by page, in one direction, and says where the pages claim that there is more.
 */
async function walk<T>(from: 'START' | 'END', count: number, read: (page: PageRequest) => Promise<Page<T>>) {
  const all: T[] = [];
  for (let cursor: string | null = null, pages = 0; pages < 50; pages++) {
    const page: Page<T> = await read({
      count,
      from,
      after: from === 'START' ? cursor : null,
      before: from === 'END' ? cursor : null,
    });
    const nodes = page.edges.map(({ node }) => node);
    if (from === 'START') all.push(...nodes);
    else all.unshift(...nodes);
    expect(from === 'START' ? page.hasPreviousPage : page.hasNextPage).toBe(cursor !== null);
    if (!(from === 'START' ? page.hasNextPage : page.hasPreviousPage)) return all;
    cursor = (from === 'START' ? page.edges.at(-1) : page.edges[0])?.cursor ?? null;
  }
  throw new Error('the list does not end');
}

describe('pages', () => {
  const keyOf = (by: (typeof TICKET_ORDERS)[number], it: StoredTicket): number | null =>
    ({
      NUMBER: it.number,
      OPENED_AT: it.openedAt,
      LAST_EVENT_AT: it.lastEventAt,
      UPDATED_AT: it.updatedAt,
      RESOLVED_AT: it.resolvedAt,
      CLOSED_AT: it.closedAt,
      SEVERITY: Number(it.severity.slice(3)),
      AWAITING_REPLY_SINCE: it.awaitingReplySince,
      NEXT_DEADLINE_AT: nextDue(it, policy, it.lastEventAt)?.dueAt ?? null,
    })[by];

  test.each(TICKET_ORDERS.flatMap((by) => (['ASC', 'DESC'] as const).map((direction) => ({ by, direction }))))(
    'by $by $direction, forwards and backwards, over ties and nulls',
    async (order) => {
      const sign = order.direction === 'ASC' ? 1 : -1;
      const expected = [...tickets.values()].sort((a, b) => {
        const [x, y] = [keyOf(order.by, a), keyOf(order.by, b)];
        if (x === y) return sign * (a.id < b.id ? -1 : 1);
        return x === null ? 1 : y === null ? -1 : sign * (x - y);
      });
      const names = (list: readonly StoredTicket[]) => list.map(({ subject }) => subject.charAt(0)).join('');
      for (const count of [1, 2, 3, 11, 50]) {
        const read = (page: PageRequest) => store.reader.tickets(everything, {}, order, page, NOW);
        expect(names(await walk('START', count, read))).toBe(names(expected));
        expect(names(await walk('END', count, read))).toBe(names(expected));
      }
    },
  );

  test('are read between two cursors', async () => {
    const order = { by: 'NUMBER', direction: 'ASC' } as const;
    const { edges } = await list({});
    const [after = null, before = null] = [edges[2]?.cursor, edges[6]?.cursor];
    const page = await store.reader.tickets(everything, {}, order, { count: 2, from: 'START', after, before }, NOW);
    expect(letters(page)).toBe('de');
    const last = await store.reader.tickets(everything, {}, order, { count: 2, from: 'END', after, before }, NOW);
    expect(letters(last)).toBe('ef');
  });

  test('of deadlines are in the order in which they are due', async () => {
    const query = { until: null, since: null, kinds: COMMITMENT_KINDS, ...ANY };
    // Where an imported history ends, nothing is due any more.
    const expected = [...tickets.values()]
      .filter(({ observedUntil }) => observedUntil === null)
      .flatMap((ticket) =>
        COMMITMENT_KINDS.flatMap((kind) => {
          const view = viewCommitment(ticket, policy, kind, ticket.lastEventAt);
          return view === null || view.dueAt === null || view.cycle.end !== null
            ? []
            : [{ ticket, kind, dueAt: view.dueAt }];
        }),
      )
      .sort(
        (a, b) =>
          a.dueAt - b.dueAt ||
          (a.ticket.id < b.ticket.id ? -1 : a.ticket.id > b.ticket.id ? 1 : 0) ||
          COMMITMENT_KINDS.indexOf(a.kind) - COMMITMENT_KINDS.indexOf(b.kind),
      );
    for (const count of [1, 2, 5, 100]) {
      const read = (page: PageRequest) => store.reader.deadlines(everything, query, page);
      expect(await walk('START', count, read)).toEqual(expected);
      expect(await walk('END', count, read)).toEqual(expected);
    }
    expect(await store.reader.countDeadlines(everything, query)).toBe(expected.length);
    const [since, until] = [MONDAY + DAY, MONDAY + 3 * DAY];
    const some = { ...query, since, until, kinds: ['RESOLUTION', 'UPDATE'] as const };
    const within = expected.filter(({ dueAt, kind }) => dueAt >= since && dueAt <= until && kind !== 'RESPONSE');
    expect((await store.reader.deadlines(everything, some, FIRST)).edges.map(({ node }) => node)).toEqual(within);
    expect(within.length).toBeGreaterThan(0);
    const theirs = await store.reader.deadlines(seeing(other.id), query, FIRST);
    expect(new Set(theirs.edges.map(({ node }) => node.ticket.clientId))).toEqual(new Set([other.id]));
    for (const narrow of [
      { severity: { in: ['SEV4'] as const } },
      { ticket: { in: [expected[0]?.ticket.id ?? ''] } },
      { client: { eq: other.id } },
      { assignee: { eq: 'Ann' } },
    ]) {
      const found = await store.reader.deadlines(everything, { ...query, ...narrow }, FIRST);
      expect(found.edges.length).toBe(await store.reader.countDeadlines(everything, { ...query, ...narrow }));
      expect(found.edges.length).toBeGreaterThan(0);
    }
  });

  test('of a ticket’s events contain all or some types', async () => {
    const { id } = tickets.get('f') as StoredTicket;
    const read = (page: PageRequest) => store.reader.events(everything, id, null, page);
    const events = await walk('START', 1, read);
    expect(events.map(({ type }) => type)).toEqual(['SUBMITTED', 'ACKNOWLEDGED', 'RESOLVED']);
    expect(await walk('END', 2, read)).toEqual(events);
    const some = await store.reader.events(everything, id, ['RESOLVED', 'CLOSED'], FIRST);
    expect(some.edges.map(({ node }) => node.number)).toEqual([3]);
    expect(await store.reader.countEvents(everything, id, ['RESOLVED'])).toBe(1);
    expect(events[0]).toMatchObject({ id: expect.stringMatching(/^\d+$/), recordedAt: MONDAY, at: MONDAY });
  });

  test('refuse cursors of another order', async () => {
    const order = { by: 'OPENED_AT', direction: 'ASC' } as const;
    const { edges } = await store.reader.tickets(everything, {}, order, FIRST, NOW);
    const own = edges[0]?.cursor ?? '';
    const forge = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const id = edges[0]?.node.id;
    const bad = [
      '',
      'x',
      `${own}!`,
      own.slice(0, -4),
      forge('tickets/OPENED_AT/ASC', id),
      forge('tickets/OPENED_AT/ASC', id, '2026-13-45T00:00:00.000Z'),
      forge('tickets/OPENED_AT/ASC', id, '2026-02-30T00:00:00.000Z'),
      forge('tickets/OPENED_AT/ASC', id, '2026-06-01T24:00:00.000Z'),
      forge('tickets/OPENED_AT/ASC', id, '0000-06-01T00:00:00.000Z'),
      forge('tickets/OPENED_AT/ASC', id, null),
      forge('tickets/OPENED_AT/ASC', id, '2026-01-01T00:00:00.000Z', 1),
      Buffer.from(`["tickets/OPENED_AT/ASC", "${id}", "2026-01-01T00:00:00.000Z"]`).toString('base64url'),
      forge('tickets/OPENED_AT/ASC', "'; --", '2026-01-01T00:00:00.000Z'),
      forge('tickets/OPENED_AT/DESC', id, '2026-01-01T00:00:00.000Z'),
      (await list({})).edges[0]?.cursor ?? '',
    ];
    for (const after of bad) {
      const read = async () => store.reader.tickets(everything, {}, order, { ...FIRST, after }, NOW);
      await expect(read()).rejects.toBeInstanceOf(InvalidCursor);
    }
    const deadlines = async () =>
      store.reader.deadlines(
        everything,
        {
          until: null,
          since: null,
          kinds: [],
          ...ANY,
        },
        { ...FIRST, after: own },
      );
    await expect(deadlines()).rejects.toBeInstanceOf(InvalidCursor);
  });
});

test('the events of many tickets, requested at once, are read by one statement for each set of arguments', async () => {
  let statements = 0;
  const counting = {
    options: store.pool.options,
    query: (...args: Parameters<typeof store.pool.query>) => {
      statements += 1;
      return store.pool.query(...args);
    },
  } as unknown as typeof store.pool;
  const reader = createTicketReader({ pool: counting });
  // The first statement of a pool looks up its roles.
  await reader.ticketByNumber(everything, 1);
  statements = 0;
  const all = [...tickets.values()];
  const two: PageRequest = { count: 2, from: 'END', after: null, before: null };
  const [pages, counts] = await Promise.all([
    Promise.all(all.map(({ id }) => reader.events(everything, id, null, two))),
    Promise.all(all.map(({ id }) => reader.countEvents(everything, id, null))),
  ]);
  expect(statements).toBe(2);
  for (const [place, { id, version }] of all.entries()) {
    expect(counts[place]).toBe(version);
    expect(pages[place]?.edges.map(({ node }) => [node.ticketId, node.number])).toEqual(
      [version - 1, version].filter((number) => number > 0).map((number) => [id, number]),
    );
    expect(pages[place]?.hasPreviousPage).toBe(version > 2);
  }
});

test('an event that cannot be read is an error of its ticket only', async () => {
  const [healthy, damaged] = [tickets.get('a')?.id ?? '', tickets.get('b')?.id ?? ''];
  await store.pool.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT id, client_id, 99, 'FORETOLD', opened_at, opened_at, '{}', '{}' FROM tickets WHERE id = $1`,
    [damaged],
  );
  const eventsOf = (id: string) =>
    store.reader.events(everything, id, null, { count: 10, from: 'START', after: null, before: null });
  // In one turn of the event loop, so that one statement reads both.
  const [first, second] = await Promise.allSettled([eventsOf(healthy), eventsOf(damaged)]);
  expect(first).toMatchObject({ status: 'fulfilled', value: { edges: [{ node: { type: 'SUBMITTED' } }] } });
  expect(second).toMatchObject({ status: 'rejected', reason: { name: 'UnreadableEvent', ticketId: damaged } });
});

describe('events by their numbers', () => {
  test('are read in one statement, however many lie before and after them', async () => {
    // After the other tests, which read all tickets.
    const opened = submission(newTicket(store.client.id), { at: MONDAY });
    const assign = Array.from({ length: 299 }, (_, n) => ({ type: 'assign', assignee: `Agent ${n}` }) as const);
    await store.changeTickets([opened]);
    await store.changeTickets([commands(opened.ticketId, assign)]);
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    store.pool.on('acquire', count);
    const numbers = [150, 300, 0, 1, 10_000, 2 ** 31, 150];
    const found = await Promise.all(numbers.map((n) => store.reader.eventByNumber(everything, opened.ticketId, n)));
    store.pool.off('acquire', count);
    expect(found.map((event) => event?.number ?? null)).toEqual([150, 300, null, 1, null, null, 150]);
    expect(statements).toBe(1);
    const stranger: Caller = { ...everything, sees: [other.id] };
    expect(await store.reader.eventByNumber(stranger, opened.ticketId, 1)).toBeNull();
    expect(await store.reader.eventByNumber(everything, 'no uuid', 1)).toBeNull();
  });
});
