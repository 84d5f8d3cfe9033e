import { EVENT_COLUMNS } from '../event-row';

// PostgreSQL numbers transactions before they commit, so events do not become visible in the order
// of their ids. The log is complete up to a number when every transaction up to that number has
// ended.
export const READ_LOG = {
  name: 'read-log',
  text: `SELECT s.snapshot::text AS snapshot, e.*
           FROM (SELECT pg_current_snapshot() AS snapshot) s
           LEFT JOIN LATERAL (
             SELECT ${EVENT_COLUMNS} FROM events e
              WHERE (e.xid, e.id) > ($1::xid8, $2::bigint) AND e.xid < pg_snapshot_xmin(s.snapshot)
              ORDER BY e.xid, e.id LIMIT $3) e ON true`,
};

export const LOG_SNAPSHOT = {
  name: 'log-snapshot',
  text: 'SELECT pg_current_snapshot()::text AS snapshot',
};
