import { IS_OF_ANOTHER_SERVER } from '../../../../../migrations/position-functions';
import { isOneOf } from '../../database/sql';
import { EVENT_COLUMNS } from '../../tickets/event-row';

/** The last position; null if none was given. */
const NEWEST = '(SELECT last_position FROM event_placements ORDER BY batch DESC LIMIT 1)';

/**
 * The events after a position ($1), at most so many ($2), each with the last position and whether
 * events after $1 may have been removed, all as of one instant on one server. If there are no
 * events, one row with these two only. `single_row` is the key of a table with one row, which the
 * server takes for a large one because it was never analyzed.
 */
const reading = (name: string, page: string) => ({
  name,
  text: `SELECT r.removed_to > $1::bigint AS is_expired, ${NEWEST} AS newest, l.* FROM event_retention r
           LEFT JOIN LATERAL (${page}) l ON true WHERE r.single_row ORDER BY l.position`,
});

export const READ_LOG = reading(
  'read-log',
  `SELECT p.position, ${EVENT_COLUMNS}
     FROM event_positions p JOIN events e ON e.id = p.event_id
    WHERE p.position > $1::bigint ORDER BY p.position LIMIT $2`,
);

/**
 * The same of some clients ($3). Each client is read by its own part of the index, so that the rest
 * of the log costs nothing.
 */
export const READ_LOG_OF_CLIENTS = reading(
  'read-log-of-clients',
  `SELECT p.position, ${EVENT_COLUMNS}
     FROM (SELECT n.position, n.event_id
             FROM unnest($3::uuid[]) c (id), LATERAL (
               SELECT position, event_id FROM event_positions
                WHERE client_id = c.id AND position > $1::bigint ORDER BY position LIMIT $2) n
            ORDER BY n.position LIMIT $2) p
     JOIN events e ON e.id = p.event_id`,
);

/** The same of one ticket ($3), whose events have positions in the order of their numbers. */
export const READ_LOG_OF_TICKET = reading(
  'read-log-of-ticket',
  `SELECT p.position, ${EVENT_COLUMNS}
     FROM events e JOIN event_positions p ON p.event_id = e.id
    WHERE e.ticket_id = $3 AND p.position > $1::bigint ORDER BY e.number LIMIT $2`,
);

export const LOG_BOUNDS = {
  name: 'log-bounds',
  text: `SELECT (SELECT removed_to FROM event_retention WHERE single_row) AS removed_to,
                coalesce(${NEWEST}, 0) AS newest`,
};

/** Places at most so many events ($2); waits for another process that does so if $1 is true. */
export const PLACE_EVENTS = {
  name: 'place-events',
  text: 'SELECT newest, placed, is_complete FROM place_events($1, $2)',
};

/**
 * Whether the database was restored from a dump of another server, so that `place_events` looks
 * through the whole log once.
 */
export const IS_RESTORED = `SELECT ${IS_OF_ANOTHER_SERVER} AS is_restored
  FROM event_placements last ORDER BY batch DESC LIMIT 1`;

/** The positions of events by their ids ($1). */
export const POSITIONS_OF = {
  name: 'positions-of',
  text: `SELECT event_id, position FROM event_positions WHERE ${isOneOf('event_id', '$1::bigint[]')}`,
};

export const LOG_LAG = {
  name: 'log-lag',
  text: 'SELECT clock_timestamp() AS now, oldest_event_without_position() AS oldest',
};
