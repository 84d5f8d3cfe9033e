import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import pino from 'pino';
import { errorText } from '../../src/adapters/cli/error-text';
import { demoReport, isServing } from '../../src/adapters/cli/ticket/demo';
import { runDemo, runDemoRemoval } from '../../src/compose/cli-demo-command';
import { loadConfig } from '../../src/config';
import { importWith } from '../support/commands-here';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ask, type Finished, run, type Serving, serve } from '../support/program';

let database: TestDatabase;
let service: Serving;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client(database.url);
  await client.connect();
  service = await serve({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
  // A ticket of someone else, with names of its own.
  await submit('Default client', 'Group 70');
});
afterAll(async () => {
  await service.end('SIGTERM');
  await client.end();
  await database.drop();
});

const environment = () => ({ DATABASE_URL: database.url, PORT: new URL(service.url).port });

/** Runs the demo in this process; the result is that of the program, without its progress. */
async function demo(env: Readonly<Record<string, string>>, command = runDemo): Promise<Finished> {
  let stdout = '';
  try {
    await command(loadConfig(env), { write: (text) => (stdout += text) }, pino({ level: 'silent' }));
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    return { code: 1, stdout, stderr: `${errorText(error)}\n` };
  }
}
const remove = () => demo(environment(), runDemoRemoval);

async function submit(subject: string, tag: string): Promise<void> {
  const input = { subject, tags: [tag], impacts: [{ audience: 'ALL_END_USERS', consequence: 'ORDERING_BLOCKED' }] };
  await ask(
    service.url,
    'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { userErrors { message } } }',
    {
      input,
    },
  );
}

/** Every row of all tables, but for the clocks of the log, and the audit log, which only grows. */
async function everything(): Promise<Record<string, readonly string[]>> {
  const tables = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);
  const all: Record<string, readonly string[]> = {};
  for (const { tablename } of tables.rows) {
    if (['event_placements', 'log_followers', 'audit_events'].includes(tablename)) continue;
    const { rows } = await client.query(`SELECT t::text AS row FROM ${tablename} t ORDER BY 1`);
    all[tablename] = rows.map(({ row }) => row);
  }
  return all;
}

/** A filter by texts and names completes what is derived of them. Nothing is added later. */
const index = () =>
  ask(service.url, '{ tickets(first: 1, filter: { text: "orders", assignee: { eq: "Ada" } }) { totalCount } }');

describe('the demo beside a service', () => {
  test('shows its results before the queries, is there only once, and can be removed without a trace', async () => {
    await index();
    const before = await everything();
    const first = await demo(environment());
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^The service at \S+ uses the database \S+ .*\nImported 200 of 200 tickets/);
    expect(first.stdout.indexOf('The latest breaches')).toBeLessThan(first.stdout.indexOf('query TicketsBySeverity'));
    expect(first.stdout).toMatch(/The service goes on at \S+\/graphql; .*\nTo remove .* npm run demo -- --remove\n$/);
    expect(first.stdout).toMatch(/SEV1 +\d+ +\d+ +\d+ +\d+\n/);

    const second = await demo(environment());
    expect(second.code).toBe(0);
    expect(second.stdout.split('\n')[1]).toBe('The 200 incidents are there already.');
    expect(second.stdout).not.toContain('ALREADY_THERE');

    const alone = await demo({ ...environment(), PORT: '1' });
    expect(alone.stdout).toMatch(
      /^No service answers at http:\/\/127\.0\.0\.1:1\/graphql\. The demo uses the database /,
    );
    expect(alone.stdout).toMatch(/No service is running now\. Start one with npm start;/);

    await index();
    const removed = await run(['demo', '--remove'], environment());
    expect(removed).toMatchObject({ code: 0, stderr: '' });
    expect(removed.stdout).toMatch(
      /^Removed 200 tickets, their \d+ events and the client “Demo: \S+ incidents” from the data/,
    );
    expect(await everything()).toEqual(before);
    await expect(client.query('DELETE FROM events')).rejects.toMatchObject({ code: '23001' });

    expect((await remove()).stdout).toMatch(/^There are no incidents of the demo in the database /);
  });
});

