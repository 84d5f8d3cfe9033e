import type { Caller } from '../../../application/ports/caller';
import type { SlaReport, SlaReportQuery } from '../../../application/reports/sla-report';
import { folded } from '../../../domain/folded-text';
import type { EpochMs } from '../../../domain/instant';
import { COMMITMENT_KINDS } from '../../../domain/policy/policy';
import { instantText, type Queryable, readRows } from '../database/sql';
import { compare, every, Parameters } from '../lists/conditions';
import { type Month, monthsIn } from './months';
import { type CountedRow, reportOf } from './sla-report-rows';
import { REPORT_EXTENT } from './statements/report-extent';

/** Makes a report by statements that return only counts and percentiles of groups. */
export async function slaReport(
  on: Queryable,
  caller: Caller,
  query: SlaReportQuery,
  now: EpochMs,
): Promise<SlaReport> {
  const months = query.groupBy === 'MONTH' ? await monthsWithFacts(on, query, now) : [];
  const nameOf = (key: string | null) => (query.groupBy === 'MONTH' ? (months[Number(key) - 1]?.name ?? null) : key);
  const make = async (spellings: readonly OtherSpelling[]): Promise<SlaReport> =>
    reportOf(await readRows<CountedRow>(on, reportStatement(caller, query, { months, spellings }, now)), nameOf);
  const report = await make([]);
  if (query.groupBy !== 'ASSIGNEE') return report;
  // Percentiles of two groups cannot be added up, so where a name is written in several ways, it is
  // counted again. So no other report pays for it.
  const others = await otherSpellings(on, caller, query, report);
  return others.length === 0 ? report : make(others);
}

/** The months of the period between the first and the last fact; the period may be much longer. */
async function monthsWithFacts(on: Queryable, { timeZone, from, to }: SlaReportQuery, now: EpochMs) {
  const [extent] = await readRows<{ first: EpochMs | null; last: EpochMs }>(on, {
    ...REPORT_EXTENT,
    values: [instantText(now)],
  });
  if (extent === undefined || extent.first === null) return [];
  return monthsIn(timeZone, Math.max(from, extent.first), Math.min(to, extent.last + 1));
}

/** A name of an assignee, and how an earlier ticket writes the same name. */
export interface OtherSpelling {
  readonly written: string;
  readonly key: string;
}

/**
 * The names in a report that are equal, when compared, to a name that an earlier ticket has, each
 * with that name.
 */
async function otherSpellings(
  on: Queryable,
  caller: Caller,
  query: SlaReportQuery,
  { groups }: SlaReport,
): Promise<readonly OtherSpelling[]> {
  const names = groups.flatMap(({ key }) => key ?? []);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(folded(name), (counts.get(folded(name)) ?? 0) + 1);
  const several = names.filter((name) => (counts.get(folded(name)) ?? 0) > 1);
  if (several.length === 0) return [];
  const to = new Parameters();
  const conditions = [`assignee = ANY (${to.add(several, 'text[]')})`, ...clientsOf(caller, query, to)];
  const rows = await readRows<{ assignee: string }>(
    on,
    to.statement(`SELECT assignee FROM tickets f WHERE ${every(conditions)} GROUP BY assignee ORDER BY min(number)`),
  );
  const first = new Map<string, string>();
  return rows.flatMap(({ assignee: written }) => {
    const key = first.get(folded(written)) ?? written;
    first.set(folded(written), key);
    return key === written ? [] : [{ written, key }];
  });
}

const clientsOf = (caller: Caller, { client }: SlaReportQuery, to: Parameters): readonly string[] => [
  ...(caller.sees === 'ALL' ? [] : [compare('f.client_id', 'uuid', { in: caller.sees }, to)]),
  ...(client === null ? [] : [compare('f.client_id', 'uuid', { eq: client }, to)]),
];

/** What a report looks up before it counts. */
export interface ReportKeys {
  /** The months of the facts, of a report by month. */
  readonly months: readonly Month[];
  /** Of a report by assignee. */
  readonly spellings: readonly OtherSpelling[];
}

/**
 * The statement of a report. It counts facts, each with an instant, a client and a severity, by key
 * and in total: outcomes of cycles, milestones of tickets, and the times until them.
 */
