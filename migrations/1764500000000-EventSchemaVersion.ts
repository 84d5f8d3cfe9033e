import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each event carries the version of its type's shape. An earlier version of the code can run beside
 * this one: it inserts without the column, so its rows get version 1, which is the shape that it
 * writes.
 */
export class EventSchemaVersion1764500000000 implements MigrationInterface {
  readonly name = 'EventSchemaVersion1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE events ADD COLUMN schema_version smallint NOT NULL DEFAULT 1');
    await runner.query(`COMMENT ON COLUMN events.schema_version IS '${MEANING}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Nothing is lost: the steps that lead to the versions of this release accept data of those
    // versions as well.
    await runner.query('ALTER TABLE events DROP COLUMN schema_version');
  }
}

const MEANING = 'Version of the shape of data, counted from 1 for each type';
