import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { exportHere, importWith } from '../support/commands-here';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Finished, run } from '../support/program';
import { untilTrue } from '../support/until';

// A start of the program takes about a second of CPU time. Each command runs in the program where
// the test is about the process or is the first of its kind; otherwise it runs here.

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'examples/data/incidents.csv');
const MAPPING = join(ROOT, 'examples/servicenow.mapping.yaml');

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-import-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const withDatabase = async (work: (env: Env) => Promise<void>) => {
  database = await createTestDatabase();
  try {
    await work({ DATABASE_URL: database.url });
  } finally {
    await database.drop();
  }
};

const withClient = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const countTickets = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ count: string }>('SELECT count(*) AS count FROM tickets');
  return Number(rows[0]?.count);
};

type Env = Readonly<Record<string, string>>;
const importHere = (env: Env, file: string, options = {}) => importWith(env, { file, mapping: MAPPING, ...options });

interface Exported {
  readonly externalId: string;
  readonly severity: string;
  readonly state: string;
  readonly version: number;
  readonly sla: Readonly<
    Record<
      'response' | 'update' | 'resolution',
      { status: string; cycles: readonly { startedAt: string; dueAt: string | null; breachedAt: string | null }[] }
    >
  >;
}

const ticketsOf = ({ code, stdout, stderr }: Finished): readonly Exported[] => {
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exported);
};

test('imports the real log, twice to the same effect, and exports what the second model expects', () =>
  withDatabase(async (env) => {
    const dry = await importHere(env, FILE, { dryRun: true });
    expect(dry.stdout).toMatch(/^Would import 200 of 200 tickets from 1654 rows/);
    expect(ticketsOf(await exportHere(env))).toEqual([]);

    const first = await run(['import', FILE, '--mapping', MAPPING], env);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/^Imported 200 of 200 tickets .* 0 were there already, 0 could not be opened/);
    expect(first.stdout).toMatch(/Breaches: {2}RESPONSE 79, RESOLUTION 47/);
    const tickets = ticketsOf(await run(['export'], env));

    const second = await importHere(env, FILE);
    expect(second.stdout).toMatch(/^Imported 0 of 200 tickets .* 200 were there already/);
    expect(ticketsOf(await exportHere(env))).toEqual(tickets);

    const expected = (await readFile(join(ROOT, 'test/fixtures/incidents.expected.jsonl'), 'utf8')).trim().split('\n');
    type Cycles = readonly { startedAt: string; dueAt: string | null; breachedAt: string | null }[];
    for (const line of expected) {
      const { externalId, severity, cycles } = JSON.parse(line) as {
        externalId: string;
        severity: string;
        cycles: Readonly<Record<'RESPONSE' | 'RESOLUTION', Cycles>>;
      };
      const ticket = tickets.find((candidate) => candidate.externalId === externalId);
      const instants = (list: Cycles) => list.map(({ startedAt, dueAt, breachedAt }) => [startedAt, dueAt, breachedAt]);
      expect([ticket?.severity, ticket?.sla.update.status]).toEqual([severity, 'NOT_MEASURED']);
      expect(instants(ticket?.sla.response.cycles ?? [])).toEqual(instants(cycles.RESPONSE));
      expect(instants(ticket?.sla.resolution.cycles ?? [])).toEqual(instants(cycles.RESOLUTION));
    }

    const urgent = ticketsOf(await exportHere(env, { severity: { in: ['SEV1', 'SEV2'] }, isBreached: true }));
    expect(urgent.map(({ externalId }) => externalId)).toEqual(
      tickets
        .filter(({ severity, sla }) => {
          const cycles = [...sla.response.cycles, ...sla.resolution.cycles];
          return ['SEV1', 'SEV2'].includes(severity) && cycles.some(({ breachedAt }) => breachedAt !== null);
        })
        .map(({ externalId }) => externalId),
    );
    expect((await run(['export', '--filter', '{"severity":{"eq":"HIGH"}}'], env)).stderr).toMatch(/HIGH/);
  }));

