import { TICKET_COLUMNS } from '../ticket-row';

/** The statements that look up tickets by id, number or external id. Each uses an index. */
export const TICKETS_BY_ID = {
  name: 'tickets-by-id',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.id = ANY ($1::uuid[])`,
};
export const TICKET_BY_NUMBER = {
  name: 'ticket-by-number',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.number = $1::integer`,
};
export const TICKETS_BY_EXTERNAL_ID = {
  name: 'tickets-by-external-id',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.external_id = $1 ORDER BY t.number`,
};
export const EXISTING_EXTERNAL_IDS = {
  name: 'existing-external-ids',
  text: 'SELECT external_id FROM tickets WHERE client_id = $1 AND external_id = ANY ($2)',
};
