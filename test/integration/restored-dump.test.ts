import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { migrate } from '../../src/adapters/persistence/database/migrate';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { LIVE_TRANSPORTS, type LiveClient } from '../support/live-transports';
import { createPrimary, noPgBaseBackup, type StreamingServer } from '../support/streaming';

const withPostgres = noPgBaseBackup === null ? describe : describe.skip;
if (noPgBaseBackup !== null) process.stderr.write(`The tests of a restored dump are skipped: ${noPgBaseBackup}\n`);

const PAGE = 'query ($after: EventCursor) { events(first: 100, after: $after) { nodes { cursor id type } } }';
const FOLLOW = 'subscription ($after: EventCursor) { ticketEvents(after: $after) { cursor event { id } } }';

/** Roles are of the server, and no part of a dump. */
const OF_ROLES = /^(role "stepdown_\w+"|policy "some_clients" for table "\w+") does not exist$/;

withPostgres('a dump that is restored to another server', () => {
  let folder: string;
  let dump: string;
  let before: readonly Json[];
  const servers: StreamingServer[] = [];
  const services: TestService[] = [];
  const clients: LiveClient[] = [];

  const serverWith = async (transactions: number): Promise<StreamingServer> => {
    const server = await createPrimary();
    servers.push(server);
    await server.start();
    await begin(server.url, transactions);
    return server;
  };
  const serviceOn = async ({ url }: StreamingServer): Promise<TestService> => {
    const service = await startTestService({ database: { url, drop: async () => undefined } });
    services.push(service);
    return service;
  };
  const eventsOf = async (service: TestService, after: string | null = null): Promise<readonly Json[]> =>
    (await service.data(PAGE, { after })).events.nodes;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stepdown-dump-'));
    dump = join(folder, 'dump');
    const server = await serverWith(5_000);
    const service = await serviceOn(server);
    for (let ticket = 0; ticket < 20; ticket++) await service.submit();
    before = await eventsOf(service);
    await service.close();
    await server.dump(dump);
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    for (const service of services) await service.close();
    for (const server of servers) await server.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['fewer', 0],
    ['more', 20_000],
  ])('that has begun %s transactions: nothing is delivered again, and the log goes on', async (_, transactions) => {
    const server = await serverWith(transactions);
    // The next start creates the roles of the service, and the policies for them.
    const errors = (await server.restore(dump)).map((error) => error.replace(/^.*ERROR: +/, ''));
    expect(errors.filter((error) => !OF_ROLES.test(error))).toEqual([]);
    await prepare(server.url);
    const service = await serviceOn(server);
    expect(await eventsOf(service)).toEqual(before);
    const last = before.at(-1).cursor;
    const client = LIVE_TRANSPORTS[0]?.open(service.url) as LiveClient;
    clients.push(client);
    const [missed, all] = [
      await client.subscribe({ query: FOLLOW, variables: { after: last } }),
      await client.subscribe({ query: FOLLOW, variables: { after: before[0].cursor } }),
    ];
    await service.submit();
    const later = await eventsOf(service, last);
    expect(later).toHaveLength(1);
    const delivered = (results: readonly Json[]) => results.map(({ data }) => data.ticketEvents.event.id);
    expect(delivered(await missed.has(1))).toEqual([later[0].id]);
    expect(delivered(await all.has(before.length))).toEqual([...before.slice(1), ...later].map(({ id }) => id));
    expect(missed.results).toHaveLength(1);
  });

  test('of a log with an archived part: that part is not delivered again, and what had no position is', async () => {
    const source = await serverWith(1_000);
    const writer = await serviceOn(source);
    await runOn(source.url, ["SELECT setval('events_id_seq', 100)"]);
    for (let ticket = 0; ticket < 10; ticket++) await writer.submit();
    const log = await eventsOf(writer);
    await writer.close();
    const archived = join(folder, 'archived');
    await runOn(source.url, [
      `UPDATE event_retention SET removed_to = 6, removed_event_id =
         (SELECT max(event_id) FROM event_positions WHERE position <= 6)`,
      'ALTER TABLE event_positions DISABLE TRIGGER event_positions_append_only',
      'DELETE FROM event_positions WHERE position <= 6',
      'ALTER TABLE event_positions ENABLE ALWAYS TRIGGER event_positions_append_only',
      // Began before all others, and committed when no process was there.
      `INSERT INTO events (id, ticket_id, client_id, number, type, at, recorded_at, actor, data, schema_version)
       SELECT 50, ticket_id, client_id, 2, type, at, recorded_at, actor, data, schema_version
         FROM events ORDER BY id LIMIT 1`,
    ]);
    await source.dump(archived);
    const server = await serverWith(0);
    await server.restore(archived);
    await prepare(server.url);
    const service = await serviceOn(server);
    const later = await eventsOf(service, log.at(-1).cursor);
    expect(later).toHaveLength(1);
    const kept = await eventsOf(service, log[5].cursor);
    expect(kept.map(({ id }) => id)).toEqual([...log.slice(6).map(({ id }) => id), later[0].id]);
    const { errors } = await service.ask(PAGE, { after: log[4].cursor });
    expect(errors[0]?.extensions.code).toBe('CURSOR_EXPIRED');
  });
});

/** Migrates, which knows afterwards which events have a position. */
async function prepare(url: string): Promise<void> {
  const dataSource = createDataSource({ url });
  await migrate(dataSource);
  const { rows } = await poolOf(dataSource).query(
    'SELECT cluster = system_identifier AS "isOfServer" FROM event_placements, pg_control_system()',
  );
  expect(rows).toEqual([{ isOfServer: true }]);
  await dataSource.destroy();
}

/** Begins so many transactions with a number. */
async function begin(url: string, transactions: number): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(
    'CREATE PROCEDURE burn(n int) LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..n LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$',
  );
  await client.query(`CALL burn(${transactions})`);
  await client.query('DROP PROCEDURE burn');
  await client.end();
}

async function runOn(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
