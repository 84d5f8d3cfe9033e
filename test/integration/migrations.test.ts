import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../migrations';
import { createDataSource } from '../../src/adapters/persistence/database/data-source';
import {
  DatabaseTooOldError,
  DatabaseUnusableError,
  OLDEST_POSTGRES,
} from '../../src/adapters/persistence/database/database-unusable';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { commands, everything, MONDAY, newTicket, openStore, submission } from '../support/store';

const NAMES = MIGRATIONS.map((migration) => new migration().name);

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/**
 * Everything that migrations make: columns, constraints, indexes, triggers, functions and comments.
 */
const catalogue = async (): Promise<unknown[]> =>
  dataSource.query(`
    SELECT 'column' AS what, c.relname || '.' || a.attname AS name,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid),
                     col_description(c.oid, a.attnum)) AS is
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migrations'
    UNION ALL
    SELECT 'table', relname, obj_description(oid) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') AND relname NOT LIKE 'migrations%'
    UNION ALL
    SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL
    SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND conrelid <> 'migrations'::regclass
    UNION ALL
    SELECT 'trigger', tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3`);

test('down reverts what up does, and up then gives the same schema', async () => {
  const before = await catalogue();
  expect(before.length).toBeGreaterThan(100);
  while ((await dataSource.query('SELECT count(*)::int AS left FROM migrations'))[0].left > 0) {
    await dataSource.undoLastMigration();
  }
  expect(await catalogue()).toEqual([]);
  expect(await migrate(dataSource)).toEqual(NAMES);
  expect(await catalogue()).toEqual(before);
  expect(await migrate(dataSource)).toEqual([]);
});

test('services that start at once migrate once', async () => {
  await dataSource.undoLastMigration();
  const services = Array.from({ length: 4 }, () => createDataSource({ url: database.url, poolSize: 1 }));
  const done = await Promise.all(services.map((service) => migrate(service)));
  await Promise.all(services.map((service) => service.destroy()));
  expect(done.flat()).toEqual(NAMES.slice(-1));
});

test('a resolved ticket that only the agents have written about closes as if they had not', async () => {
  const store = await openStore();
  const resolved = MONDAY + 3_600_000;
  const message = (direction: 'INBOUND' | 'OUTBOUND') =>
    ({ type: 'communicate', direction, channel: 'EMAIL', body: 'b' }) as const;
  const lives = [['OUTBOUND'], ['INBOUND', 'OUTBOUND']] as const;
  const ids: string[] = [];
  for (const directions of lives) {
    const opened = submission(newTicket(store.client.id), { at: MONDAY });
    ids.push(opened.ticketId);
    await store.changeTickets([opened]);
    await store.changeTickets([
      commands(opened.ticketId, [message('INBOUND'), { type: 'resolve', resolution: null }], { at: resolved }),
    ]);
    for (const [index, direction] of directions.entries()) {
      const at = resolved + (index + 1) * 86_400_000;
      await store.changeTickets([commands(opened.ticketId, [message(direction)], { at })]);
    }
  }
  const silentSince = async (): Promise<number[]> => {
    const rows: { silent_since: Date }[] = await store.dataSource.query(
      'SELECT silent_since FROM tickets WHERE id = ANY ($1) ORDER BY array_position($1, id)',
      [ids],
    );
    return rows.map(({ silent_since }) => new Date(silent_since).getTime());
  };
  const day = 86_400_000;
  expect(await silentSince()).toEqual([resolved, resolved + day]);
  // As an earlier release stored it: since any message. Its tickets become due at once, so that the
  // deadline engine computes the instant on their calendars.
  while ((await store.dataSource.query('SELECT max(timestamp) AS newest FROM migrations'))[0].newest >= 1764700000000) {
    await store.dataSource.undoLastMigration();
  }
  expect(await silentSince()).toEqual([resolved + day, resolved + 2 * day]);
  await migrate(store.dataSource);
  expect(await silentSince()).toEqual([resolved, resolved + day]);
  await store.close();
});

test('breaches recorded without a severity get it from the log', async () => {
  const store = await openStore();
  const opened = submission(newTicket(store.client.id), { at: MONDAY });
  const late = MONDAY + 5 * 86_400_000;
  await store.changeTickets([opened]);
  await store.changeTickets([
    commands(opened.ticketId, [{ type: 'acknowledge' }, { type: 'resolve', resolution: null }], { at: late }),
  ]);
  const cyclesOf = async () =>
    (await store.dataSource.query('SELECT cycles FROM tickets WHERE id = $1', [opened.ticketId]))[0].cycles;
  const cycles = await cyclesOf();
  expect(cycles.map(({ breach }: { breach: { severity: string } | null }) => breach?.severity)).toEqual([
    'SEV2',
    'SEV2',
    'SEV2',
  ]);
  while ((await store.dataSource.query('SELECT count(*)::int AS left FROM migrations'))[0].left > 1) {
    await store.dataSource.undoLastMigration();
  }
  await store.dataSource.query(`
    UPDATE tickets SET cycles = (SELECT jsonb_agg(cycle #- '{breach,severity}' ORDER BY place)
      FROM jsonb_array_elements(cycles) WITH ORDINALITY AS c (cycle, place))`);
  expect(await cyclesOf()).not.toEqual(cycles);
  await migrate(store.dataSource);
  expect(await cyclesOf()).toEqual(cycles);
  await store.close();
});

