import type { EpochMs } from '../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../domain/policy/policy';
import type { Severity } from '../../domain/severity';
import type { Ticket, TicketState } from '../../domain/ticket/ticket';
import type { SavedSoFar } from './import-interrupted';
import type { RowCounts } from './row-tally';

/** Up to where an import judges tickets, and the rows that decide it. */
export interface EndOfLog {
  /** Null if no row has an instant. */
  readonly at: EpochMs | null;
  /** The two rows with the latest instants, the latest first. */
  readonly latest: readonly { readonly line: number; readonly at: EpochMs }[];
}

/** The result of an import. */
export interface ImportSummary {
  readonly rows: RowCounts;
  readonly end: EndOfLog;
  /** The tickets of the file that have at least one readable row. */
  readonly tickets: number;
  readonly imported: number;
  /** Tickets that the client had already, by their external id. */
  readonly alreadyThere: number;
  /** Tickets without a row that could open them, and those whose opening was refused. */
  readonly notOpened: number;
  /** Tickets left out because of an unexpected error. Each is reported. */
  readonly failed: number;
  readonly events: number;
  readonly byState: Readonly<Partial<Record<TicketState, number>>>;
  readonly bySeverity: Readonly<Partial<Record<Severity, number>>>;
  readonly breaches: Readonly<Partial<Record<CommitmentKind, number>>>;
}

/** The running counts of the tickets of an import. Keeps no tickets in memory. */
export class TicketTally {
  private readonly counts = { imported: 0, alreadyThere: 0, notOpened: 0, failed: 0, events: 0 };
  private readonly byState: Partial<Record<TicketState, number>> = {};
  private readonly bySeverity: Partial<Record<Severity, number>> = {};
  private readonly breaches: Partial<Record<CommitmentKind, number>> = {};
  private rowsIn = 0;

  constructor(private readonly tickets: number) {}

  imported(ticket: Ticket, rows: number): void {
    this.counts.imported += 1;
    this.counts.events += ticket.version;
    this.rowsIn += rows;
    this.byState[ticket.state] = (this.byState[ticket.state] ?? 0) + 1;
    this.bySeverity[ticket.severity] = (this.bySeverity[ticket.severity] ?? 0) + 1;
    for (const kind of COMMITMENT_KINDS) {
      const breached = ticket.cycles.filter((cycle) => cycle.kind === kind && cycle.breach !== null).length;
      if (breached > 0) this.breaches[kind] = (this.breaches[kind] ?? 0) + breached;
    }
  }

  alreadyThere(rows: number): void {
    this.counts.alreadyThere += 1;
    this.rowsIn += rows;
  }

  notOpened(): void {
    this.counts.notOpened += 1;
  }

  failed(): void {
    this.counts.failed += 1;
  }

  /** The tickets that are finished, in whatever way. */
  get done(): number {
    const { imported, alreadyThere, notOpened, failed } = this.counts;
    return imported + alreadyThere + notOpened + failed;
  }

  /** The tickets that are in the database, from this import or an earlier one. */
  get saved(): SavedSoFar {
    const { imported, alreadyThere } = this.counts;
    return { tickets: imported + alreadyThere, rows: this.rowsIn };
  }

  summary(rows: RowCounts, end: EndOfLog): ImportSummary {
    const { tickets, byState, bySeverity, breaches } = this;
    return { rows, end, tickets, ...this.counts, byState, bySeverity, breaches };
  }
}
