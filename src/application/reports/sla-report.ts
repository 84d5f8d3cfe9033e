import type { DurationMs, EpochMs } from '../../domain/instant';
import type { CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';

/** The properties by which the figures of a report can be grouped. */
export const REPORT_GROUPINGS = ['SEVERITY', 'CLIENT', 'MONTH', 'CLAUSE', 'ASSIGNEE'] as const;
export type ReportGrouping = (typeof REPORT_GROUPINGS)[number];

/** The period of a report, `from` inclusive and `to` exclusive, and what it counts. */
export interface SlaReportQuery {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly groupBy: ReportGrouping;
  /** The IANA time zone in which months begin. */
  readonly timeZone: string;
  /** The id of a client, to count only its tickets. Null for all that the caller may see. */
  readonly client: string | null;
  /** The severities to count, as a report grouped by severity does. Null for all. */
  readonly severities: readonly Severity[] | null;
}

/** The outcomes of the cycles of a commitment that were decided in the period. */
export interface CommitmentFigures {
  readonly met: number;
  readonly breached: number;
  /** The number of breached cycles whose breach was waived. */
  readonly waived: number;
  /** The number of breached cycles for which a waiver is proposed and not decided. */
  readonly waiversProposed: number;
  /** The number of breached cycles that had not ended by the end of the period. */
  readonly openBreached: number;
  /** By the severity of the ticket at the breach, the most urgent first. */
  readonly breachesBySeverity: readonly { readonly severity: Severity; readonly count: number }[];
}

/**
 * Nearest-rank percentiles of the business time from opening to an event, of the tickets that had
 * the event in the period.
 */
export interface TimeFigures {
  /** The number of tickets with a measured time. */
  readonly count: number;
  readonly p50: DurationMs;
  readonly p90: DurationMs;
  readonly p95: DurationMs;
}

export interface SlaReportRow {
  /**
   * A severity, the id of a client, a month such as `2026-03`, a clause or an assignee. Null for
   * the group of unassigned tickets and for the total.
   */
  readonly key: string | null;
  readonly opened: number;
  readonly resolved: number;
  readonly closed: number;
  readonly commitments: Readonly<Record<CommitmentKind, CommitmentFigures>>;
  /** Null if no ticket has a measured time. */
  readonly times: Readonly<Record<'RESPONSE' | 'WORKAROUND' | 'RESOLUTION', TimeFigures | null>>;
}

export interface SlaReport {
  /** The groups with any data, in the order of their keys; the null key is last. */
  readonly groups: readonly SlaReportRow[];
  readonly total: SlaReportRow;
}

/** The figures of all commitments added up. */
export function overallFigures({ commitments }: SlaReportRow): CommitmentFigures {
  const all = Object.values(commitments);
  const sum = (count: (figures: CommitmentFigures) => number) =>
    all.reduce((total, figures) => total + count(figures), 0);
  const counts = new Map<Severity, number>();
  for (const { severity, count } of all.flatMap((figures) => figures.breachesBySeverity)) {
    counts.set(severity, (counts.get(severity) ?? 0) + count);
  }
  return {
    met: sum(({ met }) => met),
    breached: sum(({ breached }) => breached),
    waived: sum(({ waived }) => waived),
    waiversProposed: sum(({ waiversProposed }) => waiversProposed),
    openBreached: sum(({ openBreached }) => openBreached),
    breachesBySeverity: [...counts]
      .map(([severity, count]) => ({ severity, count }))
      .sort((a, b) => (a.severity < b.severity ? -1 : 1)),
  };
}

/** The fraction of decided cycles that were met, from 0 to 1. Null if none was decided. */
export const attainment = ({ met, breached }: CommitmentFigures): number | null => share(met, met + breached);

/** The same if waived breaches count as met. */
export const waivedAttainment = ({ met, breached, waived }: CommitmentFigures): number | null =>
  share(met + waived, met + breached);

/** The same if waived breaches, and those for which a waiver is proposed, count as met. */
export const proposedAttainment = ({ met, breached, waived, waiversProposed }: CommitmentFigures): number | null =>
  share(met + waived + waiversProposed, met + breached);

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
