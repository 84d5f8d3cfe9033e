import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { BATCH } from '../../src/application/import/import-tickets';
import { exportHere, importWith } from '../support/commands-here';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { untilTrue } from '../support/until';

const ROOT = join(__dirname, '../..');

const MAPPING = `
title: probe
instants: { format: rfc3339 }
ticket: { id: number, order: file, openedAt: opened_at, client: { name: Probe }, subject: "{subject}" }
event: { at: at }
state: { column: state, values: { New: new, Active: active, Resolved: resolved, Closed: closed }, unknown: report }
priority:
  column: priority
  values:
    - { value: "2", impacts: [{ audience: SOME_END_USERS, consequence: ORDERING_BLOCKED }] }
    - { value: "4", impacts: [{ audience: NOBODY, consequence: QUESTION }] }
  unknown: report
  lowered: reclassification
notMeasured: [UPDATE]
`;
const LOCAL = MAPPING.replace('{ format: rfc3339 }', '{ format: "yyyy-MM-dd HH:mm", timeZone: America/New_York }');
const LATIN_1 = `file: { encoding: latin-1 }\n${MAPPING}`;

const HEADER = 'number,opened_at,at,state,priority,subject';
const row = (id: string, at: string, { openedAt = '2026-11-02T15:00:00Z', state = 'New', subject = 'x' } = {}) =>
  `${id},${openedAt},${at},${state},4,${subject}`;
const NOON = '2026-11-03T12:00:00Z';

let folder: string;
let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepdown-import-faults-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const written = async (name: string, content: string | Buffer): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

const logOf = (lines: readonly string[]): string => `${[HEADER, ...lines].join('\n')}\n`;

async function importLog(
  content: string | Buffer,
  { mapping = MAPPING, url = database.url, reports = null as string | null } = {},
) {
  const files = { file: await written('log.csv', content), mapping: await written('mapping.yaml', mapping) };
  const { code, stdout, stderr } = await importWith({ DATABASE_URL: url }, { ...files, reports });
  return { code, stdout, stderr, reports: stderr.split('\n').filter((line) => line.startsWith('line ')) };
}

interface Exported {
  readonly externalId: string;
  readonly number: number;
  readonly state: string;
}

async function exported(): Promise<readonly Exported[]> {
  const { stdout } = await exportHere({ DATABASE_URL: database.url });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Exported)));
}

const idsOf = async (): Promise<readonly string[]> =>
  [...(await exported())].sort((a, b) => a.number - b.number).map(({ externalId }) => externalId);

const countTickets = async (): Promise<number> => {
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM tickets');
  return rows[0]?.count ?? 0;
};

/** The instants of the events of a ticket, by type. */
const eventsOf = async (id: string): Promise<readonly string[]> => {
  const { rows } = await client.query<{ type: string; at: Date }>(
    'SELECT type, e.at FROM events e JOIN tickets t ON t.id = e.ticket_id WHERE external_id = $1 ORDER BY e.number',
    [id],
  );
  return rows.map(({ type, at }) => `${type} ${at.toISOString()}`);
};

