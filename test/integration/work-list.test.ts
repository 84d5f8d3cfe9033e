import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import type { Caller } from '../../src/application/ports/caller';
import { InvalidCursor } from '../../src/application/ports/pagination';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import { WORK_REASONS, type WorkItem, type WorkQuery, type WorkReason } from '../../src/application/ports/work-list';
import type { Change, Step } from '../../src/application/tickets/change';
import { clientActionsOutstanding, judgedAt, seenAt, viewCommitment } from '../../src/domain/commitment/view';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { COMMITMENT_KINDS, type Policy } from '../../src/domain/policy/policy';
import type { Command } from '../../src/domain/ticket/commands';
import { randomFrom, randomLives } from '../support/random-lives';
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

const NOW = MONDAY + 9 * DAY_MS + 3 * HOUR_MS;
const ALL: WorkQuery = { assignee: null, unassigned: false, client: null };
const COUNT = 500;

let store: TestStore;
let policy: Policy;
let clients: readonly string[];

/** Lives that have not ended by an instant, with messages, calls, overrides and long waits. */
function lives(until: EpochMs): readonly Change[] {
  const random = randomFrom(77);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const more = (): Command =>
    pick<() => Command>([
      () => ({ type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'Any news?' }),
      () => ({ type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: 'It works.' }),
      () => ({ type: 'recordCall', note: null }),
      () => ({ type: 'startWaiting', reason: pick(['CLIENT', 'THIRD_PARTY', 'OTHER_TICKET']) }),
      () => ({ type: 'reclassify', override: { severity: 'SEV4', reason: 'Harmless' } }),
      () => ({ type: 'assign', assignee: pick(['Ada', 'Grace', 'ada', null]) }),
      () => ({ type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it.' }),
    ])();
  return randomLives(COUNT, { seed: 3, clients, from: MONDAY - 4 * DAY_MS, days: 13 }).flatMap((change) => {
    const openedAt = change.submit?.at ?? MONDAY;
    if (openedAt > until) return [];
    // An imported history ends within it; the others go on.
    const isImport = change.submit?.evidence != null;
    const added: Step[] = isImport
      ? []
      : Array.from({ length: random(5) }, () => ({ command: more(), at: openedAt + random(9 * 24) * HOUR_MS }));
    const own = random(3) === 0 || isImport ? change.steps : change.steps.slice(0, 2);
    const steps = [...own, ...added].filter(({ at }) => at !== null && at <= until);
    const ended = change.submit?.evidence?.observedUntil ?? 0;
    if (isImport && ended > until) return [];
    return [{ ...change, steps: steps.toSorted((a, b) => Number(a.at) - Number(b.at)) }];
  });
}

beforeAll(async () => {
  store = await openStore();
  policy = await store.policies.current(null);
  const { rows } = await store.pool.query<{ id: string }>(
    `INSERT INTO clients SELECT gen_random_uuid(), 'Client ' || n, now() FROM generate_series(1, 3) n RETURNING id`,
  );
  clients = rows.map(({ id }) => id);
  store.clock.moveTo(NOW);
  await store.changeTickets(lives(NOW));
  await proposeWaivers();
});
afterAll(() => store.close());

/** Tickets of SEV4 whose late acknowledgement shows that their response was in time. */
async function proposeWaivers(): Promise<void> {
  const at = NOW - 5 * DAY_MS;
  const [client = ''] = clients;
  const impacts = [{ audience: 'NOBODY', consequence: 'QUESTION', note: null }];
  const since: readonly (readonly Command[])[] = [
    [],
    [],
    [{ type: 'startWaiting', reason: 'CLIENT' }],
    [{ type: 'resolve', resolution: null }],
    [{ type: 'close', reason: 'Sent twice' }],
  ];
  for (const [index, list] of since.entries()) {
    const assignee = index % 2 === 0 ? 'Grace' : null;
    const opened = submission(newTicket(client, { impacts, assignee }), { at });
    await store.changeTickets([{ ...opened, steps: [{ command: 'LET_PASS', at: NOW - HOUR_MS }] }]);
    const late = {
      command: { type: 'acknowledge' },
      at: at + index * HOUR_MS,
      entry: { reason: 'On the phone' },
    } as const;
    const steps = [late, ...list.map((command) => ({ command, at: NOW - HOUR_MS / 2 }))];
    await store.changeTickets([{ ...commands(opened.ticketId, []), steps }]);
  }
}

async function allTickets(): Promise<readonly StoredTicket[]> {
  const all = { count: 10_000, from: 'START', after: null, before: null } as const;
  const page = await store.reader.tickets(everything, {}, { by: 'NUMBER', direction: 'ASC' }, all, NOW);
  return page.edges.map(({ node }) => node);
}

/** The engine records what was due before an instant. */
async function recordDue(at: EpochMs, tickets: readonly StoredTicket[]): Promise<void> {
  store.clock.moveTo(at);
  const live = tickets.filter(({ observedUntil }) => observedUntil === null);
  await store.changeTickets(
    live.map(({ id }) => ({
      ticketId: id,
      submit: null,
      steps: [{ command: 'LET_PASS', at }],
      actor: { kind: 'SYSTEM', id: 'stepdown', name: 'Stepdown' },
      sees: 'ALL',
      expectedVersion: null,
      idempotency: null,
    })),
  );
}

interface Expected {
  readonly id: string;
  readonly reason: WorkReason;
  readonly at: EpochMs | null;
}

/** The place of a ticket, as the page on the domain says it; null if it has none. */
function expectedPlace(ticket: StoredTicket, now: EpochMs): Expected | null {
  const at = judgedAt(ticket, now);
  const { state } = seenAt(ticket, policy, at);
  const { id, awaitingReplySince, waits, proposal, assignee, openedAt } = ticket;
  const waiverAt = ticket.cycles.find(({ breach }) => breach?.proposedWaiver !== undefined)?.breach?.proposedWaiver?.at;
  if (state === 'resolved' && awaitingReplySince !== null)
    return { id, reason: 'AWAITING_REPLY', at: awaitingReplySince };
  if (state === 'resolved' || state === 'closed') {
    return waiverAt === undefined ? null : { id, reason: 'WAIVER_PROPOSED', at: waiverAt };
  }
  const running = COMMITMENT_KINDS.flatMap((kind) => {
    const view = viewCommitment(ticket, policy, kind, at);
    return view === null || view.cycle.end !== null ? [] : [view];
  });
  const first = (times: readonly (EpochMs | null)[]): EpochMs | null => {
    const known = times.filter((time) => time !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  const late = running.filter(({ status }) => status === 'BREACHED');
  if (late.length > 0) return { id, reason: 'OVERDUE', at: first(late.map(({ dueAt }) => dueAt)) };
  const soon = running.filter(({ status }) => status === 'AT_RISK');
  if (soon.length > 0) return { id, reason: 'DUE_SOON', at: first(soon.map(({ atRiskAt }) => atRiskAt)) };
  if (awaitingReplySince !== null) return { id, reason: 'AWAITING_REPLY', at: awaitingReplySince };
  const [wait] = waits.filter(({ until }) => until === null);
  const chaseAt = wait === undefined ? null : wait.from + 7 * DAY_MS;
  if (chaseAt !== null && chaseAt <= now) return { id, reason: 'WAITING_TOO_LONG', at: chaseAt };
  if (clientActionsOutstanding(ticket, policy).length > 0)
    return { id, reason: 'CALL_OUTSTANDING', at: chaseAt ?? openedAt };
  if (waiverAt !== undefined) return { id, reason: 'WAIVER_PROPOSED', at: chaseAt ?? waiverAt };
  if (proposal !== null) return { id, reason: 'OVERRIDE_PROPOSED', at: chaseAt ?? proposal.at };
  if (assignee === null) return { id, reason: 'UNASSIGNED', at: chaseAt ?? openedAt };
  const clocks = running.filter(({ status }) => status === 'RUNNING');
  const next = ticket.observedUntil === null ? first(clocks.flatMap(({ atRiskAt, dueAt }) => [atRiskAt, dueAt])) : null;
  return { id, reason: 'LATER', at: chaseAt ?? next };
}

const inOrder = (places: readonly (Expected | null)[]): readonly Expected[] =>
  places
    .filter((place) => place !== null)
    .toSorted(
      (a, b) =>
        WORK_REASONS.indexOf(a.reason) - WORK_REASONS.indexOf(b.reason) ||
        (a.at ?? Number.MAX_SAFE_INTEGER) - (b.at ?? Number.MAX_SAFE_INTEGER) ||
        (a.id < b.id ? -1 : 1),
    );

const shown = ({ ticket: { id }, reason, at }: WorkItem): Expected => ({ id, reason, at });

interface Asked {
  readonly caller?: Caller;
  readonly query?: Partial<WorkQuery>;
  readonly size?: number;
  readonly from?: 'START' | 'END';
  /** The instant of each request, in order; the last one repeats. */
  readonly at?: readonly EpochMs[];
  /** What happens between two pages. */
  readonly between?: () => Promise<void>;
}

/** All pages of a list, one after the other. */
async function listed(asked: Asked = {}): Promise<readonly Expected[]> {
  const { caller = everything, query = {}, size = 9, from = 'START', at = [NOW], between } = asked;
  const pages: Expected[][] = [];
  for (let cursor: string | null = null; ; ) {
    const page = {
      count: size,
      from,
      after: from === 'START' ? cursor : null,
      before: from === 'END' ? cursor : null,
    } as const;
    const now = at[Math.min(pages.length, at.length - 1)] ?? NOW;
    const { edges, hasNextPage, hasPreviousPage } = await store.reader.workList(
      caller,
      { ...ALL, ...query },
      page,
      now,
    );
    pages.push(edges.map(({ node }) => shown(node)));
    if (!(from === 'START' ? hasNextPage : hasPreviousPage)) break;
    cursor = (from === 'START' ? edges.at(-1)?.cursor : edges[0]?.cursor) ?? null;
    await between?.();
  }
  return (from === 'START' ? pages : pages.toReversed()).flat();
}

const expectedAt = async (now: EpochMs, holds: (ticket: StoredTicket) => boolean = () => true) =>
  inOrder((await allTickets()).filter(holds).map((ticket) => expectedPlace(ticket, now)));

describe('the work list', () => {
  it('has every open ticket in exactly one place, and the random tickets have every reason', async () => {
    const list = await listed();
    const open = (await allTickets()).filter(({ state }) => state === 'open' || state === 'workaroundApplied');
    expect(open.length).toBeGreaterThan(150);
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    expect(list.map(({ id }) => id)).toEqual(expect.arrayContaining(open.map(({ id }) => id)));
    const counts = Object.fromEntries(
      WORK_REASONS.map((one) => [one, list.filter(({ reason }) => reason === one).length]),
    );
    const without = WORK_REASONS.filter((reason) => (counts[reason] ?? 0) === 0);
    expect({ counts, without }).toEqual({ counts, without: [] });
  });

  it.each([0, 30 * MINUTE_MS, 7 * HOUR_MS, 3 * DAY_MS, 40 * DAY_MS])(
    'at %d ms from the last change is that of the domain, in pages forwards and backwards',
    async (later) => {
      const now = NOW + later;
      const expected = await expectedAt(now);
      expect(await listed({ at: [now], size: 100 })).toEqual(expected);
      expect(await listed({ at: [now], size: 13 })).toEqual(expected);
      expect(await listed({ at: [now], size: 11, from: 'END' })).toEqual(expected);
    },
  );

  it.each<[string, Partial<WorkQuery>, (ticket: StoredTicket) => boolean]>([
    ['an assignee', { assignee: 'ADA' }, ({ assignee }) => assignee?.toLowerCase() === 'ada'],
    ['no assignee', { unassigned: true }, ({ assignee }) => assignee === null],
  ])('of %s has their tickets only', async (_whose, query, holds) => {
    for (const now of [NOW, NOW + 8 * HOUR_MS]) {
      const expected = await expectedAt(now, holds);
      expect(expected.length).toBeGreaterThan(20);
      expect(await listed({ query, at: [now], size: 7 })).toEqual(expected);
      expect(await listed({ query, at: [now], size: 7, from: 'END' })).toEqual(expected);
      expect(await store.reader.countWork(everything, { ...ALL, ...query }, now)).toBe(expected.length);
    }
  });

  it('of a client, and for a caller who sees some clients, has their tickets only', async () => {
    const [one = '', two = '', three = ''] = clients;
    const some = seeing(one, three);
    for (const now of [NOW, NOW + 8 * HOUR_MS]) {
      const of = (...ids: readonly string[]) => expectedAt(now, ({ clientId }) => ids.includes(clientId));
      expect(await listed({ query: { client: one }, at: [now] })).toEqual(await of(one));
      expect(await listed({ caller: some, at: [now] })).toEqual(await of(one, three));
      expect(await listed({ caller: some, at: [now], from: 'END' })).toEqual(await of(one, three));
      expect(await listed({ caller: some, query: { client: three }, at: [now] })).toEqual(await of(three));
      expect(await listed({ caller: some, query: { client: two }, at: [now] })).toEqual([]);
      const mine = (await of(one, three)).length;
      expect([await store.reader.countWork(some, ALL, now), await store.reader.countWork(seeing(), ALL, now)]).toEqual([
        mine,
        0,
      ]);
      const unassigned = await expectedAt(now, ({ clientId, assignee }) => clientId !== two && assignee === null);
      expect(await listed({ caller: some, query: { unassigned: true }, at: [now] })).toEqual(unassigned);
      const adas = await expectedAt(
        now,
        (ticket) => ticket.clientId !== two && ticket.assignee?.toLowerCase() === 'ada',
      );
      expect(await listed({ caller: some, query: { assignee: 'Ada' }, at: [now] })).toEqual(adas);
    }
  });

  it('is read from the START or END between two cursors', async () => {
    const whole = { count: 100, from: 'START', after: null, before: null } as const;
    const { edges } = await store.reader.workList(everything, ALL, whole, NOW);
    const [after, before] = [edges[10]?.cursor ?? null, edges[40]?.cursor ?? null];
    const between = edges.slice(11, 40).map(({ node }) => shown(node));
    for (const from of ['START', 'END'] as const) {
      const page = await store.reader.workList(everything, ALL, { count: 100, from, after, before }, NOW);
      expect(page.edges.map(({ node }) => shown(node))).toEqual(between);
    }
  });

  it.each(['', 'x', 'WyJ3b3JrIl0', 'eyJhIjoxfQ'])('refuses the cursor %j', async (after) => {
    const page = { count: 5, from: 'START', after, before: null } as const;
    await expect(store.reader.workList(everything, ALL, page, NOW)).rejects.toThrow(InvalidCursor);
  });
});

describe('while time passes', () => {
  it('pages have no gap and no ticket twice, also while the engine records what falls due', async () => {
    const [begun, step] = [NOW + 2 * HOUR_MS, 40_000];
    // At SEV1, RESPONSE is at risk after 11 minutes and due after 15.
    store.clock.moveTo(begun);
    const impacts = [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED', note: null }];
    const [clientId = ''] = clients;
    await store.changeTickets(
      Array.from({ length: 40 }, (_, index) =>
        submission(newTicket(clientId, { impacts }), { at: begun - (4 + index / 3) * MINUTE_MS }),
      ),
    );
    await recordDue(begun, await allTickets());
    const expected = await expectedAt(begun);
    const tickets = await allTickets();
    let now = begun;
    const at = Array.from({ length: 12 }, (_, page) => begun + page * step);
    // The last page begins within ten minutes of the first.
    const size = Math.ceil(expected.length / at.length);
    let recorded = 0;
    const list = await listed({
      at,
      size,
      between: async () => {
        const before = await versions();
        now += step;
        await recordDue(now, tickets);
        recorded += (await versions()) - before;
      },
    });
    expect(list).toEqual(expected);
    expect(recorded).toBeGreaterThan(30);
    expect(await listed({ at: [now] })).not.toEqual(expected);
  });

  it('a page that is asked for after ten minutes is as of its own request', async () => {
    const begun = store.clock.now();
    const size = 100;
    const expected = await expectedAt(begun);
    expect(await listed({ size, at: [begun, begun + 9 * MINUTE_MS] })).toEqual(expected);
    const late = begun + 6 * HOUR_MS;
    const last = expected[size - 1] ?? null;
    const whole = inOrder([...(await expectedAt(late)).filter(({ id }) => id !== last?.id), last]);
    const rest = whole.slice(whole.findIndex(({ id }) => id === last?.id) + 1);
    const pages = await listed({ size, at: [begun, late] });
    expect(pages.slice(size)).toEqual(rest);
    expect(pages).not.toEqual(expected);
  });

  it('a ticket that waits comes back after seven days, without an event', async () => {
    const at = store.clock.now() + DAY_MS;
    store.clock.moveTo(at);
    const ticketId = newId();
    const [client = ''] = clients;
    const impacts = [{ audience: 'NOBODY', consequence: 'QUESTION', note: null }];
    const said = { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'What do you see?' } as const;
    const steps: readonly Step[] = [
      { command: said, at },
      { command: { type: 'startWaiting', reason: 'CLIENT' }, at: at + HOUR_MS },
    ];
    store.clock.moveTo(at + HOUR_MS);
    await store.changeTickets([
      { ...submission(newTicket(client, { impacts, assignee: 'Grace' }), { at, ticketId }), steps },
    ]);
    const placeAt = async (now: EpochMs) => (await listed({ at: [now], size: 100 })).find(({ id }) => id === ticketId);
    const chaseAt = at + HOUR_MS + 7 * DAY_MS;
    expect(await placeAt(chaseAt - 1)).toEqual({ id: ticketId, reason: 'LATER', at: chaseAt });
    expect(await placeAt(chaseAt)).toEqual({ id: ticketId, reason: 'WAITING_TOO_LONG', at: chaseAt });
  });
});

const versions = async (): Promise<number> => {
  const { rows } = await store.pool.query<{ sum: number }>('SELECT sum(version)::int AS sum FROM tickets');
  return rows[0]?.sum ?? 0;
};
