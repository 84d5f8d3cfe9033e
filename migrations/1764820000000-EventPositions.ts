import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The order of the log: each event gets a position after its transaction has committed (ADR 034).
 *
 * Not breaking: an older process writes events as before, and newer ones give them positions. It
 * follows the log by transaction numbers, which stay.
 */
export class EventPositions1764820000000 implements MigrationInterface {
  readonly name = 'EventPositions1764820000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    for (const [object, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON ${object.includes('.') ? 'COLUMN' : 'TABLE'} ${object} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`COMMENT ON COLUMN events.xid IS '${OLDER_COMMENT}'`);
    await runner.query('DROP FUNCTION oldest_event_without_position()');
    await runner.query('DROP FUNCTION place_events(boolean, integer)');
    await runner.query('ALTER TABLE log_followers DROP COLUMN position');
    await runner.query('DROP TABLE event_positions, event_placements, event_retention');
  }
}

/**
 * Which events have no position: those that a snapshot does not show, from before which all have
 * one. They are found by the transactions that had not ended then: those that were running, and
 * later ones. No event has a number of a transaction that has not begun, unless it was restored
 * from another server.
 */
const WITHOUT_POSITION = `
      SELECT e.id, e.xid, e.recorded_at FROM events e
       WHERE e.xid >= pg_snapshot_xmax(last.placed) AND e.xid < pg_snapshot_xmax(pg_current_snapshot())
         AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)
      UNION ALL
      SELECT e.id, e.xid, e.recorded_at FROM events e
       WHERE e.xid = ANY (ARRAY (SELECT pg_snapshot_xip(last.placed)))
         AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)`;

/** Whether the numbers of transactions in a placement mean nothing on this server. */
const IS_OF_ANOTHER_SERVER = `last.cluster <> (SELECT system_identifier FROM pg_control_system())
       OR pg_snapshot_xmax(last.placed) > pg_snapshot_xmax(pg_current_snapshot())`;