describe('rows later than now', () => {
  const AHEAD = new Date(Date.now() + 5 * 3_600_000).toISOString();

  it('are left out, and nothing is judged beyond the present', async () => {
    const { stdout, stderr, reports } = await importLog(
      logOf([
        row('RA', NOON),
        row('RB', '2999-11-25T15:00:00Z'),
        row('RC', NOON, { openedAt: '2999-11-25T15:00:00Z' }),
        row('RA', '2999-11-25T15:00:00Z', { state: 'Closed' }),
      ]),
    );
    expect(reports.map((line) => line.split(':')[0])).toEqual([
      'line 3 RB IN_THE_FUTURE',
      'line 5 RA IN_THE_FUTURE',
      'line 4 RC OPENED_AFTER_FIRST_ROW',
    ]);
    expect(stdout).toMatch(/^Rows: +4 rows read = 2 used \+ 2 reported$/m);
    expect(stdout).toMatch(/^Reports: +IN_THE_FUTURE 2, OPENED_AFTER_FIRST_ROW 1$/m);
    expect(stderr).not.toMatch(/ahead of now/);
    const { rows } = await client.query('SELECT external_id, state, observed_until FROM tickets');
    const open = { state: 'open', observed_until: new Date(NOON) };
    expect(rows).toEqual([
      { external_id: 'RA', ...open },
      { external_id: 'RC', ...open },
    ]);
  });

  it('would decide how long tickets are judged, so a last row that is far from the others is shown', async () => {
    const lines = [row('A', NOON), row('B', '2025-03-01T12:00:00Z', { openedAt: '2016-03-01T12:00:00Z' })];
    const { stdout, stderr } = await importLog(logOf(lines));
    expect(stdout).toMatch(/^Log ends: +2026-11-03T12:00:00.000Z$/m);
    expect(stderr).toMatch(/^Line 2 is of 2026-11-03T12:00:00.000Z, 612 days later than all other rows/m);
    expect((await importLog(logOf([row('C', NOON), row('D', '2026-11-02T16:00:00Z')]))).stderr).not.toMatch(
      /later than/,
    );
  });

  it('raise the question of the zone if many are ahead by hours, however many are not', async () => {
    const local = AHEAD.slice(0, 16).replace('T', ' ');
    const past = '2026-11-03 12:00';
    const linesWith = (ahead: number) => [
      ...Array.from({ length: 200 }, (_, place) => row(`P${place}`, past, { openedAt: past })),
      ...Array.from({ length: ahead }, (_, place) => row(`A${place}`, local, { openedAt: past })),
    ];
    const mapping = LOCAL.replace('America/New_York', 'UTC');
    const { stderr } = await importLog(logOf(linesWith(10)), { mapping });
    expect(stderr).toMatch(/^10 rows lie up to 5 h ahead of now\. Is instants\.timeZone, UTC, the zone of the file\?/m);
    expect(stderr).toContain(`The newest row of the log is of ${AHEAD.slice(0, 16)}`);
    expect((await importLog(logOf(linesWith(9)), { mapping })).stderr).not.toMatch(/ahead of now/);
    expect((await importLog(logOf([row('B', NOON), row('B', AHEAD)]))).stderr).not.toMatch(/ahead of now/);
    const all = [row('B', AHEAD), row('C', AHEAD), row('C', AHEAD)];
    expect((await importLog(logOf(all))).stderr).toMatch(/^3 rows lie .* Are the offsets of the instants .* right\?/m);
  });
});

