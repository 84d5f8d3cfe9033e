-- Writes the oldest partition of event_positions to a file, with its events, and removes it. Run it
-- with psql as the owner of the tables, and the name of the file: psql -v file=log.csv. The service
-- may run. The rows of events stay: they are the histories of the tickets.
\set ON_ERROR_STOP on

-- psql ends with code 3 if this refuses, so that a scheduler sees it.
DO $$
DECLARE
  written bigint := (SELECT last_position FROM event_placements ORDER BY batch DESC LIMIT 1);
  oldest record;
  last bigint;
  behind text;
BEGIN
  SELECT c.oid::regclass AS name,
         substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''?(\d+)')::bigint AS until
    INTO oldest FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'event_positions'::regclass
   ORDER BY substring(c.relname FROM '\d+$')::int LIMIT 1;
  IF oldest.until IS NULL THEN
    RAISE EXCEPTION 'No partition has an end: run convert.sql or next-month.sql first.';
  ELSIF written < oldest.until - 1 THEN
    RAISE EXCEPTION
      'The log is still written to %: it is at position %, and the partition ends before %.',
      oldest.name, written, oldest.until;
  END IF;
  -- Readers that have not got so far would miss events.
  EXECUTE format('SELECT max(position) FROM %s', oldest.name) INTO last;
  SELECT string_agg(format('%s (at %s)', reader.name, reader.position), ', ' ORDER BY reader.name)
    INTO behind FROM (
    SELECT 'search tables ' || name, position FROM log_followers UNION ALL
    SELECT 'event bus ' || name, position FROM event_buses UNION ALL
    SELECT 'webhook ' || id, position FROM webhooks WHERE disabled_at IS NULL) reader (name, position)
   WHERE reader.position < last;
  IF behind IS NOT NULL THEN
    RAISE EXCEPTION 'The partition ends at position %, and these have not read so far: %.',
      last, behind;
  END IF;
END $$;

SELECT i.inhrelid::regclass::text AS oldest
  FROM pg_inherits i WHERE i.inhparent = 'event_positions'::regclass
 ORDER BY substring(i.inhrelid::regclass::text FROM '\d+$')::int LIMIT 1 \gset
SELECT coalesce(max(position), 0) AS last, coalesce(max(event_id), 0) AS last_event
  FROM :"oldest" \gset
COPY (SELECT p.position, e.* FROM :"oldest" p JOIN events e ON e.id = p.event_id ORDER BY position)
  TO STDOUT (FORMAT csv, HEADER) \g :file
-- From now on, a cursor of that part gets CURSOR_EXPIRED.
UPDATE event_retention
   SET removed_to = greatest(removed_to, :last),
       removed_event_id = greatest(removed_event_id, :last_event);
ALTER TABLE event_positions DETACH PARTITION :"oldest" CONCURRENTLY;
DROP TABLE :"oldest";
