import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { errorText } from '../../src/adapters/cli/error-text';
import { DEMO_CLIENT } from '../../src/adapters/cli/ticket/demo';
import { unusable } from '../../src/adapters/persistence/database/database-unusable';
import { runDemoRemoval } from '../../src/compose/cli-demo-command';
import { runReport } from '../../src/compose/cli-read-commands';
import { openStore } from '../../src/compose/open-store';
import { startService } from '../../src/compose/start-service';
import { type Config, loadConfig } from '../../src/config';
import { startTcpPostgres, type TcpPostgres } from '../support/tcp-postgres';
import { untilTrue } from '../support/until';

// What a newcomer reads whose database cannot be used: which database, why, and what to do.

const log = pino({ level: 'silent' });
const REPORT = { from: null, to: null, by: 'severity', zone: 'UTC', format: 'table' };
const CERTIFICATE = join(__dirname, '../fixtures/tls/server.crt');

let postgres: TcpPostgres;
beforeAll(async () => {
  postgres = await startTcpPostgres([
    'hostssl all tls_only 127.0.0.1/32 trust',
    'host all scram 127.0.0.1/32 scram-sha-256',
    'host all plain 127.0.0.1/32 password',
    'host all md5 127.0.0.1/32 md5',
    'host all unwanted 127.0.0.1/32 reject',
    'host all poor,outside,reader,old,nameless,stranger 127.0.0.1/32 trust',
  ]);
  await postgres.run(
    ...['tls_only', 'unwanted', 'poor', 'outside', 'reader', 'old', 'nameless'].map(
      (name) => `CREATE ROLE ${name} LOGIN`,
    ),
    ...['scram', 'plain', 'md5'].map((name) => `CREATE ROLE ${name} LOGIN PASSWORD 's3cret/1'`),
    'CREATE DATABASE empty',
    'CREATE DATABASE closed',
    'REVOKE CONNECT ON DATABASE closed FROM PUBLIC',
    `CREATE DATABASE latin OWNER poor ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`,
    ...['knex', 'shop'].map((name) => `CREATE DATABASE ${name} OWNER poor`),
    'CREATE DATABASE single OWNER poor CONNECTION LIMIT 0',
    'ALTER ROLE reader SET default_transaction_read_only = on',
    `ALTER ROLE nameless SET search_path = nowhere`,
    `ALTER ROLE old SET search_path = old, pg_catalog, public`,
  );
  await postgres.runIn(
    'knex',
    'CREATE TABLE migrations (id int, migration text, batch int)',
    'ALTER TABLE migrations OWNER TO poor',
  );
  await postgres.runIn('shop', 'CREATE TABLE clients (id int)');
  await postgres.runIn(
    'empty',
    'CREATE SCHEMA old',
    'GRANT USAGE ON SCHEMA old TO old',
    `CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '13.22'::text $$`,
  );
});
afterAll(() => postgres.close());

/** What a start prints instead of serving. */
async function said(url: string): Promise<string> {
  try {
    await (await openStore(loadConfig({ DATABASE_URL: url }), log)).close();
    return 'nothing';
  } catch (error) {
    return errorText(error);
  }
}

const REFUSED: readonly (readonly [name: string, user: string, rest: string, sentence: RegExp])[] = [
  ['no password', 'scram', 'empty', /asks for a password, and DATABASE_URL has none\. Write postgresql:\/\/USER:PASS/],
  ['an empty password', 'scram:', 'empty', /asks for a password, and DATABASE_URL has none/],
  ['a wrong password', 'scram:s3cret%2F2', 'empty', /the user name or the password is wrong\. Correct DATABASE_URL/],
  ['no password, which is asked for as plain text', 'plain', 'empty', /asks for a password, and DATABASE_URL has none/],
  ['a wrong password as plain text', 'plain:s3cret%2F2', 'empty', /the user name or the password is wrong/],
  ['no password for md5', 'md5', 'empty', /asks for a password, and DATABASE_URL has none/],
  ['a user who does not exist', 'stranger', 'empty', /there is no user with that name/],
  ['a user who is not let in', 'unwanted', 'empty', /the user may not connect .*pg_hba\.conf/],
  [
    'a database that does not exist',
    'poor',
    'nowhere',
    /The database nowhere on .* there is no database with that name/,
  ],
  [
    'a database that is closed to the user',
    'outside',
    'closed',
    /the user lacks a right .*database "closed".*Grant it/,
  ],
  [
    'a user who may not create tables',
    'poor',
    'empty',
    /lacks a right .*schema public.*GRANT CREATE, USAGE ON SCHEMA pub/,
  ],
  ['a search path without a schema', 'nameless', 'empty', /lacks a right .*no schema has been selected to create in/],
  ['a database without connections', 'poor', 'single', /too many connections already/],
  [
    'a table of another program',
    'poor',
    'shop',
    /in use by another program \(relation "clients" already exists\)\. Set/,
  ],
  [
    'the migrations of another program',
    'poor',
    'knex',
    /in use by another program \(.*\)\. Set DATABASE_URL to a database/,
  ],
  [
    'an encoding without all characters',
    'poor',
    'latin',
    /its encoding is LATIN1, .*CREATE DATABASE .* ENCODING 'UTF8'/,
  ],
  ['a user who can only read', 'reader', 'empty', /takes no changes, only reads/],
  ['a server that is too old', 'old', 'empty', /its server is PostgreSQL 13\.22, and Stepdown needs 15 or later/],
  ['no encryption, which the server needs', 'tls_only', 'empty', /no encryption.*\?sslmode=verify-full/],
  ['a certificate that no one has signed', 'poor', 'empty?sslmode=verify-full', /signed its certificate.*sslrootcert=/],
  [
    'a certificate of another host',
    'poor',
    `empty?sslmode=verify-full&sslrootcert=${CERTIFICATE}`,
    /its certificate is for another host name/,
  ],
];

