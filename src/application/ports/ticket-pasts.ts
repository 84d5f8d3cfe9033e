import type { StoredTicket } from './stored-ticket';

/** Tickets as they were after one of their events. */
export interface TicketPasts {
  /**
   * A function for each, in the order of `wanted`, that folds the ticket from its events; null if
   * there is no such ticket or event. It throws `UnreadableEvent` if one cannot be read.
   */
  at(
    wanted: readonly { readonly id: string; readonly version: number }[],
  ): Promise<readonly (() => StoredTicket | null)[]>;
}
