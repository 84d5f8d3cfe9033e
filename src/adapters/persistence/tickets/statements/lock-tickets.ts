import type { EpochMs } from '../../../../domain/instant';
import { DATABASE_NOW } from '../../database/database-time';
import { isOneOf } from '../../database/sql';
import { type SelectedTicket, TICKET_COLUMNS } from '../ticket-row';

/** A ticket that was locked. */
export type LockedRow = SelectedTicket & {
  /** An instant after this row was locked. That of the last row is after all rows were locked. */
  readonly locked_at: EpochMs;
};

/**
 * Locks tickets in the order of their ids. Uses the weakest lock that excludes other changes, so
 * that a follow-up can still be opened. Fails if another transaction has locked one of them:
 * waiting here would hold a connection.
 *
 * The clock is read in the outer query: the select list of a query that locks is evaluated before
 * it waits for the lock.
 */
export const lockTickets = (now: string = DATABASE_NOW) => ({
  name: 'lock-tickets',
  text: `SELECT locked.*, ${now} AS locked_at FROM (
           SELECT ${TICKET_COLUMNS} FROM tickets t WHERE ${isOneOf('t.id', '$1::uuid[]')} ORDER BY t.id FOR NO KEY UPDATE NOWAIT
         ) locked`,
});
