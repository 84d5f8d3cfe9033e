import type { EventType } from '../../../../domain/ticket/ticket-events';

/** What follows the log: the table of `log_followers` has a row for each. */
export type FollowerName = 'names' | 'texts' | 'replies';

/** The number of events that a statement looks at. */
export const FOLLOWED_BATCH = 250;

/** A row of `readFollowed`. If the follower takes none of the events, the only row has none. */
export interface FollowedRow {
  /** The position of the last event that was looked at; null if there is none. */
  readonly last: string | null;
  /** Whether further events may follow. */
  readonly is_full: boolean;
  /** Whether events are committed that have no position yet. */
  readonly is_unplaced: boolean;
  readonly ticket_id: string | null;
  readonly number: number;
  readonly client_id: string;
  readonly type: EventType;
  /** The fields of the event's data that the follower takes, by name. */
  readonly [field: string]: unknown;
}

// Single fields, because the whole data are many times as long. A list stays JSON.
const fieldOf = (field: string): string => `e.data${field === 'tags' ? '->' : '->>'}'${field}' AS "${field}"`;

/**
 * The events that a follower takes among the next ones of the log.
 *
 * The next events are found first, by the order of the index, and then looked at. If both were one
 * step, the planner would look at the whole rest of the log for each batch.
 *
 * @param isOpen a condition on the event `e` that leaves out what is done or has nothing to take
 */
export const readFollowed = (
  follower: FollowerName,
  types: readonly EventType[],
  fields: readonly string[],
  isOpen: string,
) => ({
  name: `follow-${follower}`,
  text: `WITH next AS MATERIALIZED (
           SELECT p.position, e.ticket_id, e.number, e.client_id, e.type, e.data
             FROM event_positions p JOIN events e ON e.id = p.event_id
            WHERE p.position > (SELECT position FROM log_followers WHERE name = '${follower}')
            ORDER BY p.position LIMIT ${FOLLOWED_BATCH}
         )
         SELECT looked.last, looked.number = ${FOLLOWED_BATCH} AS is_full,
                (SELECT oldest_event_without_position() IS NOT NULL) AS is_unplaced, e.*
           FROM (SELECT max(position) AS last, count(*) AS number FROM next) looked
           LEFT JOIN (
             SELECT e.ticket_id, e.number, e.client_id, e.type, ${fields.map(fieldOf).join(', ')}
               FROM next e WHERE e.type IN (${types.map((type) => `'${type}'`).join(', ')}) AND ${isOpen}
              ORDER BY e.position) e ON true`,
});

/** The fields whose spellings are kept. */
export const SPELLED = ['assignee', 'reporter', 'tags'];

export const FOLLOW_NAMES = readFollowed(
  'names',
  ['SUBMITTED', 'ASSIGNED', 'TICKET_UPDATED'],
  [...SPELLED, 'externalId'],
  `(coalesce(e.data->>'assignee', e.data->>'reporter', e.data->>'externalId') IS NOT NULL OR e.data->'tags' <> '[]')`,
);

/** What a search finds of an event: its fields, each in a line of its own. */
export const SEARCHED = ['subject', 'description', 'reporter', 'externalId', 'tags', 'body', 'note', 'resolution'];

export const FOLLOW_TEXTS = readFollowed(
  'texts',
  ['SUBMITTED', 'COMMUNICATED', 'CALL_RECORDED', 'NOTE_ADDED', 'TICKET_UPDATED', 'RESOLVED'],
  SEARCHED,
  `(coalesce(e.data->>'subject', e.data->>'body', e.data->>'note', e.data->>'resolution') IS NOT NULL
    OR (e.type = 'TICKET_UPDATED' AND e.data ?| '{description,reporter,tags}'))
   AND NOT EXISTS (SELECT FROM search_texts s WHERE s.ticket_id = e.ticket_id AND s.number = e.number)`,
);

/** Moves the follower ($2) on ($1). */
export const ADVANCE = `UPDATE log_followers f SET position = $1::text::bigint
                  WHERE f.name = $2 AND f.position < $1::text::bigint`;

/** Adds texts ($3, as JSON) and moves the follower ($2) on ($1). */
export const ADD_TEXTS = {
  name: 'add-texts',
  text: `WITH added AS (
           INSERT INTO search_texts (ticket_id, number, folded, grams, is_internal)
           SELECT r.ticket_id, r.number, r.folded, r.grams, coalesce(r.is_internal, false)
             FROM json_to_recordset($3::json)
               AS r (ticket_id uuid, number int, folded text, grams int[], is_internal boolean)
           ON CONFLICT DO NOTHING
         ) ${ADVANCE}`,
};

/**
 * Adds spellings ($3) and external ids ($4), each as JSON, and moves the follower ($2) on ($1).
 * Leaves out those that their events have no more, because an erasure has changed them since they
 * were read.
 */
export const ADD_NAMES = {
  name: 'add-names',
  text: `WITH spelled AS (
           INSERT INTO spellings (folded, written_hash, written)
           SELECT DISTINCT r.folded, r.written_hash, r.written
             FROM json_to_recordset($3::json)
               AS r (folded uuid, written_hash uuid, written text, ticket_id uuid, number int)
             JOIN events e ON e.ticket_id = r.ticket_id AND e.number = r.number
            WHERE r.written IN (e.data->>'assignee', e.data->>'reporter') OR e.data->'tags' ? r.written
            ORDER BY r.folded, r.written_hash
           ON CONFLICT DO NOTHING
         ), named AS (
           INSERT INTO external_ids (folded, client_id, duplicate, written)
           SELECT r.folded, r.client_id,
                  CASE WHEN x.written IS NULL AND row_number() OVER same = 1 THEN 0 ELSE t.number END, r.written
             FROM json_to_recordset($4::json)
               AS r (folded uuid, client_id uuid, ticket_id uuid, number int, written text)
             JOIN events e ON e.ticket_id = r.ticket_id AND e.number = r.number AND e.data->>'externalId' = r.written
             JOIN tickets t ON t.id = r.ticket_id
             LEFT JOIN external_ids x ON x.folded = r.folded AND x.client_id = r.client_id AND x.duplicate = 0
            WHERE x.written IS DISTINCT FROM r.written
           WINDOW same AS (PARTITION BY r.folded, r.client_id ORDER BY t.number)
            ORDER BY r.folded, r.client_id
           ON CONFLICT DO NOTHING
         ) ${ADVANCE}`,
};
