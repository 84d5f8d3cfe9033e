import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Pool } from 'pg';
import { SearchTables } from '../../src/adapters/persistence/search/search-tables';
import { DAY_MS, HOUR_MS } from '../../src/domain/instant';
import { importWith } from '../support/commands-here';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { run } from '../support/program';
import { randomLives } from '../support/random-lives';
import { MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';

/** The tables of a full export, without what only the order of transactions decides. */
const TABLES = {
  policy_versions: 'id, version',
  clients: 'id',
  tickets: 'id',
  events: 'ticket_id, number',
  commitment_outcomes: 'ticket_id, kind, cycle',
  ticket_milestones: 'ticket_id, milestone',
  external_ids: 'folded, client_id, duplicate',
  spellings: 'folded, written_hash',
};

type Row = Readonly<Record<string, unknown>>;

async function contentOf(pool: Pick<Pool, 'query'>): Promise<Readonly<Record<string, readonly Row[]>>> {
  const content: Record<string, readonly Row[]> = {};
  for (const [table, key] of Object.entries(TABLES)) {
    const { rows } = await pool.query<{ row: Row }>(
      `SELECT to_jsonb(r)${table === 'events' ? " - 'id' - 'xid'" : ''} AS row FROM ${table} r ORDER BY ${key}`,
    );
    content[table] = rows.map(({ row }) => row);
  }
  return content;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function withEmptyTarget<T>(work: (url: string) => Promise<T>): Promise<T> {
  const database = await createTestDatabase();
  try {
    return await work(database.url);
  } finally {
    await database.drop();
  }
}

const targetContent = () => withClient(target.url, contentOf);

let source: TestStore;
let target: TestDatabase;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-full-export-'));
  file = join(folder, 'all.jsonl');
  source = await openStore();
  target = await createTestDatabase();
  const clients = [source.client.id];
  await source.changeTickets(randomLives(120, { seed: 11, clients, from: MONDAY, days: 40 }));
  // Changes after the opening, recorded later than the opening itself.
  const [followed] = await source.changeTickets([
    submission(newTicket(source.client.id, { subject: 'Lines\nand “quotes” 🚧', tags: ['a', 'ß'], externalId: 'X-1' })),
  ]);
  source.clock.move(DAY_MS);
  await source.changeTickets([
    submission(newTicket(source.client.id, { followUpOf: followed?.ticket?.id ?? null, externalId: 'X-2' })),
  ]);
  await importLogs();
  const exported = await run(['export', '--with', 'events'], { DATABASE_URL: source.url });
  expect([exported.code, exported.stderr]).toEqual([0, '']);
  await writeFile(file, exported.stdout);
});
afterAll(async () => {
  await source.close();
  await target.drop();
  await rm(folder, { recursive: true, force: true });
});

const LOG = `
title: a log
instants: { format: rfc3339 }
ticket: { id: number, order: file, openedAt: at, client: { name: Probe }, subject: number }
event: { at: at }
state: { column: state, values: { New: new, Resolved: resolved }, unknown: report }
priority:
  column: priority
  values: [{ value: "2", impacts: [{ audience: SOME_END_USERS, consequence: ORDERING_BLOCKED }] }]
  unknown: report
  lowered: reclassification
notMeasured: [UPDATE]
`;

/**
 * Imports an open and a resolved ticket of the last hour that go on living here, and two that do
 * not.
 */
async function importLogs(): Promise<void> {
  const [hour, half] = [HOUR_MS, HOUR_MS / 2].map((ago) => new Date(Date.now() - ago).toISOString());
  const mapping = join(folder, 'mapping.yaml');
  const log = join(folder, 'log.csv');
  for (const history of ['live', 'closed']) {
    await writeFile(mapping, `${LOG}history: ${history}\n`);
    const rows = [`${history}-open,${hour},New`, `${history}-done,${hour},New`, `${history}-done,${half},Resolved`];
    await writeFile(log, `number,at,state,priority\n${rows.map((row) => `${row},2\n`).join('')}`);
    const { code, stderr } = await importWith({ DATABASE_URL: source.url }, { file: log, mapping });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
  }
}

const restore = (path: string) => run(['import', '--from-export', path], { DATABASE_URL: target.url });

it('brings every ticket into another database, equal in every column; a second run adds nothing', async () => {
  const first = await restore(file);
  expect([first.code, first.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^Restored (\d+) of \1 tickets with \d+ events in [\d.]+ s; 0 were there already, 0 were left out\.\n/,
    ),
  ]);
  await new SearchTables(source.pool).completeNames();
  const expected = await contentOf(source.pool);
  expect(await targetContent()).toEqual(expected);
  // Among them what only imported tickets have, and the deadlines of those that go on.
  const imported = (expected.tickets ?? []).filter((row) => /^(live|closed)-/.test(`${row.external_id}`));
  expect(
    imported
      .map((row) => [
        row.external_id,
        ...['silence_from', 'observed_until', 'next_deadline_at'].filter((column) => row[column] !== null),
      ])
      .sort(),
  ).toEqual([
    ['closed-done', 'observed_until'],
    ['closed-open', 'observed_until'],
    ['live-done', 'silence_from', 'next_deadline_at'],
    ['live-open', 'silence_from', 'next_deadline_at'],
  ]);
  const again = await restore(file);
  expect(again.stdout).toMatch(/^Restored 0 of (\d+) tickets with 0 events in [\d.]+ s; \1 were there already, 0 /);
  expect(await targetContent()).toEqual(expected);

  // New tickets go on after the numbers of the export.
  const { rows } = await withClient(target.url, (client) =>
    client.query("SELECT nextval('tickets_number_seq')::int AS next"),
  );
  expect(rows[0]?.next).toBe(1 + Math.max(...(expected.tickets ?? []).map((row) => Number(row.number))));
});

