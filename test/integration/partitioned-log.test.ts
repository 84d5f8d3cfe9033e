import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { Client as Database } from 'pg';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { listenOver, openSocket } from '../support/graphql-socket';
import { noPsql, runFile } from '../support/psql';
import { untilTrue } from '../support/until';

const withPsql = noPsql === null ? describe : describe.skip;
if (noPsql !== null) process.stderr.write(`The tests of the partitioned log are skipped: ${noPsql}\n`);

const FILES = join(__dirname, '../../deploy/partitioning');
const START = 'e0000000000000000';
const EVENTS = 'query ($after: EventCursor) { events(first: 100, after: $after) { nodes { cursor number } } }';
/** Says what is built, and what attaching a partition does not have to read. */
const DEBUG = '-c client_min_messages=debug1';
const LIVE = 'subscription ($after: EventCursor) { ticketEvents(after: $after) { cursor } }';

withPsql('a log that is partitioned while the service runs', () => {
  let service: TestService;
  let socket: Client;
  let database: Database;
  let folder: string;
  let live: Awaited<ReturnType<typeof listenOver>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stepdown-partitions-'));
    service = await startTestService();
    database = new Database(service.database.url);
    await database.connect();
    socket = openSocket(service.url);
    live = await listenOver(socket, LIVE);
  });
  afterAll(async () => {
    await socket.dispose();
    await database.end();
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (name: string, variables?: Record<string, string>, options?: string) =>
    runFile(service.database.url, join(FILES, name), variables, options);
  const refusal = (name: string, variables?: Record<string, string>) =>
    run(name, variables).then(
      () => 'It ended with code 0',
      ({ code, stderr }) => `${code}: ${stderr}`,
    );
  const rows = async (text: string): Promise<Json[]> => (await database.query(text)).rows;
  const partitions = async () =>
    (
      await rows(`SELECT inhrelid::regclass::text AS name, (SELECT count(*)::int FROM event_positions p
        WHERE p.tableoid = inhrelid) AS rows FROM pg_inherits WHERE inhparent = 'event_positions'::regclass ORDER BY 1`)
    ).map(({ name, rows: count }) => [name, count]);
  const submit = async (count: number) => {
    for (let n = 0; n < count; n += 1) await service.submit();
  };
  const cursorOf = (position: number) => `e${String(position).padStart(16, '0')}`;
  const securityOf = (table: string) =>
    rows(`SELECT policyname, permissive, roles, cmd, qual, with_check,
            (SELECT relrowsecurity FROM pg_class WHERE oid = '${table}'::regclass) AS "isOn",
            (SELECT array_agg(a::text ORDER BY 1) FROM pg_class, unnest(relacl) a WHERE oid = '${table}'::regclass) AS rights
       FROM pg_policies WHERE tablename = '${table}' ORDER BY policyname`);

  test('readers and writers go on, and it keeps the rights and policies of its roles', async () => {
    await submit(3);
    const before = await securityOf('event_positions');
    expect(before).toHaveLength(2);
    const said = await run('convert.sql', { margin: '5' }, DEBUG);
    expect(said).toContain('"event_positions_1" is implied by existing constraints');
    expect(said).toContain('building index "event_positions_1_event_id_idx" on table "event_positions"');
    expect(said).not.toMatch(/building index .* on table "event_positions_1"/);
    expect(await securityOf('event_positions')).toEqual(before);
    await submit(2);
    await live.has(5);
    expect(await partitions()).toEqual([
      ['event_positions_1', 5],
      ['event_positions_2', 0],
    ]);
    await expect(database.query('DELETE FROM event_positions')).rejects.toThrow('append-only');
    const nodes = (await service.data(EVENTS, { after: START })).events.nodes;
    expect(nodes.map(({ cursor }: Json) => cursor)).toEqual([1, 2, 3, 4, 5].map(cursorOf));
  });

  test('the partition that the log is written to is neither archived nor ended again', async () => {
    expect(await refusal('archive-month.sql', { file: join(folder, 'no.csv') })).toMatch(
      /^3: .*still written to event_positions_1: it is at position 5, and the partition ends before 8/,
    );
    expect(await refusal('next-month.sql')).toMatch(/^3: .*The newest partition is empty: it begins at 8/);
    expect(await refusal('next-month.sql', { margin: '0' })).toMatch(/^3: .*margin must be at least 1/);
    expect(await refusal('convert.sql')).toMatch(/^3: .*partitioned already: run next-month/);
    expect(await partitions()).toHaveLength(2);
    await submit(3);
    await live.has(8);
    expect(await partitions()).toEqual([
      ['event_positions_1', 7],
      ['event_positions_2', 1],
    ]);
  });

  test('a new month begins, and events go into its partition', async () => {
    const said = await run('next-month.sql', { margin: '2' }, DEBUG);
    expect(said).toContain('"event_positions_2" is implied by existing constraints');
    expect(said).not.toMatch(/building index .* on table "event_positions_2"/);
    await submit(2);
    const received = await live.has(10);
    expect(await partitions()).toEqual([
      ['event_positions_1', 7],
      ['event_positions_2', 2],
      ['event_positions_3', 1],
    ]);
    const cursors = [6, 7, 8, 9, 10].map(cursorOf);
    expect(received.slice(5).map(({ data }: Json) => data.ticketEvents.cursor)).toEqual(cursors);
    const { nodes } = (await service.data(EVENTS, { after: cursorOf(5) })).events;
    expect(nodes.map(({ cursor }: Json) => cursor)).toEqual(cursors);
  });

  test('the oldest month is written to a file, and its cursors are expired', async () => {
    const file = join(folder, 'month.csv');
    // The search tables follow the log, and have to have read it.
    await untilTrue(async () => {
      await service.data('{ tickets(filter: { text: "checkout" }) { totalCount } }');
      const [{ position }] = await rows('SELECT min(position)::int AS position FROM log_followers');
      return position === 10;
    });
    expect(await run('archive-month.sql', { file })).toBe('');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toMatch(/^position,id,xid,ticket_id/);
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(await partitions()).toHaveLength(2);
    for (const after of [START, cursorOf(4)]) {
      const { errors } = await service.ask(EVENTS, { after });
      expect(errors[0]?.extensions.code).toBe('CURSOR_EXPIRED');
    }
    const resumed = await listenOver(socket, LIVE, { after: cursorOf(7) });
    expect(await resumed.has(3)).toHaveLength(3);
    const late = await listenOver(socket, LIVE, { after: cursorOf(1) });
    expect(JSON.stringify(await late.has(1))).toContain('CURSOR_EXPIRED');
    // Histories of tickets stay.
    const { tickets } = await service.data('{ tickets(first: 1) { nodes { events { nodes { type } } } } }');
    expect(tickets.nodes[0].events.nodes).toHaveLength(1);
    await submit(1);
    await live.has(11);
  });

  test('what a reader has not got to is not archived', async () => {
    await database.query("INSERT INTO event_buses (name, position, token) VALUES ('nats/behind', 8, 1)");
    await database.query("INSERT INTO log_followers (name, done_before, position) VALUES ('behind', '0', 8)");
    expect(await refusal('archive-month.sql', { file: join(folder, 'no.csv') })).toMatch(
      /^3: .*ends at position 9, and .*: event bus nats\/behind \(at 8\), search tables behind \(at 8\)\./,
    );
    expect(await partitions()).toHaveLength(2);
  });

  test('the page on operation finds the same readers', async () => {
    const page = await readFile(join(__dirname, '../../docs/OPERATIONS.md'), 'utf8');
    const [, query = ''] = /```sql\n(SELECT 'search tables[^`]*)```/.exec(page) ?? [];
    const behind = [
      { reader: 'search tables behind', position: '8' },
      { reader: 'event bus nats/behind', position: '8' },
    ];
    expect(await rows(query.replaceAll('1000000', '9'))).toEqual(behind);
    expect(await rows(query.replaceAll('1000000', '8'))).toEqual([]);
  });
});
