import { isOneOf } from '../../database/sql';
import { EVENT_COLUMNS } from '../event-row';
import { TICKET_COLUMNS } from '../ticket-row';

/** The statements that look up tickets by id, number or external id. Each uses an index. */
export const TICKETS_BY_ID = {
  name: 'tickets-by-id',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE ${isOneOf('t.id', '$1::uuid[]')}`,
};
export const TICKET_BY_NUMBER = {
  name: 'ticket-by-number',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t WHERE t.number = $1::integer`,
};
/** Events by their ticket ($1) and number ($2). */
export const EVENTS_BY_NUMBER = {
  name: 'events-by-number',
  text: `SELECT ${EVENT_COLUMNS} FROM unnest($1::uuid[], $2::integer[]) AS wanted (ticket_id, number)
           JOIN events e ON e.ticket_id = wanted.ticket_id AND e.number = wanted.number`,
};
/**
 * The tickets whose external id equals one when compared ($1, a key), or is written as one ($2). A
 * ticket that an older process opened a moment ago is found only as it is written.
 */
export const TICKETS_BY_EXTERNAL_ID = {
  name: 'tickets-by-external-id',
  text: `SELECT ${TICKET_COLUMNS} FROM tickets t
          WHERE t.external_id = ANY (ARRAY (SELECT x.written FROM external_ids x WHERE x.folded = $1::uuid) || $2::text)
          ORDER BY t.number`,
};

/**
 * Those of some external ids ($2, and their keys $3) that a client ($1) has. Two joins, because for
 * one condition with OR the server reads all external ids of the client.
 */
export const EXISTING_EXTERNAL_IDS = {
  name: 'existing-external-ids',
  text: `SELECT asked.written AS external_id FROM unnest($2::text[], $3::uuid[]) AS asked (written, folded)
           JOIN external_ids x ON x.folded = asked.folded AND x.client_id = $1
          UNION
         SELECT t.external_id FROM tickets t WHERE t.external_id = ANY ($2) AND t.client_id = $1`,
};
