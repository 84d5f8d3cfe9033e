import { EVENT_COLUMNS } from '../../tickets/event-row';
import { columnsWith } from '../personal-columns';

/** All events of tickets ($1), with the number of the ticket. */
export const WHOLE_HISTORIES = `
  SELECT ${EVENT_COLUMNS}, t.number AS ticket_number
    FROM tickets t JOIN events e ON e.ticket_id = t.id
   WHERE t.id = ANY ($1::uuid[]) ORDER BY e.ticket_id, e.number`;

/** The next tickets after one of them ($1), at most $2. */
export const NEXT_TICKETS = 'SELECT id FROM tickets WHERE id > $1 ORDER BY id LIMIT $2';

/** Keeps others from changing tickets ($1), but not from referring to them. */
export const LOCK_FOR_ERASURE = 'SELECT id FROM tickets WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE';

/**
 * Keeps others from adding events and what is derived from them. A process that follows the log and
 * has read an event before looks at it again when it writes (`follow-log.ts`).
 */
export const LOCK_LOG = 'LOCK TABLE events, external_ids, spellings IN SHARE ROW EXCLUSIVE MODE';

/** Replaces the data and the actors of events ($1, as JSON). */
export const ERASE_EVENTS = `
  UPDATE events e SET data = r.data, actor = r.actor, schema_version = r.schema_version
    FROM jsonb_to_recordset($1::jsonb)
      AS r (ticket_id uuid, number integer, data jsonb, actor jsonb, schema_version smallint)
   WHERE e.ticket_id = r.ticket_id AND e.number = r.number`;

/** The columns of a ticket that can hold texts of its events. */
export const ERASED_TICKET_COLUMNS = columnsWith('tickets', 'WITH_TICKET');

/** Writes these columns of tickets ($1, as JSON). */
export const ERASE_TICKETS = `
  UPDATE tickets t SET ${ERASED_TICKET_COLUMNS.map((column) => `${column} = r.${column}`).join(', ')}
    FROM json_populate_recordset(NULL::tickets, $1::json) r WHERE t.id = r.id`;

/** Replaces what searches find ($1, as JSON), whether or not it has been derived already. */
export const ERASE_SEARCH_TEXTS = `
  INSERT INTO search_texts (ticket_id, number, folded, grams, is_internal)
  SELECT r.ticket_id, r.number, r.folded, r.grams, r.is_internal
    FROM json_to_recordset($1::json)
      AS r (ticket_id uuid, number int, folded text, grams int[], is_internal boolean)
  ON CONFLICT (ticket_id, number) DO UPDATE SET folded = EXCLUDED.folded, grams = EXCLUDED.grams`;

/** Replaces external ids ($1, as JSON). */
export const ERASE_EXTERNAL_IDS = `
  WITH replaced AS (
    SELECT * FROM json_to_recordset($1::json) AS r (client_id uuid, old text, folded uuid, written text)
  ), removed AS (
    DELETE FROM external_ids x USING replaced r WHERE x.client_id = r.client_id AND x.written = r.old
  )
  INSERT INTO external_ids (folded, client_id, written) SELECT folded, client_id, written FROM replaced
  ON CONFLICT DO NOTHING`;

/**
 * Adds spellings ($1, as JSON), and removes those of old names ($2) that no ticket has any more.
 */
export const ERASE_SPELLINGS = `
  WITH added AS (
    INSERT INTO spellings (folded, written_hash, written)
    SELECT r.folded, r.written_hash, r.written
      FROM json_to_recordset($1::json) AS r (folded uuid, written_hash uuid, written text)
    ON CONFLICT DO NOTHING
  ), used AS (
    SELECT reporter AS written FROM tickets WHERE reporter = ANY ($2::text[])
    UNION SELECT assignee FROM tickets WHERE assignee = ANY ($2::text[])
    UNION SELECT unnest(tags) FROM tickets WHERE tags && $2::text[]
  )
  DELETE FROM spellings WHERE written = ANY ($2::text[]) AND written NOT IN (SELECT written FROM used)`;

export const REMOVE_KEYS_OF_TICKETS = 'DELETE FROM idempotency_keys WHERE ticket_id = ANY ($1::uuid[])';

export const ERASE_DEADLINE_FAULTS = 'UPDATE deadline_faults SET error = $2 WHERE ticket_id = ANY ($1::uuid[])';
