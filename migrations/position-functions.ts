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

/**
 * Whether the numbers of transactions in a placement, `last`, mean nothing on this server, because
 * the database was restored from a dump of another. A part of released migrations: to change it,
 * write a new one.
 */
export const IS_OF_ANOTHER_SERVER = `last.cluster <> (SELECT system_identifier FROM pg_control_system())
       OR pg_snapshot_xmax(last.placed) > pg_snapshot_xmax(pg_current_snapshot())`;

/**
 * The function `place_events`, without `CREATE`.
 *
 * @param isKept a further condition on an event `e` whose position is not known to be given, which
 *   begins with ` AND`; empty if there is none
 */
export const placeEvents = (isKept: string): string => `FUNCTION place_events(is_waiting boolean, most integer)
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
          WHERE e.id > last.underway_to AND NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)${isKept}
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
   $$`;

/** The function `oldest_event_without_position`, in the same way. */
export const oldestEventWithoutPosition = (
  isKept: string,
): string => `FUNCTION oldest_event_without_position() RETURNS timestamptz
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
                WHERE NOT EXISTS (SELECT FROM event_positions p WHERE p.event_id = e.id)${isKept});
     END IF;
     RETURN (SELECT min(n.recorded_at) FROM (${WITHOUT_POSITION}) n);
   END
   $$`;
