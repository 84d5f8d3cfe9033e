import type { MigrationInterface, QueryRunner } from 'typeorm';
import { oldestEventWithoutPosition, placeEvents } from './position-functions';

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
  `CREATE ${placeEvents('')}`,
  `COMMENT ON FUNCTION place_events(boolean, integer) IS
     'Gives the next positions to at most so many events that are committed and have none; returns no row if another process does so at the moment and it should not wait'`,
  `CREATE ${oldestEventWithoutPosition('')}`,
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
