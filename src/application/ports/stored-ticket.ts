import type { EpochMs } from '../../domain/instant';
import type { Ticket } from '../../domain/ticket/ticket';

/** A ticket with what only the store knows of it. */
export interface StoredTicket extends Ticket {
  /** Counts up through the whole service; for people. */
  readonly number: number;
  /** When the first and the last event were recorded; later than they happened for an imported history. */
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Present where the ticket is not shown as it is now: everything about it is judged then. */
  readonly asOf?: AsOf;
}

/** Where a view of a ticket ends: nothing is in it that happened later, or that was recorded later. */
export interface AsOf {
  readonly at: EpochMs;
  /** Null for whatever was recorded since. */
  readonly knownAt: EpochMs | null;
}
