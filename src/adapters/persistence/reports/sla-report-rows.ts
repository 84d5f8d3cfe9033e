import type { CommitmentFigures, SlaReport, SlaReportRow, TimeFigures } from '../../../application/reports/sla-report';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { MilestoneName } from '../../../domain/ticket/milestones';

type Timed = Exclude<MilestoneName, 'CLOSING'>;

/** A row of the statement of a report. */
export interface CountedRow {
  readonly key: string | null;
  readonly is_total: boolean;
  readonly what: CommitmentKind | `${'OPENING' | 'RESOLUTION' | 'CLOSING'}_COUNT` | `${Timed}_TIME`;
  /** Of an outcome: the severity of the ticket at the breach; null if the commitment was met. */
  readonly breach_severity: Severity | null;
  readonly count: number;
  readonly waived: number;
  readonly proposed: number;
  readonly open: number;
  readonly percentiles: readonly number[] | null;
}

/** Groups the rows by key; the groups are ordered by key. */
export function reportOf(rows: readonly CountedRow[], nameOf: (key: string | null) => string | null): SlaReport {
  const groups = new Map<string | null, CountedRow[]>();
  for (const row of rows) {
    if (row.is_total) continue;
    const group = groups.get(row.key);
    if (group === undefined) groups.set(row.key, [row]);
    else group.push(row);
  }
  return {
    groups: [...groups].map(([key, of]) => rowOf(nameOf(key), of)).sort((a, b) => byKey(a.key, b.key)),
    total: rowOf(
      null,
      rows.filter(({ is_total }) => is_total),
    ),
  };
}

const byKey = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;

function rowOf(key: string | null, rows: readonly CountedRow[]): SlaReportRow {
  const count = (what: CountedRow['what']) => rows.find((row) => row.what === what)?.count ?? 0;
  const time = (what: Timed) => timeOf(rows.find((row) => row.what === `${what}_TIME`));
  return {
    key,
    opened: count('OPENING_COUNT'),
    resolved: count('RESOLUTION_COUNT'),
    closed: count('CLOSING_COUNT'),
    commitments: {
      RESPONSE: figuresOf(rows, 'RESPONSE'),
      UPDATE: figuresOf(rows, 'UPDATE'),
      RESOLUTION: figuresOf(rows, 'RESOLUTION'),
    },
    times: { RESPONSE: time('RESPONSE'), WORKAROUND: time('WORKAROUND'), RESOLUTION: time('RESOLUTION') },
  };
}

function figuresOf(rows: readonly CountedRow[], kind: CommitmentKind): CommitmentFigures {
  const all = rows.filter(({ what }) => what === kind);
  const breaches = all.flatMap(({ breach_severity: severity, count }) =>
    severity === null ? [] : [{ severity, count }],
  );
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    met: all.find(({ breach_severity }) => breach_severity === null)?.count ?? 0,
    breached: sum(breaches.map(({ count }) => count)),
    waived: sum(all.map(({ waived }) => waived)),
    waiversProposed: sum(all.map(({ proposed }) => proposed)),
    openBreached: sum(all.map(({ open }) => open)),
    breachesBySeverity: breaches.sort((a, b) => (a.severity < b.severity ? -1 : 1)),
  };
}

function timeOf(row: CountedRow | undefined): TimeFigures | null {
  const [p50, p90, p95] = row?.percentiles ?? [];
  if (row === undefined || p50 === undefined || p90 === undefined || p95 === undefined) return null;
  return { count: row.count, p50, p90, p95 };
}