it('lets an import find the restored tickets as ids are compared, although no service has run', async () => {
  const [mapping, log] = [join(folder, 'upper.yaml'), join(folder, 'upper.csv')];
  await writeFile(mapping, LOG);
  await writeFile(log, `number,at,state,priority\nLIVE-OPEN,2026-11-01T12:00:00Z,New,2\n`);
  await withEmptyTarget(async (url) => {
    await run(['import', '--from-export', file], { DATABASE_URL: url });
    const { stdout } = await importWith({ DATABASE_URL: url }, { file: log, mapping });
    expect(stdout).toMatch(/^Imported 0 of 1 tickets from 1 rows in [\d.]+ s; 1 were there already/);
    // Also tickets that an older version restored, which left the names to a service.
    await withClient(url, (client) =>
      client.query("DELETE FROM external_ids; UPDATE log_followers SET position = 0 WHERE name = 'names'"),
    );
    expect((await importWith({ DATABASE_URL: url }, { file: log, mapping })).stdout).toMatch(/; 1 were there already/);
  });
});

describe('clients of the export', () => {
  const FIRST = '01970000-0000-7000-8000-00000000000a';
  const SECOND = '01970000-0000-7000-8000-00000000000b';
  const clientLine = (id: string, name: string, createdAt = '2026-01-01T00:00:00.000Z') =>
    JSON.stringify({ kind: 'client', id, name, createdAt, policy: null, calendars: {} });
  const restoreClients = async (url: string, lines: readonly string[]) => {
    const path = join(folder, 'clients.jsonl');
    const counts = { policies: 0, clients: lines.length, tickets: 0, events: 0, lastNumber: 0 };
    const header = { kind: 'header', stepdownExport: 1, exportedAt: '2026-01-01T00:00:00.000Z', ...counts };
    await writeFile(path, `${[JSON.stringify(header), ...lines].join('\n')}\n`);
    const { code, stderr } = await run(['import', '--from-export', path], { DATABASE_URL: url });
    return [code, stderr.split('\n')[0]];
  };
  const clientsAt = (url: string) =>
    withClient(url, async (client) =>
      (
        await client.query<{ name: string; key: boolean }>(
          'SELECT name, name_key IS NOT NULL AS key FROM clients ORDER BY id',
        )
      ).rows.map(({ name, key }) => [name, key]),
    );

  it('contradict one there whose name is equal when compared', async () => {
    await withEmptyTarget(async (url) => {
      await restoreClients(url, [clientLine(FIRST, 'Acme')]);
      // As older processes write it.
      await withClient(url, (client) => client.query('UPDATE clients SET name_key = NULL'));
      const [code, stderr] = await restoreClients(url, [clientLine(SECOND, 'ACME')]);
      const sentence =
        'The database has another client named "Acme", which is the same name as "ACME". Nothing was restored.';
      expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
      expect((await clientsAt(url)).map(([name]) => name)).toEqual(['Acme']);
    });
  });

  it('with names that are equal when compared are added both, and the older one has the key', async () => {
    const both = [clientLine(FIRST, 'ACME', '2026-01-02T00:00:00.000Z'), clientLine(SECOND, 'Acme')];
    const all = [
      ['ACME', false],
      ['Acme', true],
    ];
    await withEmptyTarget(async (url) => {
      expect(await restoreClients(url, both)).toEqual([0, '']);
      expect(await clientsAt(url)).toEqual(all);
      expect(await restoreClients(url, both)).toEqual([0, '']);
      // The other one is there already, and has the key.
      await withClient(url, (client) => client.query('DELETE FROM clients WHERE name_key IS NOT NULL'));
      expect(await restoreClients(url, both)).toEqual([0, '']);
      expect(await clientsAt(url)).toEqual([
        ['ACME', true],
        ['Acme', false],
      ]);
    });
  });
});

