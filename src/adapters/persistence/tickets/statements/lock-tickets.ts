import { TICKET_COLUMNS } from '../ticket-row';

/**
 * Locks tickets in the order of their ids. Uses the weakest lock that excludes other changes, so
 * that a follow-up can still be opened.
 */
export const LOCK_TICKETS = {
  name: 'lock-tickets',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.id = ANY ($1::uuid[]) ORDER BY t.id FOR NO KEY UPDATE`,
};
