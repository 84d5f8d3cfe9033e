import type { DurationMs, EpochMs } from '../../domain/instant';
import type { ReportReason, RowReport } from './plan-ticket';

/** Zones differ from each other by up to 26 hours, but few by more than this. */
const ZONE_ERROR_MS: DurationMs = 14 * 3_600_000;

/** What became of the rows of a file. */
export interface RowCounts {
  /** All rows but the header: `used + leftOut`. */
  readonly read: number;
  readonly used: number;
  readonly leftOut: number;
  /** The rows left out, by reason. The sum is `leftOut`. */
  readonly leftOutBy: Readonly<Partial<Record<ReportReason, number>>>;
  /** The notes on rows that are not left out for that reason, by reason. */
  readonly notes: Readonly<Partial<Record<ReportReason, number>>>;
  /** The rows later than the start of the import, which are left out. */
  readonly ahead: RowsAhead;
}

export interface RowsAhead {
  readonly rows: number;
  /** Those that a wrong time zone explains, because they are a few hours ahead. */
  readonly byHours: number;
  /** How far the farthest of these is ahead. */
  readonly farthestByHours: DurationMs;
  /** The latest instant of all rows ahead; null if there is none. */
  readonly newest: EpochMs | null;
}

/**
 * The one account of the rows of an import: each row that is read is either used, or left out with
 * a report.
 */
export class RowTally {
  private rowsRead = 0;
  private used = 0;
  private leftOut = 0;
  private readonly leftOutBy: Partial<Record<ReportReason, number>> = {};
  private readonly notes: Partial<Record<ReportReason, number>> = {};
  private rowsAhead: RowsAhead = { rows: 0, byHours: 0, farthestByHours: 0, newest: null };

  constructor(private readonly onReport: (report: RowReport) => void) {}

  read(): void {
    this.rowsRead += 1;
  }

  use(rows: number): void {
    this.used += rows;
  }

  /** Counts the rows that a report leaves out, or the report as a note if it leaves out none. */
  report(report: RowReport): void {
    const { reason, rows } = report;
    this.leftOut += rows;
    const counts = rows === 0 ? this.notes : this.leftOutBy;
    counts[reason] = (counts[reason] ?? 0) + Math.max(1, rows);
    this.onReport(report);
  }

  /** A row that is left out because it is later than now. */
  ahead(by: DurationMs, at: EpochMs): void {
    const { rows, byHours, farthestByHours, newest } = this.rowsAhead;
    const isByHours = by <= ZONE_ERROR_MS;
    this.rowsAhead = {
      rows: rows + 1,
      byHours: byHours + (isByHours ? 1 : 0),
      farthestByHours: isByHours ? Math.max(by, farthestByHours) : farthestByHours,
      newest: Math.max(at, newest ?? at),
    };
  }

  /** @throws Error if a row was neither used nor reported, or both: an error in the import */
  counts(): RowCounts {
    const { rowsRead: read, used, leftOut, leftOutBy, notes, rowsAhead: ahead } = this;
    if (read !== used + leftOut) {
      throw new Error(`The rows do not add up: ${read} were read, ${used} used and ${leftOut} reported`);
    }
    return { read, used, leftOut, leftOutBy, notes, ahead };
  }
}
