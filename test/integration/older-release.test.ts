import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createDataSource } from '../../src/adapters/persistence/database/data-source';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { recordedStatements, recordRelease } from '../support/recorded-statements';

/**
 * Each release that may still run while a process of this version migrates the database, and its
 * newest migration.
 */
const RELEASES = [['0.1.0', 'DeadlineFaults1764400000000']] as const;

const { RECORD_RELEASE } = process.env;
if (RECORD_RELEASE !== undefined) test(`records ${RECORD_RELEASE}`, () => recordRelease(RECORD_RELEASE));

let database: TestDatabase;
let olderProcess: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  olderProcess = new Client(database.url);
  await olderProcess.connect();
});
afterAll(async () => {
  await olderProcess.end();
  await database.drop();
});

test.each(RELEASES)(
  'a process of release %s that is running during the migration keeps reading and writing',
  async (release, newestMigration) => {
    const dataSource = await createDataSource({ url: database.url }).initialize();
    const newest = async () =>
      (await dataSource.query('SELECT name FROM migrations ORDER BY timestamp DESC LIMIT 1'))[0].name;
    while ((await newest()) !== newestMigration) await dataSource.undoLastMigration();

    const replay = async () => {
      await olderProcess.query('BEGIN');
      for (const { name, text, values, refusedWith } of recordedStatements(release)) {
        const statement = { ...(name === null ? {} : { name }), text, values: [...values] };
        await olderProcess.query('SAVEPOINT before');
        if (refusedWith === null) {
          await olderProcess.query(statement);
        } else {
          await expect(olderProcess.query(statement)).rejects.toMatchObject({ code: refusedWith });
          await olderProcess.query('ROLLBACK TO before');
        }
      }
    };
    const written = async () =>
      (
        await olderProcess.query(
          `SELECT (SELECT count(*)::int FROM tickets) AS tickets, (SELECT count(*)::int FROM events) AS events,
                  (SELECT count(*)::int FROM policy_versions) AS versions`,
        )
      ).rows[0];

    // The process prepares its statements on its own schema; its prepared statements outlive the
    // rollback.
    await replay();
    const before = await written();
    expect(before).toEqual({ tickets: 4, events: expect.any(Number), versions: 2 });
    await olderProcess.query('ROLLBACK');

    expect((await migrate(dataSource)).length).toBeGreaterThan(0);
    await replay();
    expect(await written()).toEqual(before);
    await olderProcess.query('COMMIT');
    await dataSource.destroy();
  },
);
