import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { ask, type Finished, run, type Serving, serve } from '../support/program';
import { untilTrue } from '../support/until';

let dataDir: string;
const SUBMIT = `mutation ($subject: String!) {
  submitTicket(input: { subject: $subject, impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) {
    ticket { id number severity } userErrors { message }
  }
}`;
interface Submitted {
  readonly submitTicket: { readonly ticket: { readonly id: string; readonly number: number } };
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stepdown-serve-'));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

/** Whether the embedded PostgreSQL of the data folder still runs. */
async function postgresRuns(): Promise<boolean> {
  const pid = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => null);
  if (pid === null) return false;
  try {
    return process.kill(Number(pid.split('\n')[0]), 0);
  } catch {
    return false;
  }
}

/** The services use the embedded PostgreSQL as a user who is no superuser and owns nothing. */
async function expectServiceUser(): Promise<void> {
  const lines = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  const client = new Client({ host: `${lines[4]}`, port: Number(lines[3]), user: 'stepdown', database: 'stepdown' });
  await client.connect();
  const { rows } = await client.query(
    `SELECT a.usename, r.rolsuper OR r.rolbypassrls OR r.rolcreaterole AS powerful,
            EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns, has_table_privilege(r.oid, 'tickets', 'SELECT') AS reads
       FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
      WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() GROUP BY r.oid, a.usename, powerful`,
  );
  await client.end();
  expect(rows).toEqual([{ usename: 'stepdown_service', powerful: false, owns: false, reads: false }]);
}

test('acknowledged tickets survive kill -9, no PostgreSQL process remains, and the service starts again', async () => {
  const env = { STEPDOWN_DATA_DIR: dataDir };
  const first = await serve(env);
  const acknowledged: number[] = [];
  const writing = (async () => {
    for (let count = 0; ; count++) {
      const { submitTicket } = await ask<Submitted>(first.url, SUBMIT, { subject: `number ${count}` });
      acknowledged.push(submitTicket.ticket.number);
    }
  })().catch(() => undefined);
  await untilTrue(() => acknowledged.length >= 20);
  await first.end('SIGKILL');
  await writing;
  await untilTrue(async () => !(await postgresRuns()));

  const second = await serve(env);
  const { tickets } = await ask<{ tickets: { nodes: { number: number }[] } }>(
    second.url,
    '{ tickets(first: 100, orderBy: { field: NUMBER, direction: ASC }) { nodes { number } } }',
  );
  const numbers = tickets.nodes.map(({ number }) => number);
  for (const number of acknowledged.slice(0, 100)) expect(numbers).toContain(number);

  // A second service on the same data shares the server, and the first one's going leaves it alone.
  const third = await serve(env);
  expect(await second.end('SIGTERM')).toBe(0);
  const { ticket } = await ask<{ ticket: object | null }>(third.url, '{ ticket(number: 1) { subject } }');
  expect(ticket).toEqual({ subject: 'number 0' });
  await expectServiceUser();
  // As Ctrl-C under `npm start`: a signal of the terminal, and another one from npm.
  third.child.kill('SIGINT');
  expect(await third.end('SIGTERM')).toBe(0);
  expect(await postgresRuns()).toBe(false);
});

test('a folder given in place of a file is refused with a sentence', async () => {
  expect(await run(['calendar', dataDir])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'A folder was given in place of a file.\n',
  });
});

describe('beside a running service', () => {
  let service: Serving;
  beforeAll(async () => {
    service = await serve({ STEPDOWN_DATA_DIR: dataDir });
  });
  afterAll(async () => {
    await service.end('SIGTERM');
  });

  test('a start on the same port ends with a sentence, before it makes a data folder', async () => {
    const unused = `${dataDir}-unused`;
    const env = { PORT: new URL(service.url).port, STEPDOWN_DATA_DIR: unused };
    expectSentence(await run(['serve'], env), /PORT \d+ on 127\.0\.0\.1 is taken/);
    expect(existsSync(unused)).toBe(false);
  });
});

test.each([
  ['a port that is none', { PORT: '70000' }, /PORT must be a whole number from 0 to 65535/],
  ['an address beyond loopback', { HOST: '0.0.0.0' }, /STEPDOWN_ALLOW_UNAUTHENTICATED/],
  ['a misspelt variable', { STEPDOWN_DATADIR: '/x' }, /did you mean STEPDOWN_DATA_DIR/],
  ['a host that is none', { HOST: 'nonsense' }, /^HOST is nonsense, which is not a loopback address/],
  [
    'a host that cannot be resolved',
    { HOST: 'nonsense.invalid', STEPDOWN_ALLOW_UNAUTHENTICATED: 'true' },
    /^HOST nonsense\.invalid cannot be resolved: set HOST/,
  ],
  ['a database that is not there', { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }, /no server listens there/],
  [
    'a password that is not encoded',
    { DATABASE_URL: 'postgres://u:1/secret@127.0.0.1/x' },
    /^DATABASE_URL must be a URL in which the characters/,
  ],
  ['a policy that is not there', { STEPDOWN_POLICY_FILE: '/nowhere.yaml' }, /STEPDOWN_POLICY_FILE/],
  ['a data folder in /proc', { STEPDOWN_DATA_DIR: '/proc/stepdown' }, /\/proc\/stepdown is not a folder in which/],
  ['a data folder that is a file', { STEPDOWN_DATA_DIR: __filename }, /is not a folder .*: set STEPDOWN_DATA_DIR/],
  ['a data folder in a file', { STEPDOWN_DATA_DIR: `${__filename}/data` }, /is not a folder .*: set STEPDOWN_DATA_DIR/],
])('a start with %s ends with a sentence', async (_, given, sentence) => {
  expectSentence(await run(['serve'], given as Record<string, string>), sentence);
});

function expectSentence({ code, stdout, stderr }: Finished, sentence: RegExp): void {
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/secret|\n\s+at /);
}