test('completes an import that was killed halfway', () =>
  withDatabase(async (env) => {
    // The same incidents three times under other names, which makes three batches. The last of
    // them waits for a lock, so that there is a halfway.
    const [header = '', ...rows] = (await readFile(FILE, 'utf8')).trimEnd().split('\n');
    const big = join(folder, 'big.csv');
    const copies = Array.from({ length: 3 }, (_, copy) => rows.map((row) => row.replace(/^INC/, `INC${copy}-`)));
    await writeFile(big, `${[header, ...copies.flat()].join('\n')}\n`);
    const last = [...new Set(copies.flat().map((row) => row.split(',')[0]))].at(-1);

    const there = await withClient(async (client) => {
      await client.query(`
          CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$;
          CREATE TRIGGER wait BEFORE INSERT ON tickets FOR EACH ROW
            WHEN (new.external_id = '${last}') EXECUTE FUNCTION wait();
          SELECT pg_advisory_lock(1)`);
      const child = spawn(process.execPath, [join(ROOT, 'bin/stepdown.js'), 'import', big, '--mapping', MAPPING], {
        env: { PATH: process.env.PATH, ...env },
        stdio: 'ignore',
      });
      const ended = once(child, 'close');
      await untilTrue(async () => (await countTickets(client)) > 0);
      // A service on the same machine does not wait for it.
      expect(getPriority(child.pid)).toBe(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
      child.kill('SIGKILL');
      await ended;
      const count = await countTickets(client);
      await client.query('SELECT pg_advisory_unlock(1); DROP TRIGGER wait ON tickets');
      return count;
    });
    const { stdout } = await importHere(env, big);
    expect(stdout).toMatch(/of 600 tickets from 4962 rows/);
    const tickets = ticketsOf(await exportHere(env));
    expect(tickets).toHaveLength(600);
    expect(new Set(tickets.map(({ externalId }) => externalId)).size).toBe(600);
    expect(there).toBeLessThan(600);
  }));

test('shortens and drops values by the rules of the API, and reports each', () =>
  withDatabase(async (env) => {
    const file = join(folder, 'values.csv');
    const mapping = join(folder, 'values.yaml');
    const written = (await readFile(MAPPING, 'utf8'))
      .replace('tags: [assignment_group]', 'tags: [assignment_group, u_tag]\n  externalUrl: u_url')
      .replace(/subject: .*/, 'subject: "{u_subject}"');
    await writeFile(mapping, written);
    const [header = ''] = (await readFile(FILE, 'utf8')).split('\n');
    const columns = [...header.split(','), 'u_tag', 'u_url', 'u_subject'];
    const cells: Record<string, string> = {
      number: 'E1',
      opened_at: '1/3/2016 09:00',
      sys_updated_at: '1/3/2016 10:00',
      incident_state: 'New',
      priority: '3 - Moderate',
      assigned_to: 'a'.repeat(300),
      assignment_group: ' VIP ',
      u_tag: 'vip',
      u_url: 'javascript:alert(1)',
      u_subject: `${'y'.repeat(499)}👩‍💻tail`,
    };
    const row = (more: Record<string, string>) => columns.map((name) => ({ ...cells, ...more })[name] ?? '?').join(',');
    const later = { number: 'e1', incident_state: 'Active', sys_updated_at: '1/3/2016 11:00' };
    await writeFile(file, `${[columns.join(','), row({}), row(later)].join('\n')}\n`);
    const { code, stdout, stderr } = await importHere(env, file, { mapping });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Imported 1 of 1 tickets/)]);
    expect(stdout).toMatch(/Reports: {3}VALUE_DROPPED 2, VALUE_SHORTENED 2, WRITTEN_DIFFERENTLY 1/);
    expect(stderr).toMatch(/the subject has 506 characters, at most 500 are accepted; it is shortened/);
    const [ticket] = ticketsOf(await exportHere(env));
    expect(ticket).toMatchObject({
      externalId: 'E1',
      subject: 'y'.repeat(499),
      assignee: 'a'.repeat(200),
      tags: ['VIP'],
      externalUrl: null,
    });
  }));

