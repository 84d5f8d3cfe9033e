import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, type QueryResult } from 'pg';
import { queryAs, type SentQuery } from '../../src/adapters/persistence/database/query-as';
import { sessionSettings } from '../../src/adapters/persistence/database/session-settings';
import { OWN_SCOPE, type Scope, usableRoles, type WorkRoles } from '../../src/adapters/persistence/database/work-roles';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { untilTrue } from '../support/until';

// A statement and the setting of its role are one message with several answers. What comes of them
// must leave the connection as it was, whatever of it fails.

let database: TestDatabase;
let client: Client;
let roles: WorkRoles;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  client = new Client(database.url);
  await client.connect();
  roles = (await usableRoles(client)) as WorkRoles;
});
afterEach(() => client.end());
afterAll(() => database.drop());

const ID = '01a21f7f-6c7d-7063-8d89-f6ffae2377da';
const LIMITED: Scope = { sees: [ID], callers: ['AGENT/"a", \\b', "AGENT/o'c"] };

const ask = (config: SentQuery, scope: Scope = OWN_SCOPE, as: WorkRoles | null = roles): Promise<QueryResult> =>
  new Promise((resolve, reject) => {
    client.query(queryAs(config, { scope, roles: as }), (error, result) =>
      error == null ? resolve(result) : reject(error),
    );
  });

const WHO =
  "SELECT current_user AS role, coalesce(current_setting('stepdown.sees', true), '') AS sees, $1::text AS given";
const who = (given: string) => ({ name: 'who', text: WHO, values: [given] });

test('a statement has its own answer only, however often it is sent', async () => {
  for (const given of ['a', 'b', 'c']) {
    const { rows, fields, command } = await ask(who(given));
    expect([rows, fields.length, command]).toEqual([[{ role: roles.all, sees: '', given }], 3, 'SELECT']);
    expect((await ask(who(given), LIMITED)).rows).toEqual([{ role: roles.some, sees: `{"${ID}"}`, given }]);
  }
  const { rows } = await ask({ text: "SELECT current_setting('stepdown.callers')::text[] AS callers" }, LIMITED);
  expect(rows).toEqual([{ callers: LIMITED.callers }]);
  expect((await client.query('SELECT current_user = session_user AS same')).rows).toEqual([{ same: true }]);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['a role that does not exist', () => ask(who('x'), OWN_SCOPE, { all: 'missing', some: 'missing' }), 'missing'],
  ['an error of the text', () => ask({ name: 'who', text: 'SELECT FROM nowhere', values: [] }), 'nowhere'],
  ['an error of the values', () => ask({ name: 'divide', text: 'SELECT 1 / $1::int', values: [0] }), 'by zero'],
  ['an error of a script', () => ask({ text: 'SELECT 1; SELECT 1/0', isScript: true }), 'by zero'],
])('after %s, statements with the same name work', async (_, failing, message) => {
  for (const _attempt of [1, 2]) await expect(failing()).rejects.toThrow(message);
  expect((await ask(who('y'))).rows).toMatchObject([{ role: roles.all, given: 'y' }]);
});

test('a name that stands for another statement is refused, and the connection goes on', async () => {
  await ask(who('x'));
  await expect(ask({ name: 'who', text: 'SELECT 2', values: [] })).rejects.toThrow('Two statements have the name who');
  expect((await ask(who('y'))).rows).toMatchObject([{ given: 'y' }]);
});

test('a script returns the results of its own statements', async () => {
  const results = await ask({ text: 'SELECT 1 AS one; SELECT current_user AS role', isScript: true });
  expect((results as unknown as readonly QueryResult[]).map(({ rows }) => rows)).toEqual([
    [{ one: 1 }],
    [{ role: roles.all }],
  ]);
});

test('a statement that is cancelled leaves no role', async () => {
  const canceller = new Client(database.url);
  await canceller.connect();
  const { processID } = client as unknown as { readonly processID: number };
  const sleeping = ask({ text: 'SELECT pg_sleep(60)', values: [] }, LIMITED);
  sleeping.catch(() => undefined);
  const cancelled = async () =>
    (
      await canceller.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`,
        [processID],
      )
    ).rowCount === 1;
  await untilTrue(cancelled);
  await expect(sleeping).rejects.toThrow('canceling statement');
  await canceller.end();
  expect((await ask(who('y'))).rows).toMatchObject([{ role: roles.all, given: 'y' }]);
});

describe('behind a pooler', () => {
  const settings = (hasPreparedStatements: boolean) =>
    sessionSettings({ hasPreparedStatements, searchPath: '"$user", public' }, 7);
  const SEEN = `SELECT current_user AS role, current_setting('stepdown.newest_migration') AS version,
    current_setting('lock_timeout') AS lock, $1::text AS given`;
  const seen = (given: string, as: WorkRoles | null, hasNames: boolean): Promise<QueryResult> =>
    new Promise((resolve, reject) => {
      const config = { name: 'seen', text: SEEN, values: [given] };
      client.query(queryAs(config, { scope: OWN_SCOPE, roles: as, session: settings(hasNames) }), (error, result) =>
        error == null ? resolve(result) : reject(error),
      );
    });
  const prepared = async () =>
    (await client.query('SELECT name FROM pg_prepared_statements ORDER BY name')).rows.map(({ name }) => name);

  test.each([
    ['with', true, ['seen', 'set-6-idle_in_transaction_session_timeout', 'set-7-role']],
    ['without', false, []],
  ] as const)('each statement sets what a session has, %s names of statements', async (_, hasNames, names) => {
    for (const as of [roles, null]) {
      for (const given of ['a', 'b']) {
        const role = as?.all ?? client.user;
        expect((await seen(given, as, hasNames)).rows).toEqual([{ role, version: '7', lock: '250ms', given }]);
      }
    }
    expect(await prepared()).toEqual(names);
    const { rows } = await client.query(
      "SELECT current_setting('lock_timeout') AS lock, current_user = session_user AS own",
    );
    expect(rows).toEqual([{ lock: '0', own: true }]);
  });
});
