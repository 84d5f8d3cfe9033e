import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { CommitUnknownError } from '../../src/adapters/persistence/database/database-errors';
import { type Transaction, transact } from '../../src/adapters/persistence/database/transact';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { losing } from '../support/lost-commits';
import { untilTrue } from '../support/until';

let database: TestDatabase;
let dataSource: DataSource;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  pool = poolOf(dataSource);
  await pool.query('CREATE TABLE notes (words text)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => pool.query('TRUNCATE notes'));

const written = async () =>
  (await pool.query<{ words: string }>('SELECT words FROM notes')).rows.map(({ words }) => words);

const TRACE = { text: 'SELECT FROM notes', values: [] };

const write = async (tx: Transaction, isKnown = true) => {
  const { rows } = await tx.query<{ xid: string }>({
    text: `WITH n AS (INSERT INTO notes VALUES ('x')) SELECT pg_current_xact_id()::text AS xid`,
  });
  if (isKnown) tx.identify(rows[0]?.xid ?? '', TRACE);
  return 'done';
};

let tries = 0;
const counting = (work: typeof write) => (tx: Transaction) => {
  tries += 1;
  return work(tx);
};

test('a COMMIT whose answer is lost is not carried out twice', async () => {
  tries = 0;
  expect(await transact(losing(pool, 'ANSWER'), counting(write))).toBe('done');
  expect([tries, await written()]).toEqual([1, ['x']]);
});

test('a transaction whose COMMIT never arrived is tried again', async () => {
  tries = 0;
  expect(await transact(losing(pool, 'COMMIT'), counting(write))).toBe('done');
  expect([tries, await written()]).toEqual([2, ['x']]);
});

test('a transaction whose number another one has, because the server lost it, is tried again', async () => {
  // A server that has crashed, or a standby that has taken over, gives lost numbers again.
  const { rows } = await pool.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
  const given = (tx: Transaction): Transaction => ({
    ...tx,
    identify: (_, trace) => tx.identify(rows[0]?.xid ?? '', trace),
  });
  tries = 0;
  expect(await transact(losing(pool, 'COMMIT'), (tx) => counting(write)(given(tx)))).toBe('done');
  expect([tries, await written()]).toEqual([2, ['x']]);
});

test.each(['ANSWER', 'COMMIT'] as const)(
  'a lost %s of a transaction without a number is not guessed at',
  async (what) => {
    await expect(transact(losing(pool, what), (tx) => write(tx, false))).rejects.toBeInstanceOf(CommitUnknownError);
  },
);

test('a transaction whose session ended during COMMIT is carried out once', async () => {
  await pool.query(`CREATE SEQUENCE faults;
    CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF nextval('faults') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION fault()`);
  expect(await transact(pool, write)).toBe('done');
  expect(await written()).toEqual(['x']);
  await pool.query('DROP TRIGGER fault ON notes; DROP FUNCTION fault; DROP SEQUENCE faults');
});

test('an error of the work rolls back and is passed on, also one that the work caught', async () => {
  const failing = transact(pool, async (tx) => {
    await write(tx);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  const hiding = transact(pool, async (tx) => {
    await write(tx);
    await tx.query({ text: 'SELECT 1/0' }).catch(() => undefined);
  });
  await expect(hiding).rejects.toThrow('Nothing was committed');
  expect(await written()).toEqual([]);
});

/** The process of the server whose transaction a statement has failed. */
async function processOfFailed(statement: string, code: string): Promise<number> {
  let pid = 0;
  const failed = transact(pool, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
    pid = rows[0]?.pid ?? 0;
    await tx.query({ text: statement });
  });
  await expect(failed).rejects.toMatchObject({ code });
  return pid;
}

test('a connection to a server that takes only reads is closed, because the address may lead to another', async () => {
  const isOpen = async (pid: number) =>
    ((await pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount ?? 0) > 0;
  const usable = await processOfFailed('SELECT 1 / 0', '22012');
  const readOnly = await processOfFailed("SET TRANSACTION READ ONLY; INSERT INTO notes VALUES ('x')", '25006');
  await untilTrue(async () => !(await isOpen(readOnly)));
  expect(readOnly === usable || (await isOpen(usable))).toBe(true);
  expect(await written()).toEqual([]);
});

test('a transaction that always conflicts is given up after a number of attempts', async () => {
  tries = 0;
  const work = async () => {
    tries += 1;
    throw Object.assign(new Error('deadlock'), { code: '40P01' });
  };
  await expect(transact(pool, work, { attempts: 3 })).rejects.toThrow('deadlock');
  expect(tries).toBe(3);
});
