import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { reportStatement } from '../../src/adapters/persistence/reports/sla-report-statement';
import type { Caller } from '../../src/application/ports/caller';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import type {
  CommitmentFigures,
  ReportGrouping,
  SlaReportQuery,
  SlaReportRow,
} from '../../src/application/reports/sla-report';
import { REPORT_GROUPINGS } from '../../src/application/reports/sla-report';
import { breachedCycles, judgedAt, seenAt } from '../../src/domain/commitment/view';
import { DAY_MS, type EpochMs } from '../../src/domain/instant';
import { COMMITMENT_KINDS, type Policy } from '../../src/domain/policy/policy';
import type { Severity } from '../../src/domain/severity';
import { milestonesOf } from '../../src/domain/ticket/milestones';
import type { TicketEvent } from '../../src/domain/ticket/ticket-events';
import { randomLives } from '../support/random-lives';
import { everything, MONDAY, openStore, seeing, type TestStore } from '../support/store';

const NOW = MONDAY + 60 * DAY_MS;
let store: TestStore;
let policy: Policy;
let clients: readonly string[];
let tickets: readonly { readonly ticket: StoredTicket; readonly events: readonly TicketEvent[] }[];

beforeAll(async () => {
  store = await openStore();
  store.clock.moveTo(NOW);
  policy = await store.policies.current(null);
  const { rows } = await store.pool.query<{ id: string }>(
    `INSERT INTO clients SELECT gen_random_uuid(), 'Client ' || n, now() FROM generate_series(1, 3) n RETURNING id`,
  );
  clients = rows.map(({ id }) => id);
  const changes = randomLives(240, { seed: 5, clients, from: MONDAY, days: 45 });
  // Whole lives in one set, and step by step as people do.
  await store.changeTickets(changes.slice(0, 160));
  for (const change of changes.slice(160)) {
    await store.changeTickets([{ ...change, steps: [] }]);
    for (const step of change.steps) await store.changeTickets([{ ...change, submit: null, steps: [step] }]);
  }
  const all = { count: 1_000, from: 'START', after: null, before: null } as const;
  const page = await store.reader.tickets(everything, {}, { by: 'NUMBER', direction: 'ASC' }, all, NOW);
  tickets = await Promise.all(
    page.edges.map(async ({ node: ticket }) => {
      const events = await store.reader.events(everything, ticket.id, null, all);
      return { ticket, events: events.edges.map(({ node }) => node) };
    }),
  );
});
afterAll(() => store.close());

interface Fact {
  readonly at: EpochMs;
  readonly severity: Severity;
  readonly ticket: StoredTicket;
  readonly what: string;
  readonly breachSeverity?: Severity | null;
  readonly isWaived?: boolean;
  readonly isWaiverProposed?: boolean;
  readonly endedAt?: EpochMs | null;
  readonly ms?: number | null;
}

/** What there is to be counted, from the tickets as they are seen, one by one. */
const factsOf = ({ ticket, events }: (typeof tickets)[number]): readonly Fact[] => {
  const at = judgedAt(ticket, NOW);
  const seen = seenAt(ticket, policy, at);
  const breaches = breachedCycles(ticket, policy, at);
  const kept = ticket.cycles.filter(
    (cycle) => cycle.totalMs !== null && cycle.breach === null && cycle.end?.outcome === 'FULFILLED',
  );
  return [
    { what: 'OPENING', ticket, at: ticket.openedAt, severity: ticket.initialSeverity },
    ...breaches.map(({ cycle, breach }) => ({
      what: cycle.kind,
      ticket,
      at: breach?.at ?? Number.NaN,
      severity: cycle.severity,
      breachSeverity: breach?.severity ?? null,
      isWaived: breach?.waiver !== undefined,
      isWaiverProposed: breach?.proposedWaiver !== undefined,
      endedAt: cycle.end?.at ?? null,
    })),
    ...kept.map(({ kind, end, severity }) => ({
      what: kind,
      ticket,
      at: end?.at ?? Number.NaN,
      severity,
      breachSeverity: null,
    })),
    ...milestonesOf(null, ticket, events, policy).flatMap(({ milestone, at: reachedAt, severity, businessMs }) =>
      reachedAt === null ? [] : [{ what: `${milestone}_MILESTONE`, ticket, at: reachedAt, severity, ms: businessMs }],
    ),
    ...(seen.closedAt !== null && ticket.closedAt === null
      ? [{ what: 'CLOSING_MILESTONE', ticket, at: seen.closedAt, severity: ticket.severity }]
      : []),
  ];
};

