import { EVENT_WRITTEN_COLUMNS } from '../../tickets/event-row';
import { list, recordsOf } from '../../tickets/statements/save-tickets';
import { WRITTEN_COLUMNS } from '../../tickets/ticket-row';

const TICKET_COLUMNS = ['number', ...WRITTEN_COLUMNS];

/**
 * The tickets among some ids ($1), and whether the last event of each is the one given ($2, as
 * JSON).
 */
export const EXISTING_TICKETS = {
  name: 'existing-tickets',
  text: `SELECT t.id, t.number, t.version, EXISTS (
                SELECT FROM json_populate_recordset(NULL::events, $2::json) r
                  JOIN events e ON e.ticket_id = r.ticket_id AND e.number = r.number
                 WHERE r.ticket_id = t.id AND e.number = t.version AND e.type = r.type AND e.at = r.at
                   AND e.recorded_at = r.recorded_at AND e.data = r.data) AS same
           FROM tickets t WHERE t.id = ANY ($1::uuid[])`,
};

/**
 * Adds tickets ($1) with their numbers, decided cycles ($2) and milestones ($3), each as JSON.
 * Returns the tickets that were added. One whose number or external id is taken is left out with
 * everything that belongs to it.
 */
export const RESTORE_TICKETS = {
  name: 'restore-tickets',
  text: `WITH added AS (
           INSERT INTO tickets (${list(TICKET_COLUMNS)})
           SELECT ${list(TICKET_COLUMNS, 'r.')} FROM ${recordsOf('tickets', '$1')}
           ON CONFLICT DO NOTHING RETURNING id
         ), decided AS (
           INSERT INTO commitment_outcomes
           SELECT r.* FROM ${recordsOf('commitment_outcomes', '$2')} JOIN added a ON a.id = r.ticket_id
         ), reached AS (
           INSERT INTO ticket_milestones
           SELECT r.* FROM ${recordsOf('ticket_milestones', '$3')} JOIN added a ON a.id = r.ticket_id
         )
         SELECT id FROM added`,
};

/** Adds events ($1, as JSON) of tickets that were added. */
export const RESTORE_EVENTS = {
  name: 'restore-events',
  text: `INSERT INTO events (${list(EVENT_WRITTEN_COLUMNS)})
         SELECT ${list(EVENT_WRITTEN_COLUMNS, 'r.')} FROM ${recordsOf('events', '$1')}`,
};
