import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import pino from 'pino';
import { readArchive } from '../../src/adapters/persistence/archive/read-archive';
import { isRowSecurityInForce, lanesOf } from '../../src/adapters/persistence/database/lanes';
import { removeImportedClient } from '../../src/adapters/persistence/maintenance/remove-imported-client';
import { createTicketReader } from '../../src/adapters/persistence/tickets/postgres-ticket-reader';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { publishConfiguredPolicy } from '../../src/application/policies/publish-configured-policy';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { openStore, type Store } from '../../src/compose/open-store';
import { loadConfig } from '../../src/config';
import { everything, IMPORTER } from '../support/actors';
import { urlOf, withServer } from '../support/database';
import { startTestService } from '../support/graphql-service';
import { newTicket, submission } from '../support/store';

// What the users of a database of one's own may and may not do (docs/OPERATIONS.md). The users of a
// server are shared by its databases, so those of this file have names of their own.

const log = pino({ level: 'silent' });
const NAME = `users_${process.pid}`;
const [OWNER, APP, SERVICE] = ['owner', 'app', 'service'].map((user) => `${NAME}_${user}`) as [string, string, string];
const rolesOf = (owner: string) => [`${owner}_all_clients`, `${owner}_some_clients`] as const;

const as = (user: string, database: string): string => {
  const url = new URL(urlOf(database));
  url.username = user;
  return url.href;
};
const config = (variables: Record<string, string>) => loadConfig({ PORT: '0', ...variables });

const opened: Store[] = [];
const open = async (variables: Record<string, string>): Promise<Store> => {
  const store = await openStore(config(variables), log);
  opened.push(store);
  return store;
};
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

/** Runs statements on a connection of its own; returns the rows of the last one. */
async function sql(url: string, ...statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const text of statements) ({ rows } = await client.query(text));
    return rows;
  } finally {
    await client.end();
  }
}

beforeAll(() =>
  withServer(async (client) => {
    await client.query(`CREATE ROLE ${OWNER} LOGIN CREATEROLE`);
    for (const user of [APP, SERVICE]) await client.query(`CREATE ROLE ${user} LOGIN`);
    for (const owner of [OWNER, APP]) await client.query(`CREATE DATABASE ${owner} OWNER ${owner}`);
  }),
);
afterAll(() =>
  withServer(async (client) => {
    for (const owner of [OWNER, APP]) await client.query(`DROP DATABASE IF EXISTS ${owner} WITH (FORCE)`);
    for (const role of [...rolesOf(OWNER), ...rolesOf(APP), OWNER, APP, SERVICE]) {
      await client.query(`DROP ROLE IF EXISTS ${role}`);
    }
  }),
);

/** Opens a ticket and reads it again as one who sees the client, and as one who sees none. */
async function expectWalls(store: Store): Promise<string> {
  const { pool, policies, clock } = store;
  await publishConfiguredPolicy(policies, store.policyFile, 'MISSING');
  const { id } = await store.clients.ensureClient('Acme');
  const change = submission(newTicket(id), { actor: IMPORTER });
  await createChangeTickets({ store: createTicketStore({ pool, onCommitted: () => undefined }), policies, clock })([
    change,
  ]);
  const reader = createTicketReader({ pool });
  const find = (sees: 'ALL' | readonly string[]) => reader.ticketById({ ...everything, sees }, change.ticketId);
  expect([(await find('ALL'))?.id, (await find([id]))?.id, await find([])]).toEqual([
    change.ticketId,
    change.ticketId,
    null,
  ]);
  const count = { text: 'SELECT count(*)::int AS count FROM tickets' };
  expect((await lanesOf(pool).lookups.under({ sees: [] }).query(count)).rows).toEqual([{ count: 0 }]);
  return change.ticketId;
}

const kindsOf = async (url: string) => {
  const kinds: string[] = [];
  for await (const { kind } of readArchive(url)) kinds.push(kind);
  return kinds;
};