test('a demo on the database of another service is refused, and leaves nothing behind', async () => {
  const other = await createTestDatabase();
  const foreign = new Client(other.url);
  await foreign.connect();
  const port = new URL(service.url).port;
  try {
    const { code, stderr } = await demo({ PORT: port, DATABASE_URL: other.url });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^The service at \S+ uses another database than this comm/),
    ]);
    expect((await foreign.query('SELECT FROM clients')).rowCount).toBe(0);
    const dataDir = `${process.cwd()}/no-such-folder`;
    const embedded = await demo({ PORT: port, STEPDOWN_DATA_DIR: dataDir });
    expect([embedded.code, embedded.stderr]).toEqual([
      1,
      expect.stringMatching(/^The service at \S+ uses another data/),
    ]);
    expect(existsSync(dataDir)).toBe(false);
  } finally {
    await foreign.end();
    await other.drop();
  }
});

test('under another policy, the incidents are opened under the one whose words they have', async () => {
  const other = await createTestDatabase();
  const policyFile = join(__dirname, '../../policies/gitlab-support.yaml');
  // The demo uses no name of the service that its own service would not answer to.
  const env = {
    DATABASE_URL: other.url,
    PORT: '1',
    STEPDOWN_POLICY_FILE: policyFile,
    ALLOWED_HOSTS: 'tickets.example',
  };
  try {
    const { code, stdout } = await demo(env);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\nPublished the policy cimcloud, .*\nThe policy cimcloud applies to the client “Demo: .*” only\.\nImported 200 of/,
    );
    expect(await demo(env)).toMatchObject({ code: 0, stdout: expect.not.stringContaining('Published') });
    expect((await demo(env, runDemoRemoval)).stdout).toMatch(/^Removed 200 tickets/);

    // So is an import for a client with another policy than the configured one.
    const examples = join(__dirname, '../../examples');
    const files = { file: join(examples, 'data/incidents.csv'), mapping: join(examples, 'servicenow.mapping.yaml') };
    expect(await importWith(env, { ...files, dryRun: true })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("takes one of the policy's"),
    });
    const accounts = new Client(other.url);
    await accounts.connect();
    await accounts.query(
      `INSERT INTO clients (id, name, created_at, policy) VALUES (gen_random_uuid(), 'ServiceNow log', now(), 'cimcloud')`,
    );
    await accounts.end();
    expect((await importWith(env, { ...files, dryRun: true })).stdout).toMatch(/^Would import 200 of 200 tickets/);
  } finally {
    await other.drop();
  }
});

test('a program that is no service of Stepdown is left alone, and a wrong answer is a sentence', async () => {
  const answers = createServer((request, response) => {
    response.end(request.url === '/health' ? '{"status":"ok"}' : '<html>');
  });
  await once(answers.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(answers.address() as AddressInfo).port}/graphql`;
  expect(await isServing(url)).toBe(false);
  await expect(demoReport(url, randomUUID())).rejects.toThrow(
    /^http:\S+ did not answer the demo's query: status 200\.$/,
  );
  answers.close();
  await once(answers, 'close');
  await expect(demoReport(url, randomUUID())).rejects.toThrow(/ did not answer the demo's query: \S.*\.$/);
});

describe('where requests are authenticated', () => {
  let other: TestDatabase;
  let guarded: Serving;
  beforeAll(async () => {
    other = await createTestDatabase();
    guarded = await serve({ DATABASE_URL: other.url, STEPDOWN_AUTHENTICATION: 'required' });
  });
  afterAll(async () => {
    await guarded.end('SIGTERM');
    await other.drop();
  });

  test('the demo reads with a key of its own, which is revoked afterwards', async () => {
    const env = {
      DATABASE_URL: other.url,
      PORT: new URL(guarded.url).port,
      STEPDOWN_AUTHENTICATION: 'required',
    };
    const { code, stdout, stderr } = await demo(env);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('The latest breaches');
    const keys = new Client(other.url);
    await keys.connect();
    const { rows } = await keys.query(
      'SELECT k.scopes, c.name, k.revoked_at IS NOT NULL AS revoked FROM api_keys k JOIN clients c ON c.id = k.client_id',
    );
    await keys.end();
    expect(rows).toEqual([{ scopes: ['READ'], name: 'Demo: ServiceNow incidents', revoked: true }]);
    expect(await demo(env, runDemoRemoval)).toMatchObject({ code: 0, stderr: '' });
  });

  test('a service that does not know the key uses another database', async () => {
    const env = { ...environment(), PORT: new URL(guarded.url).port, STEPDOWN_AUTHENTICATION: 'required' };
    const { code, stderr } = await demo(env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('uses another database than this command')]);
  });
});

test('a start logs the policy that it publishes', () => {
  const lines = service.logged().filter(({ msg }) => msg.includes('published the configured policy'));
  expect(lines).toMatchObject([{ policy: 'cimcloud', version: 1, changes: 'first version' }]);
});
