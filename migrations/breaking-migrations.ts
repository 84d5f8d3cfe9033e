import type { MigrationInterface, QueryRunner } from 'typeorm';
import { numberOf } from './number-of';

/**
 * Marks a migration as breaking: processes that do not know it can no longer write, also if they
 * were started before it ran. Call it first in `up`, before the tables change; it waits until the
 * writes in progress have ended.
 *
 * A migration that older code is compatible with must not call it. Prefer such migrations: first
 * expand (add a nullable column, write both), and contract in a later release, when no process of
 * the older one runs any more.
 */
export async function refuseOlderWriters(runner: QueryRunner, migration: MigrationInterface): Promise<void> {
  await runner.query('INSERT INTO breaking_migrations (number, name) VALUES ($1, $2)', [
    numberOf(migration),
    migration.name,
  ]);
  await runner.query(CREATE_TRIGGERS);
}

/** Removes the mark of a breaking migration. Call it in `down`. */
export async function allowOlderWriters(runner: QueryRunner, migration: MigrationInterface): Promise<void> {
  await runner.query('DELETE FROM breaking_migrations WHERE number = $1', [numberOf(migration)]);
  await runner.query(DROP_TRIGGERS_WITHOUT_MARKS);
}

/** On each table of the service that has none yet; it fires once for each statement. */
const CREATE_TRIGGERS = `
  DO $body$
  DECLARE written regclass;
  BEGIN
    FOR written IN
      SELECT c.oid FROM pg_class c
       WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
         AND c.relname NOT IN ('migrations', 'breaking_migrations')
         AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'refuse_older_writers')
    LOOP
      EXECUTE format('CREATE TRIGGER refuse_older_writers BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
                      FOR EACH STATEMENT EXECUTE FUNCTION refuse_older_writers()', written);
    END LOOP;
  END
  $body$`;

const DROP_TRIGGERS_WITHOUT_MARKS = `
  DO $body$
  DECLARE written regclass;
  BEGIN
    IF EXISTS (SELECT FROM breaking_migrations) THEN RETURN; END IF;
    FOR written IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'refuse_older_writers' LOOP
      EXECUTE format('DROP TRIGGER refuse_older_writers ON %s', written);
    END LOOP;
  END
  $body$`;
