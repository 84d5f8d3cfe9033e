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

  const run = (name: string, variables?: Record<string, string>) =>
    runFile(service.database.url, join(FILES, name), variables);
  const rows = async (text: string): Promise<Json[]> => (await database.query(text)).rows;
  const partitions = async () =>
    (
      await rows(`SELECT inhrelid::regclass::text AS name, (SELECT count(*)::int FROM event_positions p
        WHERE p.tableoid = inhrelid) AS rows FROM pg_inherits WHERE inhparent = 'event_positions'::regclass ORDER BY 1`)
    ).map(({ name, rows: count }) => [name, count]);
  const submit = async (count: number) => {
    for (let n = 0; n < count; n += 1) await service.submit();
  };
  /** Positions go on in the newest partition, as after a month with many events. */
  const fill = async () => {
    const [{ until }] = await rows(
      `SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM $$FROM \\('?(\\d+)$$)::bigint AS until
         FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'event_positions'::regclass
        ORDER BY inhrelid::regclass::text DESC LIMIT 1`,
    );
    await database.query('UPDATE event_placements SET last_position = $1', [Number(until) - 1]);
    return Number(until);
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
    await run('convert.sql');
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

  test('a new month begins, and events go into its partition', async () => {
    const first = await fill();
    await submit(2);
    await live.has(7);
    expect(await partitions()).toEqual([
      ['event_positions_1', 5],
      ['event_positions_2', 2],
    ]);
    await run('next-month.sql');
    const second = await fill();
    await submit(1);
    await live.has(8);
    expect(await partitions()).toEqual([
      ['event_positions_1', 5],
      ['event_positions_2', 2],
      ['event_positions_3', 1],
    ]);
    const cursors = [first, first + 1, second].map(cursorOf);
    const received = await live.has(8);
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
      return position >= 5;
    });
    expect(await run('archive-month.sql', { file })).toBe('');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^position,id,xid,ticket_id/);
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['1', '2', '3', '4', '5']);
    expect(await partitions()).toHaveLength(2);
    for (const after of [START, cursorOf(4)]) {
      const { errors } = await service.ask(EVENTS, { after });
      expect(errors[0]?.extensions.code).toBe('CURSOR_EXPIRED');
    }
    const resumed = await listenOver(socket, LIVE, { after: cursorOf(5) });
    expect(await resumed.has(3)).toHaveLength(3);
    const late = await listenOver(socket, LIVE, { after: cursorOf(1) });
    expect(JSON.stringify(await late.has(1))).toContain('CURSOR_EXPIRED');
    // Histories of tickets stay.
    const { tickets } = await service.data('{ tickets(first: 1) { nodes { events { nodes { type } } } } }');
    expect(tickets.nodes[0].events.nodes).toHaveLength(1);
    await submit(1);
    await live.has(9);
  });

  test('what a reader has not got to is not archived', async () => {
    await database.query("INSERT INTO event_buses (name, position, token) VALUES ('nats/behind', 5, 1)");
    expect(await run('archive-month.sql', { file: join(folder, 'no.csv') })).toContain('have not read the partition');
    expect(await partitions()).toHaveLength(2);
  });
});
