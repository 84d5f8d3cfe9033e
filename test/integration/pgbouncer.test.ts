import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import pino from 'pino';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { DatabaseSockets } from '../../src/adapters/persistence/database/database-sockets';
import { type Lanes, lanesOf } from '../../src/adapters/persistence/database/lanes';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { findDatabase, type Pooler } from '../../src/adapters/persistence/database/pooler';
import { transact } from '../../src/adapters/persistence/database/transact';
import { openStore } from '../../src/compose/open-store';
import { loadConfig } from '../../src/config';
import { createTestDatabase, type TestDatabase, urlOf } from '../support/database';
import { startTestService, type TestService } from '../support/graphql-service';
import { listenOver, openSocket } from '../support/graphql-socket';
import { noPgBouncer, type PgBouncer, startPgBouncer } from '../support/pgbouncer';

const withPgBouncer = noPgBouncer === null ? describe : describe.skip;
if (noPgBouncer !== null) process.stderr.write(`The tests with PgBouncer are skipped: ${noPgBouncer}\n`);

withPgBouncer('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  let pooled: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    bouncer = await startPgBouncer(database.url);
    pooled = bouncer.urlOf(nameIn(database.url));
  });
  afterAll(async () => {
    await bouncer?.close();
    await database.drop();
  });

  const find = (url: string) => findDatabase(url, new DatabaseSockets());

  test('a pooler is found, and a server itself is none', async () => {
    expect((await find(database.url)).pooler).toBeNull();
    const { pooler, identity } = await find(pooled);
    // This version of PgBouncer may or may not keep prepared statements apart.
    expect(pooler).toEqual({
      hasPreparedStatements: expect.any(Boolean),
      searchPath: expect.stringContaining('public'),
    });
    expect(identity).toBe((await find(database.url)).identity);
  });

  describe('a service', () => {
    let service: TestService;
    beforeAll(async () => {
      service = await startTestService({ database, url: pooled, config: { databaseDirectUrl: database.url } });
    });
    afterAll(() => service?.close());

    test('answers 240 mixed requests over 16 connections without an error', async () => {
      const ids = [await service.submit(), await service.submit()];
      const kinds = [
        (index: number) => service.submit(undefined, { idempotencyKey: `of ${index}` }),
        () => service.data('query ($id: ID!) { ticket(id: $id) { id number nextDeadline { dueAt } } }', { id: ids[0] }),
        () =>
          service.data('{ tickets(first: 5, filter: { severity: { in: [SEV1, SEV2] } }) { totalCount nodes { id } } }'),
        (index: number) =>
          service.mutate(
            'communicate',
            { ticketId: ids[index % 2], body: `update ${index}`, direction: 'OUTBOUND' },
            'userErrors { message }',
          ),
      ];
      let next = 0;
      const failed: unknown[] = [];
      const work = async () => {
        while (next < 240) {
          const index = next++;
          await kinds[index % kinds.length]?.(index).catch((error: unknown) => failed.push(error));
        }
      };
      await Promise.all(Array.from({ length: 16 }, work));
      expect(failed).toEqual([]);
      expect((await service.data('{ tickets { totalCount } }')).tickets.totalCount).toBe(62);
    });

    test('a subscriber gets what another process records', async () => {
      const other = await startTestService({ database, url: pooled, config: { databaseDirectUrl: database.url } });
      const socket = openSocket(service.url);
      const listener = await listenOver(socket, 'subscription { ticketEvents { ticket { id } } }');
      const id = await other.submit();
      expect(await listener.has(1)).toMatchObject([{ data: { ticketEvents: { ticket: { id } } } }]);
      await socket.dispose();
      await other.close();
    });

    test('/health says that there is a pooler, and that it is notified', async () => {
      const health = await (await fetch(service.url.replace('/graphql', '/health'))).json();
      expect(health).toMatchObject({ status: 'ok', isPooled: true, isNotified: true });
    });
  });

  test('without a URL of the server, it polls for events of others and says so', async () => {
    const [service, other] = [
      await startTestService({ database, url: pooled }),
      await startTestService({ database, url: pooled }),
    ];
    const socket = openSocket(service.url);
    const listener = await listenOver(socket, 'subscription { ticketEvents { ticket { id } } }');
    const id = await other.submit();
    expect(await listener.has(1)).toMatchObject([{ data: { ticketEvents: { ticket: { id } } } }]);
    const health = await (await fetch(service.url.replace('/graphql', '/health'))).json();
    expect(health).toMatchObject({ status: 'ok', isPooled: true, isNotified: false });
    expect(service.logged.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('set DATABASE_DIRECT_URL'));
    await socket.dispose();
    await service.close();
    await other.close();
  });

  test('a URL that is to be direct, and is not, is refused', async () => {
    const opening = (variables: Record<string, string>) =>
      openStore(loadConfig({ DATABASE_URL: pooled, ...variables }), pino({ level: 'silent' }));
    await expect(opening({ DATABASE_DIRECT_URL: pooled })).rejects.toThrow('a connection pooler is in front of it');
    await expect(opening({ DATABASE_DIRECT_URL: urlOf('postgres') })).rejects.toThrow(
      'not the database of DATABASE_URL',
    );
    const store = await opening({});
    expect(() => store.requireDirectUrl()).toThrow('Set DATABASE_DIRECT_URL to the server itself.');
    await store.close();
  });

  test('a pooler in statement mode is refused with a sentence', async () => {
    const statements = await startPgBouncer(database.url, { mode: 'statement' });
    const config = loadConfig({ DATABASE_URL: statements.urlOf(nameIn(database.url)) });
    await expect(openStore(config, pino({ level: 'silent' }))).rejects.toThrow(
      'Set pool_mode = transaction in PgBouncer',
    );
    await statements.close();
  });

  test('the database is migrated through it', async () => {
    const empty = await createTestDatabase();
    const name = nameIn(empty.url);
    const direct = new Client(empty.url);
    await direct.connect();
    await direct.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await direct.end();
    const { pooler } = await find(bouncer.urlOf(name));
    const dataSource = createDataSource({ url: bouncer.urlOf(name), pooler });
    expect((await migrate(dataSource)).length).toBeGreaterThan(10);
    await dataSource.destroy();
    await empty.drop();
  });

  describe('what transactions set', () => {
    const SETTINGS = `SELECT current_user AS role, coalesce(current_setting('stepdown.sees', true), '') AS sees,
      current_setting('stepdown.newest_migration', true) AS version, current_setting('lock_timeout') AS lock,
      current_setting('statement_timeout') AS statement, current_setting('jit') AS jit`;
    const [A, B] = ['01a21f7f-6c7d-7063-8d89-f6ffae2377da', '01a21f7f-6c7d-7063-8d89-f6ffae2377db'] as const;
    let pooler: Pooler;
    let lanes: Lanes;
    let close: () => Promise<void>;
    beforeAll(async () => {
      pooler = (await find(pooled)).pooler as Pooler;
      const dataSource = await createDataSource({ url: pooled, pooler, poolSize: 20 }).initialize();
      lanes = lanesOf(poolOf(dataSource));
      close = () => dataSource.destroy();
    });
    afterAll(() => close());

    test('each statement sees as its own caller, with its time limits, among many on few connections', async () => {
      const wrong: unknown[] = [];
      const ask = async (sees: 'ALL' | readonly string[], index: number) => {
        const lane = [lanes.lookups, lanes.lists, lanes.heavy][index % 3] as Lanes['lists'];
        const { rows } = await lane
          .under({ sees, signal: AbortSignal.timeout(60_000), texts: undefined as never })
          .query({
            name: 'settings',
            text: SETTINGS,
          });
        const [row] = rows as Record<'role' | 'sees' | 'lock' | 'statement' | 'version' | 'jit', string>[];
        const expected = sees === 'ALL' ? '' : `{"${sees[0]}"}`;
        const isRole = row?.role.endsWith(sees === 'ALL' ? '_all_clients' : '_some_clients');
        if (row?.sees !== expected || !isRole || row.lock !== '250ms' || row.statement !== '20s' || row.jit !== 'off')
          wrong.push(row);
      };
      const scopes = ['ALL', [A], [B]] as const;
      await Promise.all(Array.from({ length: 300 }, (_, index) => ask(scopes[index % 3] ?? 'ALL', index)));
      expect(wrong).toEqual([]);
    });

    test('nothing is left on a connection for its next client', async () => {
      const other = new Client(pooled);
      await other.connect();
      for (let round = 0; round < 20; round++) {
        await Promise.all([
          lanes.lookups.ownWork.query({ text: SETTINGS }),
          lanes.changes.ownWork.query({ text: SETTINGS }),
        ]);
        const { rows } = await other.query(`${SETTINGS}, session_user AS own`);
        expect(rows).toEqual([
          {
            role: rows[0].own,
            own: rows[0].own,
            sees: '',
            version: expect.not.stringMatching(/\d/),
            lock: '0',
            statement: '0',
            jit: 'on',
          },
        ]);
      }
      await other.end();
    });

    test('a transaction has them too, and a process of an older version keeps its own', async () => {
      const older = await createDataSource({ url: pooled, pooler, migrations: [FirstOnly1000000000000] }).initialize();
      const versionIn = (pool: ReturnType<typeof poolOf>) =>
        transact(pool, async (tx) => (await tx.query<{ version: string; lock: string }>({ text: SETTINGS })).rows[0]);
      const dataSource = await createDataSource({ url: pooled, pooler }).initialize();
      for (let round = 0; round < 10; round++) {
        const [of, ofOlder] = await Promise.all([versionIn(poolOf(dataSource)), versionIn(poolOf(older))]);
        expect([Number(of?.version) > 1_764_000_000_000, ofOlder?.version, of?.lock]).toEqual([
          true,
          '1000000000000',
          '250ms',
        ]);
      }
      await Promise.all([older.destroy(), dataSource.destroy()]);
    });
  });
});

class FirstOnly1000000000000 {
  readonly name = 'FirstOnly1000000000000';
  async up(): Promise<void> {}
  async down(): Promise<void> {}
}

const nameIn = (url: string): string => new URL(url).pathname.slice(1);