export function reportStatement(caller: Caller, query: SlaReportQuery, keys: ReportKeys, now: EpochMs) {
  const to = new Parameters();
  const instant = (at: EpochMs) => to.add(instantText(at), 'timestamptz');
  const end = instant(query.to);
  const present = instant(now);
  const clients = clientsOf(caller, query, to);
  const asked = every([
    `f.at >= ${instant(query.from)}`,
    `f.at < ${end}`,
    ...clients,
    ...(query.severities === null ? [] : [compare('f.severity', 'text', { in: query.severities }, to)]),
  ]);
  const { key, join, before } = keyOf(query, keys, every(clients), to);
  const facts = (source: string) => `(SELECT f.*, ${key} AS key FROM ${source} f ${join} WHERE ${asked}) f`;
  // Each source is counted on its own first: for a plain table, the planner knows that there are
  // few groups.
  const counted = (source: string) => `
    SELECT key, what, breach_severity, count(*) AS count, count(*) FILTER (WHERE waived) AS waived,
           count(*) FILTER (WHERE waiver_proposed) AS proposed,
           count(*) FILTER (WHERE open) AS open
      FROM ${facts(source)} GROUP BY key, what, breach_severity`;
  const sources = [outcomes(end), unrecordedBreaches(present), MILESTONES, unrecordedClosings(present), OPENINGS];
  const text = `${before}
    SELECT key::text, GROUPING(key) = 1 AS is_total, what, breach_severity, sum(count)::integer AS count,
           sum(waived)::integer AS waived, sum(proposed)::integer AS proposed, sum(open)::integer AS open, NULL::float8[] AS percentiles
      FROM (${sources.map((source) => counted(`(${source})`)).join(' UNION ALL ')}) c
     GROUP BY GROUPING SETS ((key, what, breach_severity), (what, breach_severity))
    UNION ALL
    SELECT key::text, GROUPING(key) = 1, milestone || '_TIME', NULL, count(*)::integer, 0, 0, 0,
           percentile_disc(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY business_ms)::float8[]
      FROM ${facts('(SELECT * FROM ticket_milestones WHERE business_ms IS NOT NULL)')}
     GROUP BY GROUPING SETS ((key, milestone), (milestone))`;
  return to.statement(text);
}

interface Key {
  readonly key: string;
  readonly join: string;
  /** The WITH clause; may be empty. */
  readonly before: string;
}

/**
 * The key by which facts are grouped: a column of the fact, or of the current row of the ticket.
 */
function keyOf({ groupBy }: SlaReportQuery, { months, spellings }: ReportKeys, clients: string, to: Parameters): Key {
  switch (groupBy) {
    case 'SEVERITY':
      return { key: 'f.severity', join: '', before: '' };
    case 'CLIENT':
      return { key: 'f.client_id', join: '', before: '' };
    case 'MONTH': {
      const starts = to.add(
        months.map(({ from }) => instantText(from)),
        'timestamptz[]',
      );
      return { key: `width_bucket(f.at, ${starts})`, join: '', before: '' };
    }
    case 'CLAUSE':
      return keyOfTicket('clause', clients);
    case 'ASSIGNEE': {
      if (spellings.length === 0) return keyOfTicket('assignee', clients);
      const texts = (of: (spelling: OtherSpelling) => string) => to.add(spellings.map(of), 'text[]');
      const others = `unnest(${texts(({ written }) => written)}, ${texts(({ key }) => key)}) AS s (written, key)`;
      return keyOfTicket('coalesce(s.key, assignee)', clients, `LEFT JOIN ${others} ON s.written = assignee`);
    }
  }
}

// Materialized, because rows of tickets are wide and each source is joined with them.
const keyOfTicket = (key: string, clients: string, names = ''): Key => ({
  key: 'k.key',
  join: 'JOIN ticket_key k ON k.ticket_id = f.ticket_id',
  before: `WITH ticket_key AS MATERIALIZED (SELECT id AS ticket_id, ${key} AS key FROM tickets f ${names} WHERE ${clients})`,
});

const outcomes = (end: string): string => `
  SELECT ticket_id, client_id, severity, decided_at AS at, kind AS what, breach_severity, waived, waiver_proposed,
         breach_severity IS NOT NULL AND (ended_at IS NULL OR ended_at >= ${end}) AS open
    FROM commitment_outcomes`;

const DUE = COMMITMENT_KINDS.map((kind) => {
  const column = kind.toLowerCase();
  return `('${kind}', t.${column}_status, t.${column}_due_at)`;
}).join(', ');

/** Breaches that are not recorded yet, because the service was down or the ticket is set aside. */
const unrecordedBreaches = (now: string): string => `
  SELECT t.id AS ticket_id, t.client_id, c ->> 'severity' AS severity, d.due_at AS at, d.kind AS what,
         t.severity AS breach_severity, false AS waived, false AS waiver_proposed, true AS open
    FROM tickets t
   CROSS JOIN LATERAL (VALUES ${DUE}) AS d (kind, status, due_at)
   CROSS JOIN LATERAL jsonb_array_elements(t.cycles) c
   WHERE t.next_deadline_at < ${now} AND d.status = 'RUNNING' AND d.due_at < ${now}
     AND c ->> 'kind' = d.kind AND c ->> 'end' IS NULL`;

/** The columns of a fact that is only counted. */
const count = (what: string) =>
  `${what} AS what, NULL AS breach_severity, false AS waived, false AS waiver_proposed, false AS open`;

const MILESTONES = `
  SELECT ticket_id, client_id, severity, at, ${count("milestone || '_COUNT'")}
    FROM ticket_milestones WHERE milestone IN ('RESOLUTION', 'CLOSING')`;

/** Closings after silence that are not recorded yet: the only deadline of a resolved ticket. */
const unrecordedClosings = (now: string): string => `
  SELECT id AS ticket_id, client_id, severity, next_deadline_at AS at, ${count("'CLOSING_COUNT'")}
    FROM tickets WHERE next_deadline_at < ${now} AND state = 'resolved'`;

const OPENINGS = `
  SELECT id AS ticket_id, client_id, initial_severity AS severity, opened_at AS at, ${count("'OPENING_COUNT'")} FROM tickets`;