describe('a start is refused with a sentence for', () => {
  test.each(REFUSED)('%s', async (_, user, rest, sentence) => {
    const text = await said(postgres.url(user, rest));
    expect(text).toMatch(sentence);
    expectSentence(text);
    expect(text).toContain(`(user ${user.split(':')[0]})`);
  });

  test('encryption that the server does not offer', async () => {
    const url = postgres.url('poor', 'empty?sslmode=verify-full');
    await postgres.run('ALTER SYSTEM SET ssl = off', 'SELECT pg_reload_conf()');
    await untilTrue(async () => /offers no encryption/.test(await said(url)));
    expectSentence(await said(url));
    await postgres.run('ALTER SYSTEM SET ssl = on', 'SELECT pg_reload_conf()');
  });

  test.each([
    ['a program that closes the connection', (server: Server) => server.on('connection', (socket) => socket.end())],
    [
      'a program that speaks another language',
      (server: Server) =>
        server.on('connection', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')),
    ],
  ])('%s', async (_, answer) => {
    const server = createServer();
    answer(server);
    server.listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const text = await said(`postgresql://ada:s3cret%2F1@127.0.0.1:${port}/x`);
    expect(text).toMatch(/^The database x on 127\.0\.0\.1:\d+ \(user ada\) cannot be used: .*(DATABASE_URL|log)/);
    expectSentence(text);
    server.close();
  });
});

test('a start that is refused leaves no connection open, which would keep the process alive', async () => {
  expect(await said(postgres.url('scram', 'empty'))).toMatch(/asks for a password/);
  const others = `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  const check = `DO $$ BEGIN IF EXISTS (${others}) THEN RAISE 'one is open'; END IF; END $$`;
  await untilTrue(() =>
    postgres.run(check).then(
      () => true,
      () => false,
    ),
  );
});

test('a file that cannot be read is no fault of the database', () => {
  const error = (syscall: string) => Object.assign(new Error(`${syscall} ENOENT /x/.s.PGSQL.5432`), { code: 'ENOENT' });
  expect(unusable(Object.assign(new Error('ENOENT: no such file, open /x'), { code: 'ENOENT' }), 'it')).toBeNull();
  expect(unusable(error('connect'), 'it')?.message).toMatch(/^It cannot be used: there is no socket in that folder\./);
});

describe('the tables of another user', () => {
  const run = async (user: string, command: (config: Config) => Promise<unknown>): Promise<string> =>
    command(loadConfig({ DATABASE_URL: postgres.url(user, 'owned') })).then(() => 'nothing', errorText);
  const report = (config: Config) => runReport(config, REPORT, { write: () => true }, log);

  beforeAll(async () => {
    await postgres.run('CREATE DATABASE owned OWNER poor');
    expect(await said(postgres.url('poor', 'owned'))).toBe('nothing');
  });

  test('can be read by a user who can only read, once it has the right', async () => {
    const refused = await run('reader', report);
    expect(refused).toMatch(
      /lacks a right on its tables \(permission denied for table \w+\)\. .*GRANT SELECT ON ALL TABLES/,
    );
    expectSentence(refused);
    await postgres.runIn('owned', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader');
    expect(await run('reader', report)).toBe('nothing');
  });

  test('keep the demo that only their owner can remove', async () => {
    const client = `INSERT INTO clients (id, name, created_at) VALUES (gen_random_uuid(), '${DEMO_CLIENT}', now())`;
    await postgres.runIn('owned', 'GRANT ALL ON ALL TABLES IN SCHEMA public TO outside', client);
    const remove = (config: Config) => runDemoRemoval(config, { write: () => true }, log);
    const refused = await run('outside', remove);
    expect(refused).toMatch(
      /only the owner of its tables may do this \(must be owner of \w+ events\)\. Set DATABASE_OWNER_URL/,
    );
    expectSentence(refused);
    expect(await run('poor', remove)).toBe('nothing');
  });
});

test('a right password and any certificate are accepted', async () => {
  await postgres.run('CREATE DATABASE own OWNER scram');
  expect(await said(postgres.url('scram:s3cret%2F1', 'own?sslmode=no-verify'))).toBe('nothing');
});

test('a service logs an outage without the password', async () => {
  await postgres.run('CREATE DATABASE watched OWNER scram');
  const lines = new PassThrough();
  let text = '';
  lines.on('data', (chunk) => (text += chunk));
  const url = postgres.url('scram:s3cret%2F1', 'watched');
  const service = await startService(loadConfig({ DATABASE_URL: url, PORT: '0' }), pino({ level: 'trace' }, lines));
  try {
    await postgres.run(
      'ALTER ROLE scram CONNECTION LIMIT 0',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scram'`,
    );
    await untilTrue(() => /too many connections|cannot be reached|terminating/.test(text));
  } finally {
    await postgres.run('ALTER ROLE scram CONNECTION LIMIT -1');
    await service.close();
  }
  expect(service.database).toMatch(/^the database watched on 127\.0\.0\.1:\d+ \(user scram\)$/);
  expect(text).not.toMatch(/s3cret/);
});

/** One or more sentences, no stack trace, and nothing of a password in any form. */
function expectSentence(text: string): void {
  expect(text).toMatch(/^The database .*\.$/);
  expect(text).not.toMatch(/s3cret|%2F1|%2F2|\n|postgresql:\/\/(?!USER)/);
}