/** One formatter for each zone, because making one for each fact is slow. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const inMonth = (timeZone: string, at: EpochMs): string => {
  const options = { timeZone, year: 'numeric', month: '2-digit' } as const;
  const format = formatters.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', options);
  formatters.set(timeZone, format);
  return format.format(at);
};

const KEYS: Readonly<Record<ReportGrouping, (fact: Fact, query: SlaReportQuery) => string | null>> = {
  SEVERITY: ({ severity }) => severity,
  CLIENT: ({ ticket }) => ticket.clientId,
  MONTH: ({ at }, { timeZone }) => inMonth(timeZone, at),
  CLAUSE: ({ ticket }) => ticket.clause,
  ASSIGNEE: ({ ticket }) => ticket.assignee,
};

function naiveReport(caller: Caller, query: SlaReportQuery) {
  const facts = tickets
    .filter(({ ticket }) => caller.sees === 'ALL' || caller.sees.includes(ticket.clientId))
    .filter(({ ticket }) => query.client === null || ticket.clientId === query.client)
    .flatMap(factsOf)
    .filter(({ at }) => at >= query.from && at < query.to)
    .filter(({ severity }) => query.severities === null || query.severities.includes(severity));
  const keys = [...new Set(facts.map((fact) => KEYS[query.groupBy](fact, query)))];
  keys.sort((a, b) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
  return {
    groups: keys.map((key) =>
      naiveRow(
        key,
        query,
        facts.filter((fact) => KEYS[query.groupBy](fact, query) === key),
      ),
    ),
    total: naiveRow(null, query, facts),
  };
}

function naiveRow(key: string | null, { to }: SlaReportQuery, facts: readonly Fact[]): SlaReportRow {
  const of = (what: string) => facts.filter((fact) => fact.what === what);
  const figures = (kind: string): CommitmentFigures => {
    const all = of(kind);
    const breached = all.filter(({ breachSeverity }) => breachSeverity !== null);
    const severities = [...new Set(breached.map(({ breachSeverity }) => breachSeverity as Severity))].sort();
    return {
      met: all.length - breached.length,
      breached: breached.length,
      waived: breached.filter(({ isWaived }) => isWaived).length,
      waiversProposed: breached.filter(({ isWaiverProposed }) => isWaiverProposed).length,
      openBreached: breached.filter(({ endedAt = null }) => endedAt === null || endedAt >= to).length,
      breachesBySeverity: severities.map((severity) => ({
        severity,
        count: breached.filter(({ breachSeverity }) => breachSeverity === severity).length,
      })),
    };
  };
  const time = (what: string) => {
    const sorted = of(`${what}_MILESTONE`)
      .flatMap(({ ms }) => (ms == null ? [] : [ms]))
      .sort((a, b) => a - b);
    const rank = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
    return sorted.length === 0 ? null : { count: sorted.length, p50: rank(0.5), p90: rank(0.9), p95: rank(0.95) };
  };
  return {
    key,
    opened: of('OPENING').length,
    resolved: of('RESOLUTION_MILESTONE').length,
    closed: of('CLOSING_MILESTONE').length,
    commitments: { RESPONSE: figures('RESPONSE'), UPDATE: figures('UPDATE'), RESOLUTION: figures('RESOLUTION') },
    times: { RESPONSE: time('RESPONSE'), WORKAROUND: time('WORKAROUND'), RESOLUTION: time('RESOLUTION') },
  };
}

const ALL: SlaReportQuery = {
  from: 0,
  to: NOW + DAY_MS,
  groupBy: 'SEVERITY',
  timeZone: 'America/New_York',
  client: null,
  severities: null,
};

it('has tickets to count in which everything happens', async () => {
  const { groups, total } = await store.reader.slaReport(everything, ALL, NOW);
  expect(groups.map(({ key }) => key)).toEqual(['SEV1', 'SEV2', 'SEV3', 'SEV4']);
  for (const kind of COMMITMENT_KINDS) {
    for (const figure of ['met', 'breached', 'waived', 'openBreached'] as const) {
      expect([kind, figure, total.commitments[kind][figure] > 0]).toEqual([kind, figure, true]);
    }
  }
  expect(total.commitments.RESOLUTION.breachesBySeverity.length).toBeGreaterThan(1);
  const recorded = tickets.flatMap(({ ticket }) => ticket.cycles.filter(({ breach }) => breach !== null)).length;
  const counted = COMMITMENT_KINDS.reduce((sum, kind) => sum + total.commitments[kind].breached, 0);
  // No process recorded what fell due after the last command.
  expect(counted).toBeGreaterThan(recorded);
});

describe.each(REPORT_GROUPINGS)('by %s', (groupBy) => {
  it.each<[string, Partial<SlaReportQuery>]>([
    ['everything', {}],
    ['a fortnight', { from: MONDAY + 10 * DAY_MS, to: MONDAY + 24 * DAY_MS }],
    ['until now, to the millisecond', { to: NOW }],
    ['a month of another zone', { timeZone: 'Asia/Kolkata', from: Date.parse('2026-06-30T18:30:00Z') }],
    ['some severities', { severities: ['SEV1', 'SEV3'] }],
    ['nothing', { to: 1 }],
  ])('counts %s as a count ticket by ticket does', async (_, more) => {
    const query = { ...ALL, groupBy, ...more };
    expect(await store.reader.slaReport(everything, query, NOW)).toEqual(naiveReport(everything, query));
  });

  it('shows a caller the clients that they may see, or one of them', async () => {
    const caller: Caller = seeing(...clients.slice(1));
    const query = { ...ALL, groupBy };
    const shown = await store.reader.slaReport(caller, query, NOW);
    expect(shown).toEqual(naiveReport(caller, query));
    expect(shown).not.toEqual(await store.reader.slaReport(everything, query, NOW));
    for (const client of clients) {
      const one = { ...query, client };
      expect(await store.reader.slaReport(caller, one, NOW)).toEqual(naiveReport(caller, one));
    }
  });
});

it('counts a cycle in exactly one of two periods that touch', async () => {
  const at = Math.min(...tickets.flatMap(factsOf).flatMap((fact) => (fact.breachSeverity == null ? [] : [fact.at])));
  const breached = async (from: EpochMs, to: EpochMs) => {
    const { total } = await store.reader.slaReport(everything, { ...ALL, from, to }, NOW);
    return COMMITMENT_KINDS.reduce((sum, kind) => sum + total.commitments[kind].breached, 0);
  };
  expect([await breached(0, at), (await breached(at, at + 1)) > 0]).toEqual([0, true]);
});

it('reads only narrow rows of the period, by an index', async () => {
  const day = { ...ALL, from: MONDAY, to: MONDAY + 1 };
  const { text, values } = reportStatement(everything, day, { months: [], spellings: [] }, NOW);
  const client = await store.pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL enable_seqscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    await client.query('COMMIT');
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan/);
    expect(plan).toMatch(/commitment_outcomes_decided_at_idx[\s\S]*ticket_milestones_at_idx/);
  } finally {
    client.release();
  }
});

test('tickets from before the report columns are counted the same, with the times that their cycles hold', async () => {
  const outcomes = async () =>
    (await store.pool.query('SELECT * FROM commitment_outcomes ORDER BY ticket_id, kind, cycle')).rows.map(
      // No waiver could be proposed before there was the column.
      ({ waiver_proposed: _, ...row }) => row,
    );
  const milestones = async () =>
    (await store.pool.query('SELECT * FROM ticket_milestones WHERE at IS NOT NULL ORDER BY ticket_id, milestone')).rows;
  const before = { outcomes: await outcomes(), milestones: await milestones() };
  const migrated = async () =>
    (await store.dataSource.query(`SELECT 1 FROM migrations WHERE name LIKE 'CommitmentOutcomes%'`)).length > 0;
  while (await migrated()) await store.dataSource.undoLastMigration();
  await migrate(store.dataSource);

  expect(await outcomes()).toEqual(before.outcomes);
  const after = await milestones();
  const known = after.filter(({ business_ms }) => business_ms !== null);
  expect(known.length).toBeGreaterThan(100);
  const asBefore = after.map((row, place) => ({ ...row, business_ms: before.milestones[place]?.business_ms }));
  expect(asBefore).toEqual(before.milestones);
  expect(known).toEqual(before.milestones.filter((_, place) => after[place]?.business_ms !== null));
});
