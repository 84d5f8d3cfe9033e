import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far the log is published to other systems, and by which process.
 *
 * Not breaking: an older process publishes nothing.
 */
export class EventBuses1764860000000 implements MigrationInterface {
  readonly name = 'EventBuses1764860000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_buses (
        name         text   PRIMARY KEY,
        position     bigint NOT NULL,
        token        bigint NOT NULL,
        holder       uuid,
        leased_until timestamptz(3)
      )`);
    for (const [object, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON ${object.includes('.') ? 'COLUMN' : 'TABLE'} ${object} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_buses');
  }
}

const COMMENTS: Readonly<Record<string, string>> = {
  event_buses: 'How far the log is published to other systems',
  'event_buses.name': 'Primary key, the kind of the bus and its stream',
  'event_buses.position': 'The events up to this position are on the bus',
  'event_buses.token': 'Counts the processes that have held the bus, so that an earlier one cannot move it',
  'event_buses.holder': 'The process that publishes; NULL if none does',
  'event_buses.leased_until': 'Until when the process holds the bus; NULL if none does',
};
