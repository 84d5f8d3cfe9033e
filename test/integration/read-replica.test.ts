import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, escapeLiteral } from 'pg';
import { startTestService, type TestService } from '../support/graphql-service';
import { createPrimary, createStandby, noPgBaseBackup, type StreamingServer } from '../support/streaming';
import { until, untilTrue } from '../support/until';

const withStandby = noPgBaseBackup === null ? describe : describe.skip;
if (noPgBaseBackup !== null) process.stderr.write(`The tests with a standby are skipped: ${noPgBaseBackup}\n`);

const OPEN =
  '{ tickets(first: 100, filter: { severity: { in: [SEV1, SEV2, SEV3, SEV4] } }) { totalCount nodes { id } } }';
const LISTED =
  'query ($after: String) { tickets(first: 1, after: $after, filter: { severity: { in: [SEV2] } }) { nodes { number } pageInfo { endCursor } } }';

withStandby('with a standby', () => {
  let primary: StreamingServer;
  let standby: StreamingServer;
  let service: TestService;
  let onStandby: Client;
  beforeAll(async () => {
    primary = await createPrimary();
    await primary.start();
    standby = await createStandby(primary);
    await standby.start();
    service = await startTestService({
      database: { url: primary.url, drop: async () => undefined },
      config: { databaseReplicaUrl: standby.url, replicaMaxLagSeconds: 2 },
    });
    onStandby = new Client(standby.url);
    onStandby.on('error', () => undefined);
    await onStandby.connect();
  });
  afterAll(async () => {
    await service?.close();
    await onStandby?.end().catch(() => undefined);
    await standby?.remove();
    await primary?.remove();
  });

  const health = async () => (await fetch(service.url.replace('/graphql', '/health'))).json() as Promise<Health>;
  const state = (wanted: string) => until(health, ({ replica }) => replica === wanted, 60_000);
  const listed = async (): Promise<number> => (await service.data(OPEN)).tickets.nodes.length;
  /** Stops what the standby takes over from the log, but not what it receives. */
  const pause = () => onStandby.query('SELECT pg_wal_replay_pause()');
  const resume = () => onStandby.query('SELECT pg_wal_replay_resume()');

  test('lists and reports are read there, and tickets, changes and searches from the primary', async () => {
    await service.submit();
    await state('IN_USE');
    await until(listed, (count) => count === 1);
    await pause();
    const second = await service.submit(undefined, { subject: 'Payment fails' });
    // As long as the standby is not too far behind, a list does not have the second ticket.
    expect(await listed()).toBe(1);
    expect((await health()).replica).toBe('IN_USE');
    expect((await service.data('query ($id: ID!) { ticket(id: $id) { id } }', { id: second })).ticket).toEqual({
      id: second,
    });
    const found = await service.data('{ tickets(filter: { text: "Payment" }) { totalCount nodes { id } } }');
    expect(found.tickets).toEqual({ totalCount: 1, nodes: [{ id: second }] });
    // Then the primary is read, and a cursor of one is a cursor of the other.
    const { tickets: page } = await service.data(LISTED);
    await state('BEHIND');
    expect(await listed()).toBe(2);
    const next = await service.data(LISTED, { after: page.pageInfo.endCursor });
    const numbers = [...page.nodes, ...next.tickets.nodes].map(({ number }: { number: number }) => number);
    expect([...numbers].sort()).toEqual(numbers.length === 2 ? [1, 2] : [1]);
    await resume();
    await state('IN_USE');
    expect(await listed()).toBe(2);
    const messages = service.logged.map(({ msg }) => msg);
    expect(messages).toContain('the replica is too far behind; the primary answers lists and reports');
    expect(messages.filter((msg) => msg === 'the replica answers lists and reports').length).toBeGreaterThan(1);
  });

  test('a standby that is not sent anything any more is found to be behind, also if the log is at rest', async () => {
    const admin = new Client(primary.url);
    await admin.connect();
    await state('IN_USE');
    const [{ primary_conninfo: from }] = (await onStandby.query('SHOW primary_conninfo')).rows;
    await onStandby.query("ALTER SYSTEM SET primary_conninfo = ''");
    await onStandby.query('SELECT pg_reload_conf()');
    await untilTrue(async () => (await admin.query('SELECT FROM pg_stat_replication')).rowCount === 0);
    const id = await service.submit();
    await state('BEHIND');
    expect((await service.data(OPEN)).tickets.nodes).toContainEqual({ id });
    await onStandby.query(`ALTER SYSTEM SET primary_conninfo = ${escapeLiteral(from)}`);
    await onStandby.query('SELECT pg_reload_conf()');
    await state('IN_USE');
    await admin.end();
  });

  test('no list fails while the standby is killed, and it is used again when it is back', async () => {
    await state('IN_USE');
    let isOver = false;
    const failed: unknown[] = [];
    let lists = 0;
    const reading = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        await listed().catch((error: unknown) => failed.push(error));
        lists += 1;
      }
    });
    await untilTrue(() => lists > 10);
    await standby.stop('SIGKILL');
    await state('AWAY');
    const before = lists;
    await untilTrue(() => lists > before + 10);
    await standby.start();
    await state('IN_USE');
    isOver = true;
    await Promise.all(reading);
    expect(failed).toEqual([]);
  });
});

interface Health {
  readonly replica: string;
}
