-- Writes the oldest partition of event_positions to a file, with its events, and removes it. Run it
-- with psql as the owner of the tables, and the name of the file: psql -v file=log.csv. The service
-- may run. The rows of events stay: they are the histories of the tickets.
\set ON_ERROR_STOP on

SELECT i.inhrelid::regclass::text AS oldest, count(*) OVER () > 1 AS "hasNewer"
  FROM pg_inherits i WHERE i.inhparent = 'event_positions'::regclass
 ORDER BY substring(i.inhrelid::regclass::text FROM '\d+$')::int LIMIT 1 \gset
\if :hasNewer
\else
  \warn 'There is one partition only: run next-month.sql first.'
  \quit
\endif
SELECT coalesce(max(position), 0) AS last, coalesce(max(event_id), 0) AS last_event FROM :"oldest" \gset

-- Readers that have not got so far would miss events.
SELECT count(*) = 0 AS "isRead" FROM (
  SELECT position FROM log_followers UNION ALL
  SELECT position FROM event_buses UNION ALL
  SELECT position FROM webhooks WHERE disabled_at IS NULL) reader
 WHERE reader.position < :last \gset
\if :isRead
\else
  \warn 'A webhook, the event bus or the search tables have not read the partition to its end.'
  \quit
\endif

COPY (SELECT p.position, e.* FROM :"oldest" p JOIN events e ON e.id = p.event_id ORDER BY p.position)
  TO STDOUT (FORMAT csv, HEADER) \g :file
-- From now on, a cursor of that part gets CURSOR_EXPIRED.
UPDATE event_retention
   SET removed_to = greatest(removed_to, :last), removed_event_id = greatest(removed_event_id, :last_event);
ALTER TABLE event_positions DETACH PARTITION :"oldest" CONCURRENTLY;
DROP TABLE :"oldest";
