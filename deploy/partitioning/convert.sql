-- Makes event_positions a partitioned table whose first partition is the table as it is. Run it once
-- with psql as the owner of the tables; the service may run. No row is copied. An index is built and
-- the table is read, and nothing waits for either. The rest takes some milliseconds.
--
-- The partition ends 100,000 positions after the log, or psql -v margin=5000: more than are given
-- while the table is read. If it ends with an error, run it again at once: the constraint that it
-- adds stops the log at the end of the partition.
\set ON_ERROR_STOP on
\if :{?margin}
\else
  \set margin 100000
\endif
SELECT set_config('stepdown.margin', :'margin', false) \gset ignored_
DO $$
BEGIN
  IF (SELECT relkind FROM pg_class WHERE oid = 'event_positions'::regclass) = 'p' THEN
    RAISE EXCEPTION 'event_positions is partitioned already: run next-month.sql.';
  ELSIF current_setting('stepdown.margin')::bigint < 1 THEN
    RAISE EXCEPTION 'The margin must be at least 1.';
  END IF;
END $$;

-- The partitioned table has this index, which is not unique. Without it, attaching the partition
-- would build it while everything waits.
DROP INDEX CONCURRENTLY IF EXISTS event_positions_1_event_id_idx;
CREATE INDEX CONCURRENTLY event_positions_1_event_id_idx ON event_positions (event_id);

SET lock_timeout = '5s';
-- The first partition ends after the log, so that the service can go on between these statements.
BEGIN;
LOCK TABLE event_placements, event_positions IN ACCESS EXCLUSIVE MODE;
SELECT last_position + :margin AS until FROM event_placements ORDER BY batch DESC LIMIT 1 \gset
ALTER TABLE event_positions DROP CONSTRAINT IF EXISTS event_positions_until,
  ADD CONSTRAINT event_positions_until CHECK (position < :until) NOT VALID;
COMMIT;
ALTER TABLE event_positions VALIDATE CONSTRAINT event_positions_until;

BEGIN;
LOCK TABLE event_placements, event_positions IN ACCESS EXCLUSIVE MODE;
ALTER TABLE event_positions RENAME TO event_positions_1;
ALTER TABLE event_positions_1 RENAME CONSTRAINT event_positions_pkey TO event_positions_1_pkey;
ALTER TABLE event_positions_1 RENAME CONSTRAINT event_positions_event_id_key TO event_positions_1_event_id_key;
ALTER INDEX event_positions_client_id_position_idx RENAME TO event_positions_1_client_id_position_idx;

-- A unique key of a partitioned table has to contain the key of the partitions. So event_id is
-- unique within each partition only; place_events gives no event a second position, because only
-- one process runs it at a time.
CREATE TABLE event_positions (LIKE event_positions_1 INCLUDING COMMENTS, PRIMARY KEY (position))
  PARTITION BY RANGE (position);
CREATE INDEX event_positions_event_id_idx ON event_positions (event_id);
CREATE INDEX event_positions_client_id_position_idx ON event_positions (client_id, position);
ALTER TABLE event_positions ATTACH PARTITION event_positions_1 FOR VALUES FROM (MINVALUE) TO (:until);
ALTER TABLE event_positions_1 DROP CONSTRAINT event_positions_until;
CREATE TABLE event_positions_2 PARTITION OF event_positions
  (CONSTRAINT event_positions_2_event_id_key UNIQUE (event_id)) FOR VALUES FROM (:until) TO (MAXVALUE);
-- Rows are read through event_positions only, whose policies hold then.
ALTER TABLE event_positions_2 ENABLE ROW LEVEL SECURITY;

CREATE TRIGGER event_positions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON event_positions
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
ALTER TABLE event_positions ENABLE ALWAYS TRIGGER event_positions_append_only;

-- The rights and the policies of the roles of the service, as they were.
DO $$
DECLARE statement text;
BEGIN
  -- Default privileges may have given others rights to a new table.
  REVOKE ALL ON event_positions FROM PUBLIC;
  EXECUTE format('COMMENT ON TABLE event_positions IS %L', obj_description('event_positions_1'::regclass));
  FOR statement IN
    SELECT format('GRANT %s ON event_positions TO %I', a.privilege_type, a.grantee::regrole)
      FROM pg_class c, aclexplode(c.relacl) a
     WHERE c.oid = 'event_positions_1'::regclass AND a.grantee NOT IN (0, c.relowner)
    UNION ALL
    SELECT 'ALTER TABLE event_positions ENABLE ROW LEVEL SECURITY'
      FROM pg_class WHERE oid = 'event_positions_1'::regclass AND relrowsecurity
    UNION ALL
    SELECT format('CREATE POLICY %I ON event_positions AS %s FOR %s TO %s USING (%s) WITH CHECK (%s)', policyname,
                  permissive, cmd, (SELECT string_agg(CASE r WHEN 'public' THEN r ELSE format('%I', r) END, ', ')
                                      FROM unnest(roles) r), qual, with_check)
      FROM pg_policies
     WHERE schemaname = (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'event_positions_1'::regclass)
       AND tablename = 'event_positions_1'
  LOOP
    EXECUTE statement;
  END LOOP;
END $$;
COMMIT;
ANALYZE event_positions;