test('an event inserted without a version, as earlier code inserts it, has version 1', async () => {
  const store = await openStore();
  const opened = submission(newTicket(store.client.id), { at: MONDAY });
  await store.changeTickets([opened]);
  await store.dataSource.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT ticket_id, client_id, 2, type, at, recorded_at, actor, data - 'calendars' FROM events`,
  );
  const versions = await store.dataSource.query('SELECT number, schema_version FROM events ORDER BY number');
  expect(versions).toEqual([
    { number: 1, schema_version: 2 },
    { number: 2, schema_version: 1 },
  ]);
  const page = { count: 10, from: 'START', after: null, before: null } as const;
  const { edges } = await store.reader.events(everything, opened.ticketId, null, page);
  expect(edges.map(({ node }) => node)).toMatchObject([{ calendars: {} }, { calendars: {} }]);
  await store.close();
});

test.each([
  ['policies were published by people', 'UPDATE policy_versions SET configured = false'],
  ['tickets have calendars of their own', `UPDATE tickets SET calendars = '{"business": "roundTheClock"}'`],
  ['clients have terms of their own', "UPDATE clients SET policy = 'gold'"],
  ['tickets wait for an approval', `UPDATE tickets SET proposal = '{}'`],
])('down is refused rather than losing that %s', async (what, statement) => {
  const store = await openStore();
  await store.changeTickets([submission(newTicket(store.client.id), { at: MONDAY })]);
  await store.dataSource.query(statement);
  const downToTheFirst = async () => {
    for (let left = NAMES.length; left > 1; left -= 1) await store.dataSource.undoLastMigration();
  };
  await expect(downToTheFirst()).rejects.toThrow(`data would be lost: ${what}`);
  await store.close();
});

test.each([
  [
    'postgresql://ada:s3cret@127.0.0.1:1/none',
    /^The database none on 127\.0\.0\.1:1 \(user ada\) cannot be used: no server listens there\. .*DATABASE_URL/,
  ],
  [
    'postgresql://ada:s3cret@no-such-host.invalid:5432/none',
    /^The database none on no-such-host\.invalid:5432 .*: (the host name could not be resolved|there is no host with that)/,
  ],
])('%s cannot be used, and the error does not contain the password', async (url, message) => {
  const error = await migrate(createDataSource({ url, connectTimeoutMs: 3_000 })).catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(DatabaseUnusableError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain('s3cret');
});

test('a database that does not exist is reported as missing', async () => {
  const url = new URL(database.url);
  url.pathname = '/nowhere';
  await expect(migrate(createDataSource({ url: url.href }))).rejects.toThrow(
    /^The database nowhere .* cannot be used: there is no database with that name/,
  );
});

test.each(['UPDATE events SET number = 2', 'DELETE FROM events', 'TRUNCATE events', 'TRUNCATE tickets CASCADE'])(
  'the log refuses %s',
  async (statement) => {
    const client = new Client(database.url);
    await client.connect();
    await expect(client.query(statement)).rejects.toMatchObject({
      code: '23001',
      message: expect.stringMatching(/^The event log is append-only: (UPDATE|DELETE|TRUNCATE) of events is refused$/),
    });
    await client.query(`SET session_replication_role = replica`);
    await expect(client.query(statement)).rejects.toMatchObject({ code: '23001' });
    await client.end();
  },
);

test('a server older than the oldest supported version is refused, with a sentence', async () => {
  const old = await createTestDatabase();
  const client = new Client(old.url);
  await client.connect();
  // Stands before the function of the server, which cannot be replaced.
  await client.query(`CREATE SCHEMA old;
    CREATE FUNCTION old.current_setting(name text) RETURNS text LANGUAGE sql AS $$
      SELECT CASE name WHEN 'server_version_num' THEN '${OLDEST_POSTGRES * 10_000 - 1}' WHEN 'server_version' THEN '14.99'
                       ELSE pg_catalog.current_setting(name) END $$;
    ALTER DATABASE ${new URL(old.url).pathname.slice(1)} SET search_path = old, pg_catalog, public`);
  await client.end();
  const source = createDataSource({ url: old.url });
  const refusal = await migrate(source).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DatabaseTooOldError);
  expect((refusal as Error).message).toMatch(/its server is PostgreSQL 14\.99, and Stepdown needs 15 or later/);
  await source.destroy();
  await old.drop();
});

test('open tickets get the severities at which their policy asks for a call', async () => {
  const store = await openStore();
  const [open, closed] = [submission(newTicket(store.client.id)), submission(newTicket(store.client.id))];
  await store.changeTickets([open, closed]);
  await store.changeTickets([commands(closed.ticketId, [{ type: 'close', reason: 'Sent twice' }])]);
  await store.owner.pool.query(
    `UPDATE policy_versions SET document = jsonb_set(
       jsonb_set(document, '{severities,0,clientActions}', '[]'), '{severities,2,clientActions}', '["CALL"]')`,
  );
  while ((await store.dataSource.query('SELECT max(timestamp) AS newest FROM migrations'))[0].newest >= 1764921000000) {
    await store.dataSource.undoLastMigration();
  }
  await migrate(store.dataSource);
  const rows = await store.dataSource.query(
    'SELECT call_severities FROM tickets WHERE id = ANY ($1) ORDER BY array_position($1, id)',
    [[open.ticketId, closed.ticketId]],
  );
  expect(rows).toEqual([{ call_severities: ['SEV3'] }, { call_severities: ['SEV1'] }]);
  await store.close();
});