describe('a file that is not as it was written', () => {
  const lines = async (): Promise<string[]> => (await readFile(file, 'utf8')).trimEnd().split('\n');
  const restoreLines = async (changed: readonly string[]) => {
    const path = join(folder, 'changed.jsonl');
    await writeFile(path, `${changed.join('\n')}\n`);
    return withEmptyTarget((url) => run(['import', '--from-export', path], { DATABASE_URL: url }));
  };

  it('is refused where it is cut off, at a line or within one', async () => {
    const all = await lines();
    const cut = await restoreLines(all.slice(0, -1));
    expect([cut.code, cut.stderr]).toEqual([
      1,
      expect.stringMatching(/header says \d+ events, but it has \d+; it is not complete/),
    ]);
    const within = await restoreLines([...all.slice(0, -1), (all.at(-1) ?? '').slice(0, 40)]);
    expect([within.code, within.stderr]).toEqual([1, expect.stringContaining(`Line ${all.length} of`)]);
  });

  it.each([
    ['is of no known type', '"SUBMITTED"', '"SUBMITED"', 'does not know the type SUBMITED'],
    ['is by no known kind of actor', '"kind":"AGENT"', '"kind":"ROBOT"', 'actor'],
    ['has a text that the database refuses', '"subject":"', '"subject":"\\u0000', 'the database refuses it'],
  ])('leaves out a ticket whose event %s, and restores the others', async (_, written, damaged, sentence) => {
    const all = await lines();
    const at = all.findIndex((line) => line.includes('"kind":"event"'));
    const { code, stdout, stderr } = await restoreLines(
      all.map((line, index) => (index === at ? line.replace(written, damaged) : line)),
    );
    expect([code, stdout]).toEqual([1, expect.stringMatching(/, 1 were left out\./)]);
    expect(stderr).toContain(sentence);
  });

  it.each([
    [
      'another export format',
      (text: string) => text.replace('"stepdownExport":1', '"stepdownExport":2'),
      'says format 2',
    ],
    ['no header', () => '{"kind":"client"}', 'Line 1 of'],
    ['an array', () => '[]', 'is no line of a full export'],
    [
      'a time that does not exist',
      (text: string) => text.replace(/"exportedAt":"[^"]+"/, '"exportedAt":"2026-02-30T00:00:00.000Z"'),
      'exportedAt takes',
    ],
  ])('is refused for %s', async (_, change, sentence) => {
    const [header = '', ...rest] = await lines();
    const { code, stderr } = await restoreLines([change(header), ...rest]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  });

  it('is refused where the database has another client of that name or another policy, and adds nothing', async () => {
    const before = await targetContent();
    const path = join(folder, 'other.jsonl');
    const all = await lines();
    await writeFile(
      path,
      all.map((line) => line.replaceAll(source.client.id, '01970000-0000-7000-8000-00000000abcd')).join('\n'),
    );
    const { code, stderr } = await restore(path);
    expect([code, stderr]).toEqual([1, expect.stringContaining('another client named "Acme". Nothing was restored.')]);
    expect(await targetContent()).toEqual(before);
  });
});

it.each([
  [
    ['export', '--with', 'events', '--filter', '{}'],
    "option '--with <what>' cannot be used with option '--filter <json>'",
  ],
  [['export', '--with', 'tickets'], "argument 'tickets' is invalid. Allowed choices are events"],
  [['import', '--from-export', 'a', '--dry-run'], "cannot be used with option '--dry-run'"],
  [['import', '--from-export', '/nowhere/at-all.jsonl'], '/nowhere/at-all.jsonl'],
  [['import'], "missing required argument 'file'"],
])('%j says what is wrong', async (args, sentence) => {
  const { code, stderr } = await run(args, { DATABASE_URL: target.url });
  expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
});

describe('of one client', () => {
  const export_ = (...args: readonly string[]) => run(['export', ...args], { DATABASE_URL: source.url });

  it('brings its tickets into a database with other numbers, and no others', async () => {
    const exported = await export_('--with', 'events', '--client', 'Probe');
    expect([exported.code, exported.stderr]).toEqual([0, '']);
    const path = join(folder, 'probe.jsonl');
    await writeFile(path, exported.stdout);
    await withEmptyTarget(async (url) => {
      await withClient(url, (client) => client.query('ALTER TABLE tickets ALTER COLUMN number RESTART WITH 1000001'));
      expect((await run(['import', '--from-export', path], { DATABASE_URL: url })).code).toBe(0);
      const [all, moved] = [await contentOf(source.pool), await withClient(url, contentOf)];
      const [probe] = (all.clients ?? []).filter(({ name }) => name === 'Probe');
      expect(moved.clients).toEqual([probe]);
      for (const table of ['tickets', 'events', 'commitment_outcomes', 'external_ids'] as const) {
        const ofProbe = (all[table] ?? []).filter(({ client_id }) => client_id === probe?.id);
        expect(ofProbe.length).toBeGreaterThan(0);
        expect(moved[table]).toEqual(ofProbe);
      }
      const next = (client: Client) => client.query("SELECT nextval('tickets_number_seq')::int AS number");
      expect((await withClient(url, next)).rows).toEqual([{ number: 1_000_001 }]);
    });
  });

  it('is refused for a client that there is not, and without the events', async () => {
    expect(await export_('--with', 'events', '--client', 'None')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no client named "None".'),
    });
    expect(await export_('--client', 'Probe')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--client needs --with events'),
    });
  });
});
