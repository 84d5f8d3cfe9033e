import type { DurationMs, EpochMs } from '../../domain/instant';
import type { CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';

/** What the figures of a report are told apart by. */
export const REPORT_GROUPINGS = ['SEVERITY', 'CLIENT', 'MONTH', 'CLAUSE', 'ASSIGNEE'] as const;
export type ReportGrouping = (typeof REPORT_GROUPINGS)[number];

/** What was kept and what was not, from an instant until before another. */
export interface SlaReportQuery {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly groupBy: ReportGrouping;
  /** IANA zone in which months begin. */
  readonly timeZone: string;
  /** Of this client's tickets only; of all that may be seen where null. */
  readonly client: string | null;
  /** Under these severities only, as in a report by severity; under all where null. */
  readonly severities: readonly Severity[] | null;
}

/** What became of the cycles of a commitment that were decided in the period. */
export interface CommitmentFigures {
  readonly met: number;
  readonly breached: number;
  /** Of the breached ones. */
  readonly waived: number;
  /** Of the breached ones: not fulfilled, nor otherwise over, by the end of the period. */
  readonly openBreached: number;
  /** By the ticket's severity at the breach, the most urgent first. */
  readonly breachesBySeverity: readonly { readonly severity: Severity; readonly count: number }[];
}

/** Of the tickets that reached something in the period: nearest ranks of the business time from opening. */
export interface TimeFigures {
  /** How many have a time; others reached it too, but nothing can be said of their time. */
  readonly count: number;
  readonly p50: DurationMs;
  readonly p90: DurationMs;
  readonly p95: DurationMs;
}

export interface SlaReportRow {
  /**
   * A severity, a client's id, a month such as `2026-03`, a clause, or an assignee. Null for what is assigned to nobody, and
   * for the total.
   */
  readonly key: string | null;
  readonly opened: number;
  readonly resolved: number;
  readonly closed: number;
  readonly commitments: Readonly<Record<CommitmentKind, CommitmentFigures>>;
  /** Null where nothing was timed. */
  readonly times: Readonly<Record<'RESPONSE' | 'WORKAROUND' | 'RESOLUTION', TimeFigures | null>>;
}

export interface SlaReport {
  /** The groups that have anything to show, in the order of their keys; nobody last. */
  readonly groups: readonly SlaReportRow[];
  readonly total: SlaReportRow;
}

/** All commitments taken together. */
export function allTogether({ commitments }: SlaReportRow): CommitmentFigures {
  const all = Object.values(commitments);
  const sum = (of: (figures: CommitmentFigures) => number) => all.reduce((total, figures) => total + of(figures), 0);
  const counts = new Map<Severity, number>();
  for (const { severity, count } of all.flatMap((figures) => figures.breachesBySeverity)) {
    counts.set(severity, (counts.get(severity) ?? 0) + count);
  }
  return {
    met: sum(({ met }) => met),
    breached: sum(({ breached }) => breached),
    waived: sum(({ waived }) => waived),
    openBreached: sum(({ openBreached }) => openBreached),
    breachesBySeverity: [...counts]
      .map(([severity, count]) => ({ severity, count }))
      .sort((a, b) => (a.severity < b.severity ? -1 : 1)),
  };
}

/** The part that was met, from 0 to 1; null where nothing was decided. */
export const attainment = ({ met, breached }: CommitmentFigures): number | null => share(met, met + breached);

/** The same with waived breaches taken for met. */
export const waivedAttainment = ({ met, breached, waived }: CommitmentFigures): number | null =>
  share(met + waived, met + breached);

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
