import type { EpochMs } from '../../domain/instant';
import type { Ticket } from '../../domain/ticket/ticket';

/** A ticket with the fields that the store adds. */
export interface StoredTicket extends Ticket {
  /** The number that people use. It increases across all tickets of the service. */
  readonly number: number;
  /** When the first event was recorded. For an imported ticket, the time of the import. */
  readonly createdAt: EpochMs;
  /** When the last event was recorded. */
  readonly updatedAt: EpochMs;
  /**
   * Present if the ticket is shown as of an instant. Everything about it is evaluated at that
   * instant.
   */
  readonly asOf?: AsOf;
}

/** The end of a view of a ticket. Later events, and events recorded later, are not in it. */
export interface AsOf {
  readonly at: EpochMs;
  /** Null to include everything that is recorded. */
  readonly knownAt: EpochMs | null;
}