describe('the account of the rows', () => {
  it('names every row that is not used, for every reason', async () => {
    const lines = [
      row('A', NOON),
      row('A', '2026-11-03T11:00:00Z'),
      row('A', 'never'),
      'short',
      `B,2026-11-02T15:00:00Z,${NOON},New,9,no priority`,
      row('C', NOON, { subject: '"open' }),
      row('C', NOON, { state: 'Odd' }),
      row('', NOON),
      row('A', '2999-01-01T00:00:00Z'),
      row('D', NOON, { state: 'Closed' }),
      row('D', NOON, { state: 'Active' }),
      row('Broken', NOON),
      row('Broken', NOON),
    ];
    await client.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'out of luck' USING ERRCODE = '23514'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON tickets FOR EACH ROW
        WHEN (new.external_id = 'Broken') EXECUTE FUNCTION refuse()`);
    const first = await importLog(logOf(lines));
    expect(first.stdout).toMatch(/^Imported 3 of 5 tickets from 13 rows .* 1 could not be opened/);
    expect(first.stdout).toMatch(/^Rows: +13 rows read = 4 used \+ 9 reported$/m);
    expect(first.stdout).toMatch(
      /^Left out: +BACKWARDS 1, FAULT 2, IN_THE_FUTURE 1, NO_PRIORITY_YET 1, UNREADABLE_INSTANT 1, UNREADABLE_ROW 3$/m,
    );
    expect(first.reports.at(-1)).toMatch(
      /^line 13 Broken FAULT: .*out of luck.*; its rows, lines 13–14, are left out$/,
    );

    await client.query('DROP TRIGGER refuse ON tickets');
    const again = await importLog(logOf(lines));
    expect(again.stdout).toMatch(/^Imported 1 of 5 tickets from 13 rows .* 3 were there already/);
    expect(again.stdout).toMatch(/^Rows: +13 rows read = 2 used \+ 11 reported$/m);
    expect(again.stdout).toMatch(/^Left out: +ALREADY_THERE 4, BACKWARDS 1,/m);
    expect(again.reports).toContain(
      'line 11 D ALREADY_THERE: the client has this ticket already; its rows, lines 11–12, are left out',
    );
  });

  it('says that there are no reports only if there are none', async () => {
    expect((await importLog(logOf([row('A', NOON), row('B', NOON)]))).stdout).toMatch(/^Reports: +none$/m);
    const { stdout } = await importLog(logOf([row('A', NOON), row('B', NOON)]));
    expect(stdout).toMatch(/^Reports: +ALREADY_THERE 2$/m);
  });

  it('notes a row that names another client, and an id with a quote', async () => {
    const mapping = MAPPING.replace('client: { name: Probe }', 'client: { column: subject }');
    const lines = [
      row('A', NOON, { subject: 'Acme' }),
      row('A', '2026-11-03T13:00:00Z', { subject: 'ACME', state: 'Active' }),
      row('A', '2026-11-03T14:00:00Z', { subject: 'Brown', state: 'Resolved' }),
      row('B"', NOON, { subject: 'Brown' }),
    ];
    const { stdout, reports } = await importLog(logOf(lines), { mapping });
    expect(reports.map((line) => line.split(':')[0])).toEqual(['line 4 A OTHER_CLIENT', 'line 5 B" QUOTE_IN_ID']);
    expect(stdout).toMatch(/^Rows: +4 rows read = 4 used \+ 0 reported$/m);
  });

  it('names rows without a client, and leaves out those whose client is too long', async () => {
    const mapping = MAPPING.replace('client: { name: Probe }', 'client: { column: subject }');
    const long = 'A'.repeat(200);
    const lines = [
      row('A', NOON, { subject: 'Acme' }),
      row('A', '2026-11-03T13:00:00Z', { subject: '', state: 'Active' }),
      row('A', '2026-11-03T14:00:00Z', { subject: '\u200b', state: 'Resolved' }),
      row('B', NOON, { subject: '' }),
      row('B', '2026-11-03T13:00:00Z', { subject: '', state: 'Active' }),
      row('C', NOON, { subject: long }),
      row('D', NOON, { subject: `${long}1` }),
      row('E', NOON, { subject: `${long}2` }),
    ];
    const { stdout, reports } = await importLog(logOf(lines), { mapping });
    expect(reports).toEqual([
      'line 8 D UNREADABLE_ROW: the row has a subject of 201 characters; at most 200 are accepted; it is left out',
      'line 9 E UNREADABLE_ROW: the row has a subject of 201 characters; at most 200 are accepted; it is left out',
      'line 5 B VALUE_REPLACED: the row names no client; the ticket is one of "Unknown client"',
    ]);
    expect(stdout).toMatch(/^Rows: +8 rows read = 6 used \+ 2 reported$/m);
    const { rows } = await client.query('SELECT name FROM clients ORDER BY name');
    expect(rows.map(({ name }) => name)).toEqual([long, 'Acme', 'Unknown client']);
  });

  it('fails if rows were read and none opens a ticket', async () => {
    const { code, stdout, stderr } = await importLog(logOf(['x', 'y']));
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^Rows: +2 rows read = 0 used \+ 2 reported$/m)]);
    expect(stderr).toContain('No ticket could be opened.');
    expect((await importLog(logOf([]))).code).toBe(0);
  });

  it('loses one line to a stray quote', async () => {
    const { stdout, reports } = await importLog(
      logOf([
        row('Q1', '2026-11-02T15:00:00Z', { subject: '"unclosed' }),
        row('Q1', '2026-11-02T16:00:00Z', { state: 'Active', subject: 'same ticket' }),
        row('Q2', '2026-11-02T15:00:00Z', { subject: 'second' }),
        row('Q3', '2026-11-02T15:00:00Z', { subject: '"third, quoted"' }),
        row('Q3', '2026-11-02T17:00:00Z', { state: 'Active', subject: 'third' }),
      ]),
    );
    expect(reports).toEqual([expect.stringMatching(/^line 2 Q1 UNREADABLE_ROW: the row opens a quote/)]);
    expect(stdout).toMatch(/^Rows: +5 rows read = 4 used \+ 1 reported$/m);
    expect(await idsOf()).toEqual(['Q1', 'Q2', 'Q3']);
  });
});

describe('the bytes and the header of a file', () => {
  const umlauts = Buffer.from(logOf([row('Müller-1', NOON), row('Möller-1', NOON)]), 'latin1');

  it('are refused with the first line that is not in the encoding', async () => {
    const { code, stderr } = await importLog(umlauts);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Line 2 of \S+ is not utf-8: the byte \\xFC/)]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await countTickets()).toBe(0);
  });

  it('are read in the encoding of the mapping', async () => {
    await importLog(umlauts, { mapping: LATIN_1 });
    expect(await idsOf()).toEqual(['Müller-1', 'Möller-1']);
  });

  it.each<[string, string, string, RegExp]>([
    ['a column twice', HEADER.replace('subject', 'state'), MAPPING, /has two columns "state", the 4\. and the 6\./],
    [
      'a column misspelt',
      HEADER.replace('subject', 'subjct'),
      MAPPING,
      /no column "subject" \(did you mean "subjct"\?\)/,
    ],
    ['bytes of another kind', `\x1b[31m${'é'.repeat(500)}`, MAPPING, /its columns are "\\u001b\[31mé{55}…"\.$/m],
    [
      'UTF-16 without a mark',
      'n\0u\0m\0',
      MAPPING,
      /line 1 has a NUL character\. A file in UTF-16 needs `file\.encoding/,
    ],
    [
      'an encoding that there is not',
      HEADER,
      MAPPING.replace('instants', 'file: { encoding: ebcdic }\ninstants'),
      /encoding/,
    ],
  ])('%s is refused', async (_, header, mapping, sentence) => {
    const { code, stderr } = await importLog(`${header}\n`, { mapping });
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
  });
});