test('one user who owns the tables and may create roles, as on a managed server, needs nothing else', async () => {
  const url = as(OWNER, OWNER);
  const store = await open({ DATABASE_URL: url });
  expect(await isRowSecurityInForce(store.pool)).toBe(true);
  await expectWalls(store);
  expect(await kindsOf(url)).toEqual(['header', 'policy', 'client', 'ticket', 'event']);
  // The owner is kept from nothing: a dump is complete, and a process of an older version works.
  const count = 'SELECT count(*)::int AS count FROM tickets';
  expect(await sql(url, 'SET row_security = off', count)).toEqual([{ count: 1 }]);
});

test('the service can have a user who owns nothing and has no right of its own', async () => {
  const [owner, service] = [as(OWNER, OWNER), as(SERVICE, OWNER)];
  const store = await open({ DATABASE_OWNER_URL: owner, DATABASE_URL: service });
  expect(await isRowSecurityInForce(store.pool)).toBe(true);
  await expectWalls(store);
  for (const text of ['SELECT FROM tickets', 'SELECT FROM policy_versions', 'CREATE TABLE more ()']) {
    await expect(sql(service, text)).rejects.toThrow('permission denied');
  }
  await expect(removeImportedClient(store.pool, 'Acme', IMPORTER)).rejects.toThrow('permission denied');
  expect(await store.asOwner(({ pool }) => removeImportedClient(pool, 'Acme', IMPORTER))).toMatchObject({ tickets: 2 });
  // When the owner has migrated, the service needs its own user only, until there is more to do.
  const name = 'TicketsWithText1764800000001';
  await sql(owner, `DELETE FROM migrations WHERE name = '${name}'`);
  await expect(open({ DATABASE_URL: service })).rejects.toThrow(
    `${name} has not run, and only the owner of its tables may change them. Set DATABASE_OWNER_URL to the owner`,
  );
  await sql(owner, `INSERT INTO migrations (timestamp, name) VALUES (1764800000001, '${name}')`);
  const later = await open({ DATABASE_URL: service });
  expect(await isRowSecurityInForce(later.pool)).toBe(true);
  expect(await kindsOf(service)).toEqual(['header', 'policy']);
});

test('roles and policies that a server lacks, such as after a restore, are made again; others are left', async () => {
  const url = as(OWNER, OWNER);
  for (const role of rolesOf(OWNER)) await sql(urlOf(OWNER), `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  const noted = async () => {
    const [row] = await sql(
      url,
      "SELECT oid, obj_description(oid, 'pg_policy') AS note FROM pg_policy WHERE polrelid = 'tickets'::regclass AND NOT polpermissive",
    );
    return row;
  };
  expect(await noted()).toBeUndefined();
  await expectWalls(await open({ DATABASE_URL: url }));
  const first = await noted();
  await open({ DATABASE_URL: url });
  expect(await noted()).toEqual(first);
  // What a newer version has done stays; what an older one has done is done again.
  for (const [note, isKept] of [
    ['9000000000000 newer', true],
    ['1700000000000 older', false],
  ] as const) {
    await sql(url, `COMMENT ON POLICY some_clients ON tickets IS '${note}'`);
    await open({ DATABASE_URL: url });
    expect((await noted())?.note === note).toBe(isKept);
  }
  await sql(url, `REVOKE SELECT ON events FROM ${rolesOf(OWNER)[0]}`);
  await expectWalls(await open({ DATABASE_URL: url }));
});

test('a user who may not create roles is warned, and has row security once an administrator has created them', async () => {
  const url = as(APP, APP);
  // A schema with the name of the user, which the roles have to find as well.
  await sql(url, `CREATE SCHEMA ${APP}`);
  const service = await startTestService({ url, config: {} });
  expect(service.logged.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
    expect.stringContaining('may not create roles: see “Users of the database” in docs/OPERATIONS.md'),
  ]);
  expect(await service.submit()).toEqual(expect.any(String));
  await service.close();

  const roles = rolesOf(APP);
  await withServer(async (client) => {
    for (const role of roles) await client.query(`CREATE ROLE ${role}`);
    await client.query(`GRANT ${roles.join(', ')} TO ${APP}`);
  });
  const store = await open({ DATABASE_URL: url });
  expect(await isRowSecurityInForce(store.pool)).toBe(true);
  await expectWalls(store);
  expect(await kindsOf(url)).toContain('event');
});
