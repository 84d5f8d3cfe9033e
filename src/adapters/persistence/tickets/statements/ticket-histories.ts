import { isOneOf } from '../../database/sql';
import { FOLDED_COLUMNS } from '../event-row';

/** The events of tickets ($1), each up to a version ($2), with the number of the ticket. */
export const TICKET_VERSIONS = {
  name: 'ticket-versions',
  text: `SELECT ${FOLDED_COLUMNS}, t.number AS ticket_number
           FROM unnest($1::uuid[], $2::integer[]) AS wanted (id, version)
           JOIN tickets t ON t.id = wanted.id
           JOIN events e ON e.ticket_id = wanted.id AND e.number <= wanted.version
          ORDER BY wanted.id, wanted.version, e.number`,
};

/** The events of tickets ($1) that happened by an instant ($2), with the number of the ticket. */
export const TICKET_HISTORIES = {
  name: 'ticket-histories',
  text: `SELECT ${FOLDED_COLUMNS}, t.number AS ticket_number
           FROM tickets t JOIN events e ON e.ticket_id = t.id AND e.at <= $2::timestamptz
          WHERE ${isOneOf('t.id', '$1::uuid[]')} ORDER BY e.ticket_id, e.number`,
};