it('reads a local time that occurs twice as the second where the first would go backwards', async () => {
  const openedAt = '2026-11-01 01:50';
  const lines = [
    // 01:10 was before 01:50 and after it; the clock was set back at 02:00.
    row('A', '2026-11-01 01:10', { openedAt }),
    row('A', '2026-11-01 01:20', { openedAt, state: 'Active' }),
    row('A', '2026-11-01 01:15', { openedAt, state: 'Resolved' }),
    row('B', '2026-11-01 01:30', { openedAt: '2026-11-01 01:00' }),
    row('B', '2026-11-01 01:40', { openedAt, state: 'Active' }),
    row('B', '2026-11-01 01:35', { openedAt, state: 'Resolved' }),
  ];
  const { reports } = await importLog(logOf(lines), { mapping: LOCAL });
  expect(reports.map((line) => line.split(':')[0])).toEqual(['line 4 A BACKWARDS']);
  expect(await eventsOf('A')).toEqual(['SUBMITTED 2026-11-01T05:50:00.000Z', 'ACKNOWLEDGED 2026-11-01T06:20:00.000Z']);
  expect(await eventsOf('B')).toEqual([
    'SUBMITTED 2026-11-01T05:00:00.000Z',
    'ACKNOWLEDGED 2026-11-01T05:40:00.000Z',
    'RESOLVED 2026-11-01T06:35:00.000Z',
  ]);
  // The log ends with the second 01:35, although the first instants end at 01:40.
  const { rows } = await client.query('SELECT DISTINCT observed_until FROM tickets');
  expect(rows).toEqual([{ observed_until: new Date('2026-11-01T06:35:00Z') }]);
});

describe('the file of the reports', () => {
  it.each(['log.csv', 'mapping.yaml'])('must not be %s under any name', async (source) => {
    const content = logOf([row('A', NOON)]);
    const path = join(folder, source);
    await importLog(content);
    const before = await readFile(path, 'utf8');
    const [soft, hard] = [join(folder, `soft-${source}`), join(folder, `hard-${source}`)];
    await symlink(path, soft);
    await link(path, hard);
    for (const reports of [path, relative(process.cwd(), path), soft, hard]) {
      const files = { file: join(folder, 'log.csv'), mapping: join(folder, 'mapping.yaml'), reports };
      const { code, stderr } = await importWith({ DATABASE_URL: database.url }, files);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^The reports cannot be written to .*: it is the /)]);
      expect(await readFile(path, 'utf8')).toBe(before);
    }
  });

  it('is emptied only after the files have been checked', async () => {
    const reports = await written('reports.txt', 'of yesterday, and long enough to be seen');
    expect((await importLog('no such header\n', { reports })).code).toBe(1);
    expect((await importLog(logOf([]), { mapping: 'title: 1', reports })).code).toBe(1);
    expect(await readFile(reports, 'utf8')).toMatch(/yesterday/);
    expect((await importLog(logOf([row('A', NOON), 'x']), { reports })).code).toBe(0);
    expect(await readFile(reports, 'utf8')).toMatch(/^line 3 x UNREADABLE_ROW: .*\n$/);
  });

  it.each([
    ['/nowhere/reports', /its folder does not exist\.$/m],
    [tmpdir(), /it is a folder\.$/m],
  ])('at %s is refused with a sentence', async (reports, sentence) => {
    const { code, stderr } = await importLog(logOf([row('A', NOON)]), { reports });
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
    expect(await countTickets()).toBe(0);
  });
});