const STATEMENTS = [
  `CREATE TABLE event_positions (
     position  bigint NOT NULL,
     event_id  bigint NOT NULL,
     client_id uuid   NOT NULL
   )`,
  `CREATE TABLE event_placements (
     batch         bigint      PRIMARY KEY,
     last_position bigint      NOT NULL,
     placed        pg_snapshot,
     underway      pg_snapshot,
     underway_to   bigint      NOT NULL,
     cluster       bigint      NOT NULL
   )`,
  // One statement, so that the snapshot is that of the events.
  `WITH filled AS (
     INSERT INTO event_positions SELECT row_number() OVER (ORDER BY id), id, client_id FROM events RETURNING true
   )
   INSERT INTO event_placements
   SELECT 1, (SELECT count(*) FROM filled), pg_current_snapshot(), NULL, 0, system_identifier FROM pg_control_system()`,
  'ALTER TABLE event_positions ADD PRIMARY KEY (position)',
  'ALTER TABLE event_positions ADD CONSTRAINT event_positions_event_id_key UNIQUE (event_id)',
  'CREATE INDEX event_positions_client_id_position_idx ON event_positions (client_id, position)',
  `CREATE TABLE event_retention (
     single_row boolean PRIMARY KEY DEFAULT true CHECK (single_row),
     removed_to bigint  NOT NULL
   )`,
  'INSERT INTO event_retention VALUES (true, 0)',
  'ALTER TABLE log_followers ADD COLUMN position bigint NOT NULL DEFAULT 0',
  `UPDATE log_followers f SET position = coalesce(
     (SELECT min(p.position) - 1 FROM events e JOIN event_positions p ON p.event_id = e.id WHERE e.xid >= f.done_before),
     (SELECT last_position FROM event_placements))`,
  `CREATE FUNCTION place_events(is_waiting boolean, most integer)
     RETURNS TABLE (newest bigint, placed integer, is_complete boolean)
     LANGUAGE plpgsql
     -- Estimates of how many events are new are of no use: there are always few.
     SET enable_seqscan = off
     SET plan_cache_mode = force_custom_plan
   AS $$
   #variable_conflict use_column
   DECLARE
     -- One lock for each table, because a database can have several in schemas.
     of_table constant bigint := 7401 * 2 ^ 32 + 'event_positions'::regclass::oid::bigint;
     last event_placements;
     seen pg_snapshot;
     found_ids bigint[];
     number integer;
   BEGIN
     -- Until the end of the transaction, which is this statement. What follows sees what the holder
     -- before has committed, because each statement has a snapshot of its own.
     IF is_waiting THEN PERFORM pg_advisory_xact_lock(of_table);
     ELSIF NOT pg_try_advisory_xact_lock(of_table) THEN RETURN;
     END IF;
     SELECT * INTO STRICT last FROM event_placements ORDER BY batch DESC LIMIT 1;
     IF ${IS_OF_ANOTHER_SERVER} THEN
       last.placed := NULL;
       last.underway := NULL;
       last.underway_to := 0;
     END IF;
     -- In the order of their numbers, which for one ticket is the order in which they were recorded.
     IF last.placed IS NULL THEN
       SELECT pg_current_snapshot(), ARRAY (
         SELECT e.id FROM events e
          WHERE e.id > last.underway_to AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)
            AND (last.underway IS NULL OR pg_visible_in_snapshot(e.xid, last.underway)
                 OR e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
          ORDER BY e.id LIMIT most) INTO seen, found_ids;
     ELSE
       SELECT pg_current_snapshot(), ARRAY (
         SELECT n.id FROM (${WITHOUT_POSITION}) n
          WHERE n.id > last.underway_to AND (last.underway IS NULL OR pg_visible_in_snapshot(n.xid, last.underway))
          ORDER BY n.id LIMIT most) INTO seen, found_ids;
     END IF;
     number := cardinality(found_ids);
     IF number > 0 OR last.underway IS NOT NULL OR last.placed IS NULL THEN
       INSERT INTO event_positions (position, event_id, client_id)
       SELECT last.last_position + f.place, e.id, e.client_id
         FROM unnest(found_ids) WITH ORDINALITY f (id, place) JOIN events e ON e.id = f.id;
       INSERT INTO event_placements (batch, last_position, placed, underway, underway_to, cluster)
       SELECT last.batch + 1, last.last_position + number,
              CASE WHEN number < most THEN coalesce(last.underway, seen) ELSE last.placed END,
              CASE WHEN number < most THEN NULL ELSE coalesce(last.underway, seen) END,
              CASE WHEN number < most THEN 0 ELSE found_ids[most] END, system_identifier
         FROM pg_control_system();
       DELETE FROM event_placements WHERE batch = last.batch;
       IF number > 0 THEN PERFORM pg_notify('stepdown_positions', (last.last_position + number)::text); END IF;
     END IF;
     RETURN QUERY SELECT last.last_position + number, number, number < most AND last.underway IS NULL;
   END
   $$`,
  `COMMENT ON FUNCTION place_events(boolean, integer) IS
     'Gives the next positions to at most so many events that are committed and have none; returns no row if another process does so at the moment and it should not wait'`,
  `CREATE FUNCTION oldest_event_without_position() RETURNS timestamptz
     LANGUAGE plpgsql STABLE
     SET enable_seqscan = off
     SET plan_cache_mode = force_custom_plan
   AS $$
   DECLARE
     last event_placements;
   BEGIN
     SELECT * INTO STRICT last FROM event_placements ORDER BY batch DESC LIMIT 1;
     IF last.placed IS NULL OR ${IS_OF_ANOTHER_SERVER} THEN
       RETURN (SELECT min(e.recorded_at) FROM events e
                WHERE NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id));
     END IF;
     RETURN (SELECT min(n.recorded_at) FROM (${WITHOUT_POSITION}) n);
   END
   $$`,
  `COMMENT ON FUNCTION oldest_event_without_position() IS
     'When the oldest committed event that has no position was recorded; NULL if all have one'`,
  `CREATE TRIGGER event_positions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_positions
     FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()`,
  'ALTER TABLE event_positions ENABLE ALWAYS TRIGGER event_positions_append_only',
];

const OLDER_COMMENT =
  'Transaction that recorded the event; readers follow (xid, id) and stop before the oldest running transaction';

const COMMENTS: Readonly<Record<string, string>> = {
  event_positions: 'The order of the log, append-only: readers follow it by position',
  'event_positions.position': 'Primary key, counts from 1 without gaps',
  'event_positions.event_id': 'The event at the position',
  'event_positions.client_id': 'Client of the ticket of the event',
  event_placements: 'How far the events of the log have positions; place_events keeps the newest row',
  'event_placements.batch': 'Primary key, one more for each batch of positions',
  'event_placements.last_position': 'The last position that was given',
  'event_placements.placed': 'All events that this snapshot shows have positions; NULL if that is not known',
  'event_placements.underway': 'The snapshot whose events are getting positions, in several batches; otherwise NULL',
  'event_placements.underway_to': 'Of the snapshot in underway, the events up to this id have positions',
  'event_placements.cluster': 'The server that counted the transactions of the snapshots, by its system identifier',
  event_retention: 'From where the log is kept; one row',
  'event_retention.single_row': 'Primary key, always true',
  'event_retention.removed_to': 'Events up to this position may have been removed; readers before it get an error',
  'log_followers.position': 'The events up to this position are done',
  'events.xid': 'Transaction that recorded the event; place_events finds new events by it',
};
