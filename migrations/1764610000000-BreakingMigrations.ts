import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The table of the breaking migrations, and the trigger function that refuses the writes of older
 * processes. Only a breaking migration creates the triggers (see breaking-migrations.ts), so there
 * are none until then.
 */
export class BreakingMigrations1764610000000 implements MigrationInterface {
  readonly name = 'BreakingMigrations1764610000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE breaking_migrations (
      number bigint NOT NULL PRIMARY KEY,
      name   text   NOT NULL
    )`);
    await runner.query(REFUSE_OLDER_WRITERS);
    for (const comment of COMMENTS) await runner.query(comment);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION refuse_older_writers()');
    await runner.query('DROP TABLE breaking_migrations');
  }
}

// A process announces the newest migration that it knows when it connects (data-source.ts); older
// releases announce none.
const REFUSE_OLDER_WRITERS = `
  CREATE FUNCTION refuse_older_writers() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    known bigint := coalesce(nullif(current_setting('stepdown.newest_migration', true), ''), '0')::bigint;
    missing text := (SELECT name FROM breaking_migrations WHERE number > known ORDER BY number DESC LIMIT 1);
  BEGIN
    IF missing IS NOT NULL THEN
      RAISE EXCEPTION 'The database was migrated by a newer version of Stepdown (%): this process no longer writes. Run that version or a later one.', missing
        USING ERRCODE = '57SD1',
              HINT = 'To write by hand, first run SET stepdown.newest_migration = followed by the number of that migration.';
    END IF;
    RETURN NULL;
  END
  $body$`;

const COMMENTS = [
  `COMMENT ON TABLE breaking_migrations IS
     'Breaking migrations; a process that does not know all of them can read but not write'`,
  `COMMENT ON COLUMN breaking_migrations.number IS 'Number of the migration, from its name'`,
  `COMMENT ON COLUMN breaking_migrations.name IS 'Name of the migration'`,
  `COMMENT ON FUNCTION refuse_older_writers() IS
     'Refuses writes unless stepdown.newest_migration, set by the process, is at least the newest breaking migration'`,
];
