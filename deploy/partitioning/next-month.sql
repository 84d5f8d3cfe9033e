-- Begins a new partition of event_positions: run it at the beginning of each month, with psql as the
-- owner of the tables. The service may run. The partition before ends a little after the log, by the
-- margin that convert.sql describes.
--
-- If it ends with an error, run it again at once, as convert.sql.
\set ON_ERROR_STOP on
\if :{?margin}
\else
  \set margin 100000
\endif
SELECT set_config('stepdown.margin', :'margin', false) \gset ignored_
SET lock_timeout = '5s';

SELECT n.number, n.number + 1 AS next, format('event_positions_%s', n.number) AS open,
       format('event_positions_%s', n.number + 1) AS following,
       format('event_positions_%s_event_id_key', n.number + 1) AS following_key,
       substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \(''?(\d+)') AS "from"
  FROM (SELECT max(substring(inhrelid::regclass::text FROM '\d+$')::int) AS number
          FROM pg_inherits WHERE inhparent = 'event_positions'::regclass) n
  JOIN pg_class c ON c.oid = format('event_positions_%s', n.number)::regclass \gset
SELECT set_config('stepdown.from', :'from', false) \gset ignored_
DO $$
DECLARE
  written bigint := (SELECT last_position FROM event_placements ORDER BY batch DESC LIMIT 1);
BEGIN
  IF current_setting('stepdown.margin')::bigint < 1 THEN
    RAISE EXCEPTION 'The margin must be at least 1.';
  ELSIF written < current_setting('stepdown.from')::bigint - 1 THEN
    RAISE EXCEPTION 'The newest partition is empty: it begins at %, and the log is at %.',
      current_setting('stepdown.from'), written USING HINT = 'Run it when the log has got there.';
  END IF;
END $$;

-- Both limits, so that attaching the partition does not read it.
BEGIN;
LOCK TABLE event_placements, event_positions IN ACCESS EXCLUSIVE MODE;
SELECT last_position + :margin AS until FROM event_placements ORDER BY batch DESC LIMIT 1 \gset
ALTER TABLE :"open" DROP CONSTRAINT IF EXISTS event_positions_until,
  ADD CONSTRAINT event_positions_until CHECK (position >= :from AND position < :until) NOT VALID;
COMMIT;
ALTER TABLE :"open" VALIDATE CONSTRAINT event_positions_until;

BEGIN;
LOCK TABLE event_placements, event_positions IN ACCESS EXCLUSIVE MODE;
ALTER TABLE event_positions DETACH PARTITION :"open";
ALTER TABLE event_positions ATTACH PARTITION :"open" FOR VALUES FROM (:from) TO (:until);
ALTER TABLE :"open" DROP CONSTRAINT event_positions_until;
CREATE TABLE :"following" PARTITION OF event_positions
  (CONSTRAINT :"following_key" UNIQUE (event_id)) FOR VALUES FROM (:until) TO (MAXVALUE);
ALTER TABLE :"following" ENABLE ROW LEVEL SECURITY;
COMMIT;
