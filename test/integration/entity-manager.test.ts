import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import {
  isConnectionLost,
  sqlStateOf,
  violatedConstraint,
} from '../../src/adapters/persistence/database/database-errors';
import { entityManager } from '../../src/adapters/persistence/database/entity-manager';
import { lanesOf } from '../../src/adapters/persistence/database/lanes';
import { rowsOf } from '../../src/adapters/persistence/database/sql';
import { type Transaction, transact } from '../../src/adapters/persistence/database/transact';
import {
  type ClientRow,
  clients,
  events,
  idempotencyKeys,
  policyVersions,
} from '../../src/adapters/persistence/tables';
import { AGENT } from '../support/actors';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let dataSource: DataSource;
let pool: Pool;
let manager: EntityManager;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, poolSize: 1, connectTimeoutMs: 2_000 }).initialize();
  pool = poolOf(dataSource);
  manager = entityManager(dataSource, lanesOf(pool).lookups.ownWork);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => pool.query('DELETE FROM clients'));

const named = (tx: Transaction, name: string) =>
  rowsOf<{ xid: string }>(tx, {
    name: 'insert-client',
    text: `INSERT INTO clients (id, name, created_at) VALUES ($1, $2, now())
           RETURNING pg_current_xact_id()::text AS xid`,
    values: [newId(), name],
  });
const insert = (on: EntityManager, name: string, created_at = 0) =>
  on.insert(clients, { id: newId(), name, created_at });
const names = async () => (await manager.find(clients, { order: { name: 'ASC' } })).map(({ name }) => name);

describe('a named statement and a repository in one transaction', () => {
  // The pool has one connection: a repository on another connection would wait until it times out.
  const write = async (tx: Transaction) => {
    const [row] = await named(tx, 'by statement');
    await insert(entityManager(dataSource, tx), 'by repository');
    const rows = await rowsOf<{ xid: string }>(tx, { text: 'SELECT pg_current_xact_id()::text AS xid' });
    expect(rows[0]?.xid).toBe(row?.xid);
  };

  test('are committed together', async () => {
    await transact(pool, write);
    expect(await names()).toEqual(['by repository', 'by statement']);
  });

  test('are rolled back together', async () => {
    const failing = transact(pool, async (tx) => {
      await write(tx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await names()).toEqual([]);
  });

  test('are rolled back together if the repository violates a constraint, which the error names', async () => {
    const failing = transact(pool, async (tx) => {
      await named(tx, 'same');
      await insert(entityManager(dataSource, tx), 'same');
    });
    const error = await failing.catch((fault: unknown) => fault);
    expect([sqlStateOf(error), violatedConstraint(error)]).toEqual(['23505', 'clients_name_key']);
    // The values of the statement do not reach the log.
    expect(Object.keys(error as Error)).not.toContain('parameters');
    expect(await names()).toEqual([]);
  });

  test('are retried together after a lost connection', async () => {
    let attempts = 0;
    await pool.query(`CREATE FUNCTION hang_up() RETURNS boolean LANGUAGE sql SECURITY DEFINER
      AS 'SELECT pg_terminate_backend(pg_backend_pid())'`);
    await transact(pool, async (tx) => {
      attempts += 1;
      await named(tx, 'by statement');
      const repositories = entityManager(dataSource, tx);
      if (attempts === 1) {
        const lost = repositories.query('SELECT hang_up()');
        expect(isConnectionLost(await lost.catch((fault: unknown) => fault))).toBe(true);
      }
      await insert(repositories, 'by repository');
    });
    expect([attempts, await names()]).toEqual([2, ['by repository', 'by statement']]);
  });

  test('cannot be split by a transaction of TypeORM', async () => {
    await expect(manager.transaction(async () => undefined)).rejects.toThrow('transact() begins');
  });
});

describe('a repository', () => {
  const [EARLIEST, LATEST] = [Date.parse('0001-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

  test.each(['UTC', 'America/New_York', 'Africa/Monrovia'])(
    'stores and returns instants to the millisecond in a session of %s, as the named statements do',
    async (zone) => {
      await pool.query(`SET TIME ZONE '${zone}'`);
      const instants = [
        ...fc.sample(fc.integer({ min: EARLIEST, max: LATEST }), 200),
        ...fc.sample(fc.integer({ min: Date.parse('1880-01-01'), max: Date.parse('2040-01-01') }), 200),
        ...[EARLIEST, LATEST, 0, -1, Date.parse('0099-12-31T23:59:59.999Z')],
      ];
      await manager.insert(
        clients,
        instants.map((created_at, index) => ({ id: newId(), name: `${index}`, created_at })),
      );
      const instantsOf = (rows: readonly Pick<ClientRow, 'name' | 'created_at'>[]) =>
        [...rows].sort((a, b) => Number(a.name) - Number(b.name)).map(({ created_at }) => created_at);
      expect(instantsOf(await manager.find(clients))).toEqual(instants);
      expect(
        instantsOf(await rowsOf<ClientRow>(lanesOf(pool).lookups.ownWork, { text: 'SELECT * FROM clients' })),
      ).toEqual(instants);
      await pool.query('SET TIME ZONE DEFAULT');
    },
  );

  test('finds a row by its instant', async () => {
    await insert(manager, 'early', -62_000_000_000_000);
    expect(await manager.findOneBy(clients, { created_at: -62_000_000_000_000 })).toMatchObject({ name: 'early' });
  });

  test('cuts microseconds off, which a column without precision may have', async () => {
    const [row] = await manager.query(`SELECT '2026-03-08 07:00:00.123999+00'::timestamptz AS at`);
    expect(row.at).toBe(Date.parse('2026-03-08T07:00:00.123Z'));
  });

  test('refuses an instant that cannot be stored', async () => {
    await expect(insert(manager, 'late', LATEST + 1)).rejects.toThrow(RangeError);
  });

  test('returns plain objects, and 64-bit numbers as strings', async () => {
    await insert(manager, 'one');
    const [row] = await manager.find(clients);
    const given = { id: expect.any(String), name: 'one', created_at: 0, policy: null, calendars: {} };
    expect(row).toEqual({ ...given, name_key: null, name_folded: null });
    await pool.query(`INSERT INTO policy_versions (id, version, document, fingerprint, published_at, configured)
      VALUES ('p', 1, '{}', '', now(), true)`);
    expect(await manager.findOneBy(policyVersions, { id: 'p' })).toMatchObject({ document: {}, yaml: null });
    // Without foreign keys, so that there need be no ticket.
    await pool.query('SET session_replication_role = replica');
    const columns = { ticket_id: newId(), client_id: newId(), number: 1, type: 'SUBMITTED', data: {} } as const;
    await manager.insert(events, { ...columns, at: 1, recorded_at: 2, actor: AGENT });
    await pool.query('RESET session_replication_role');
    const [event] = await manager.find(events);
    expect([event?.id, event?.xid]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
  });

  test('returns lists as they were stored', async () => {
    const key = { caller: 'c', key: 'k', fingerprint: 'f', ticket_id: newId(), version: null, refused: null };
    await manager.insert(idempotencyKeys, { ...key, refusals: [null], created_at: 1 });
    expect(await manager.find(idempotencyKeys)).toEqual([{ ...key, refusals: [null], created_at: 1 }]);
  });
});

test('rows that TypeORM reads on its own connection are refused, because their instants are not epoch milliseconds', async () => {
  await insert(manager, 'one');
  await expect(dataSource.manager.find(clients)).rejects.toThrow('entityManager()');
});
