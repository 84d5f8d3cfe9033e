import { TICKET_COLUMNS } from '../ticket-row';

/**
 * Locks tickets in the order of their ids. The weakest lock that keeps other changes out: a
 * follow-up can be opened.
 */
export const LOCK_TICKETS = {
  name: 'lock-tickets',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.id = ANY ($1::uuid[]) ORDER BY t.id FOR NO KEY UPDATE`,
};
