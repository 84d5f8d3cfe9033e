import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The index for lists in order of the last event, and filters by it. */
export class LastEventOrder1764710000000 implements MigrationInterface {
  readonly name = 'LastEventOrder1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX tickets_last_event_at_idx ON tickets (last_event_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX tickets_last_event_at_idx');
  }
}