test('reports rows that make no sense by line and reason, and loses nothing else', () =>
  withDatabase(async (env) => {
    const [header = '', ...rows] = (await readFile(join(ROOT, 'test/fixtures/invented-incidents.csv'), 'utf8')).split(
      '\n',
    );
    const good = rows.slice(0, 3);
    const broken = join(folder, 'broken.csv');
    const columns = header.split(',');
    const row = (cells: Record<string, string>) => columns.map((column) => cells[column] ?? '?').join(',');
    const base = {
      opened_at: '1/3/2016 09:00',
      sys_updated_at: '1/3/2016 10:00',
      incident_state: 'New',
      priority: '3 - Moderate',
    };
    await writeFile(
      broken,
      [
        header,
        ...good,
        row({ ...base, number: 'A', incident_state: '-100' }),
        row({ ...base, number: 'A', sys_updated_at: '1/3/2016 09:59' }),
        row({ ...base, number: 'A', sys_updated_at: '30/2/2016 09:59' }),
        'too,few,cells',
        row({ ...base, number: '?' }),
        row({ ...base, number: 'B', priority: '9 - None' }),
        row({ ...base, number: 'B', opened_at: '2/3/2016 09:00', incident_state: 'Closed' }),
        row({ ...base, number: 'B', incident_state: 'Active' }),
        row({ ...base, number: 'A', incident_state: 'Resolved', sys_updated_at: '1/3/2016 11:00' }),
        row({
          ...base,
          number: 'A',
          incident_state: 'Resolved',
          priority: '1 - Critical',
          sys_updated_at: '1/3/2016 12:00',
        }),
        '',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await importHere(env, broken);
    expect([code, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^Imported 3 of 3 tickets/)]);
    const reports = stderr.split('\n').filter((line) => line.startsWith('line '));
    expect(reports.map((line) => line.split(':')[0])).toEqual(
      [
        'line 8 too UNREADABLE_ROW',
        'line 9 UNREADABLE_ROW',
        'line 4 INC9000000 BACKWARDS',
        'line 5 A UNKNOWN_STATE',
        'line 6 A BACKWARDS',
        'line 7 A UNREADABLE_INSTANT',
        'line 14 A REFUSED',
        'line 10 B UNKNOWN_PRIORITY',
        'line 10 B NO_PRIORITY_YET',
        'line 11 B OPENED_AFTER_FIRST_ROW',
        'line 12 B ALREADY_CLOSED',
      ].map((line) => expect.stringMatching(new RegExp(`^${line}`))),
    );
    const full = await run(['import', broken, '--mapping', MAPPING, '--reports', '/dev/full'], env);
    expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/^The reports cannot be written/m)]);
    const tickets = ticketsOf(await exportHere(env));
    expect(tickets.find(({ externalId }) => externalId === 'A')).toMatchObject({
      state: 'RESOLVED',
      severity: 'SEV3',
    });
  }));

test('leaves out a ticket that meets an unexpected fault, says why, and ends with code 1', () =>
  withDatabase(async (env) => {
    await withClient((client) =>
      client.query(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE 'out of luck' USING ERRCODE = '23514'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON tickets FOR EACH ROW
          WHEN (new.external_id = 'INC0011284') EXECUTE FUNCTION refuse()`),
    );
    const { code, stdout, stderr } = await run(['import', FILE, '--mapping', MAPPING], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Imported 199 of 200 tickets .* 0 could not be opened/);
    expect(stdout).toMatch(/^Failed: {4}1 left out/m);
    expect(stderr).toMatch(/^line \d+ INC0011284 FAULT: .*out of luck/m);
  }));

test.each([
  ['no mapping', FILE, { mapping: '/nowhere.yaml' }, /mapping \/nowhere\.yaml cannot be read/],
  [
    'reports that cannot be opened',
    FILE,
    { reports: '/nowhere/reports' },
    /reports cannot be written to \/nowhere\/reports/,
  ],
  ['a file without the columns', join(ROOT, 'package.json'), {}, /has no column "number"/],
])('with %s it ends with a sentence', (_, file, options, sentence) =>
  withDatabase(async (env) => expectSentence(await importHere(env, file, options), sentence)),
);

test('with no file it ends with a sentence', () =>
  withDatabase(async (env) => {
    expectSentence(await run(['import', '/nowhere.csv', '--mapping', MAPPING], env), /There is no file \/nowhere\.csv/);
  }));

function expectSentence({ code, stderr }: Finished, sentence: RegExp): void {
  expect(code).toBe(1);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/\n\s+at /);
}