describe('an import of several batches', () => {
  /** Four batches and a part of one: three are planned and written at a time. */
  const ALL = 4 * BATCH + 10;
  const IDS = Array.from({ length: ALL }, (_, index) => `T${(index * 7919) % ALL}`);
  const LOG = logOf([...IDS.map((id) => row(id, NOON)), ...IDS.map((id) => row(id, '2026-11-03T11:00:00Z'))]);

  /** Two batches; the second has ten tickets. */
  const SHORT = BATCH + 10;
  const SHORT_LOG = logOf(IDS.slice(0, SHORT).map((id) => row(id, NOON)));

  /** Makes the transaction that inserts a ticket wait until `release` is called. */
  async function holdBack(id: string): Promise<{ readonly release: () => Promise<unknown> }> {
    await client.query(`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$;
      CREATE TRIGGER wait BEFORE INSERT ON tickets FOR EACH ROW
        WHEN (new.external_id = '${id}') EXECUTE FUNCTION wait();
      SELECT pg_advisory_lock(1)`);
    return { release: () => client.query('SELECT pg_advisory_unlock(1)') };
  }

  /** Refuses the tickets for which a condition holds. */
  const refuseTickets = (condition: string, state: string) =>
    client.query(`
      CREATE FUNCTION refuse_${state}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'no luck' USING ERRCODE = '${state}'; END $$;
      CREATE TRIGGER refuse_${state} BEFORE INSERT ON tickets FOR EACH ROW
        WHEN (${condition}) EXECUTE FUNCTION refuse_${state}()`);

  const saved = (count: number) => untilTrue(async () => (await countTickets()) >= count);

  it('numbers and reports in the order of the file, although the second batch is saved first', async () => {
    const { release } = await holdBack(IDS[0] ?? '');
    const importing = importLog(LOG);
    await saved(BATCH);
    expect((await exported()).map(({ externalId }) => externalId)).not.toContain(IDS[0]);
    await release();
    const { stdout, reports } = await importing;
    expect(stdout).toMatch(new RegExp(`^Rows: +${2 * ALL} rows read = ${ALL} used \\+ ${ALL} reported$`, 'm'));
    const tickets = await exported();
    expect(tickets.map(({ number }) => number).sort((a, b) => a - b)).toEqual(IDS.map((_, index) => index + 1));
    expect(await idsOf()).toEqual(IDS);
    expect(reports.map((line) => line.split(' ')[2])).toEqual(IDS);
  });

  it('says after Ctrl-C what is in, and goes on when it is run again', async () => {
    const { release } = await holdBack(IDS[2 * BATCH - 1] ?? '');
    const files = [await written('log.csv', LOG), '--mapping', await written('mapping.yaml', MAPPING)];
    const child = spawn(process.execPath, [join(ROOT, 'bin/stepdown.js'), 'import', ...files], {
      env: { PATH: process.env.PATH, DATABASE_URL: database.url },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
    });
    const ended = once(child, 'close');
    await saved(BATCH);
    child.kill('SIGINT');
    await release();
    const [code] = (await ended) as [number | null];
    const count = await countTickets();
    expect(count).toBeLessThan(ALL);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^The import was stopped: (\d+) tickets .*\.$/m)]);
    expect(stderr).toContain(`${count} tickets of this file, with ${count} rows, are in. Run the same command again`);
    expect((await importLog(LOG)).stdout).toMatch(
      new RegExp(`^Imported ${ALL - count} of ${ALL} .* ${count} were there already`),
    );
    expect(await countTickets()).toBe(ALL);
  });

  it.each([
    ['53100', 'the disk of the database is full or cannot be written', 'Make room on it, then run'],
    ['42501', 'the database answers “no luck”', 'Grant the permission, then run'],
    ['57014', 'the database was too slow, and ended a statement', 'Run'],
  ])('ends with one sentence at a fault of the server (%s)', async (state, reason, run) => {
    await refuseTickets(`new.number > ${BATCH}`, state);
    const { code, stderr, reports } = await importLog(SHORT_LOG);
    const sentence = `^The import ended: ${reason}\\. ${BATCH} tickets of this file, with ${BATCH} rows, are in\\. ${run} the same command again to go on; .*\\.$`;
    expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(sentence, 'm'))]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(reports.filter((line) => line.includes('FAULT'))).toEqual([]);
    expect(await countTickets()).toBe(BATCH);
  });

  it('accounts for what a batch has written before a fault of the server, and for the faults of its rows', async () => {
    await refuseTickets(`new.number = 5`, '23514');
    await refuseTickets(`new.number > 10`, '53100');
    const { code, stderr, reports } = await importLog(SHORT_LOG);
    expect([code, stderr]).toEqual([1, expect.stringContaining('9 tickets of this file, with 9 rows, are in.')]);
    expect(reports.filter((line) => line.includes('FAULT'))).toEqual([
      expect.stringContaining(`line 6 ${IDS[4]} FAULT`),
    ]);
    expect(await countTickets()).toBe(9);
    await client.query('DROP TRIGGER refuse_53100 ON tickets; DROP TRIGGER refuse_23514 ON tickets');
    expect((await importLog(SHORT_LOG)).stdout).toMatch(
      new RegExp(`^Imported ${SHORT - 9} of ${SHORT} .* 9 were there already`),
    );
  });

  it('says that the database went away if it does so while a batch is written one by one', async () => {
    await refuseTickets(`new.number = 5`, '23514');
    await client.query(`
      CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN new; END $$;
      CREATE TRIGGER hang_up BEFORE INSERT ON tickets FOR EACH ROW WHEN (new.number > 10) EXECUTE FUNCTION hang_up()`);
    const { code, stderr, reports } = await importLog(SHORT_LOG);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^The database went away .*: (?:at least )?9 tickets of /m),
    ]);
    expect(reports.filter((line) => line.includes('FAULT'))).toHaveLength(1);
    expect(await countTickets()).toBe(9);
  });

  it('leaves out a ticket that alone takes too long', async () => {
    await refuseTickets(`new.number = 5`, '57014');
    const { code, stdout, reports } = await importLog(SHORT_LOG);
    expect([code, stdout]).toEqual([1, expect.stringMatching(new RegExp(`^Imported ${SHORT - 1} of ${SHORT} `))]);
    expect(reports.filter((line) => line.includes('FAULT'))).toEqual([
      expect.stringContaining(`line 6 ${IDS[4]} FAULT`),
    ]);
  });

  it('says what is in when the database goes away', async () => {
    const sockets = new Set<Socket>();
    const { port, searchParams } = new URL(database.url);
    const between = createServer((socket) => {
      const server = createConnection(`${searchParams.get('host')}/.s.PGSQL.${port}`);
      for (const end of [socket, server]) {
        sockets.add(end);
        end.on('error', () => undefined);
      }
      socket.pipe(server).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const url = new URL(database.url);
    url.hostname = '127.0.0.1';
    url.searchParams.delete('host');
    url.port = String((between.address() as { port: number }).port);

    const { release } = await holdBack(IDS[2 * BATCH - 1] ?? '');
    const importing = importLog(LOG, { url: url.href });
    await saved(BATCH);
    between.close();
    for (const socket of sockets) socket.destroy();
    const { code, stderr } = await importing;
    await release();
    const sentence =
      /^The database went away during the import: (?:at least )?\d+ tickets .* Run the same command again to go on; .*\.$/m;
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
    expect(stderr).not.toMatch(/\n\s+at /);
    const count = await countTickets();
    expect(count).toBeLessThan(ALL);
    expect((await importLog(LOG)).stdout).toMatch(new RegExp(`^Imported ${ALL - count} of ${ALL} `));
    expect(new Set(await idsOf())).toEqual(new Set(IDS));
  });
});
