import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { findWriteObstacles } from '../../src/adapters/persistence/maintenance/check-writable';
import { startTestService, type TestService } from '../support/graphql-service';
import { createPrimary, createStandby, noPgBaseBackup, type StreamingServer } from '../support/streaming';
import { until } from '../support/until';

const withStandby = noPgBaseBackup === null ? describe : describe.skip;
if (noPgBaseBackup !== null) process.stderr.write(`The tests with a standby are skipped: ${noPgBaseBackup}\n`);

/** An address that leads to another server from now on; connections that are open stay. */
class MovingAddress {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    const onward = openSocket(this.port, '127.0.0.1');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.sockets.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.once('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  });
  constructor(private port: number) {}

  async open(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }
  get url(): string {
    return `postgresql://stepdown@127.0.0.1:${(this.server.address() as AddressInfo).port}/postgres`;
  }
  leadTo(port: number): void {
    this.port = port;
  }
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }
  close(): void {
    this.cut();
    this.server.close();
  }
}

withStandby('an address that leads to a standby for a while', () => {
  let primary: StreamingServer;
  let standby: StreamingServer;
  let address: MovingAddress;
  let service: TestService;
  let onStandby: Client;
  beforeAll(async () => {
    primary = await createPrimary();
    await primary.start();
    standby = await createStandby(primary);
    await standby.start();
    address = new MovingAddress(primary.port);
    await address.open();
    service = await startTestService({ database: { url: address.url, drop: async () => undefined } });
    onStandby = new Client(standby.url);
    await onStandby.connect();
  });
  afterAll(async () => {
    await service?.close();
    await onStandby?.end();
    address?.close();
    await standby?.remove();
    await primary?.remove();
  });

  const connections = async (): Promise<readonly string[]> =>
    (
      await onStandby.query<{ name: string }>(
        "SELECT application_name AS name FROM pg_stat_activity WHERE application_name LIKE 'stepdown%' ORDER BY 1",
      )
    ).rows.map(({ name }) => name);
  const reasons = async (): Promise<string> => await (await fetch(service.url.replace('/graphql', '/readyz'))).text();
  const read = () => service.ask('{ tickets(first: 5) { nodes { id } } }');

  test('no connection stays with it when the address leads to the primary again', async () => {
    await service.submit();
    await until(
      async () => (await onStandby.query("SELECT to_regclass('tickets') AS found")).rows[0].found,
      (found) => found !== null,
    );
    address.leadTo(standby.port);
    address.cut();
    await until(reasons, (text) => text.includes('READ_ONLY'));
    // Connections that are in use all the time do not expire.
    let isOver = false;
    const failed: unknown[] = [];
    const reading = Array.from({ length: 6 }, async () => {
      while (!isOver) failed.push(...(await read()).errors);
    });
    await until(connections, (found) => found.filter((name) => name === 'stepdown').length > 1);
    address.leadTo(primary.port);
    await until(reasons, (text) => !text.includes('READ_ONLY'));
    await until(connections, (found) => found.length === 0);
    isOver = true;
    await Promise.all(reading);
    expect(failed).toEqual([]);
    const id = await service.submit();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.data('query ($id: ID!) { ticket(id: $id) { id } }', { id })),
    );
    expect(answers.map(({ ticket }) => ticket?.id)).toEqual(Array.from({ length: 20 }, () => id));
  });

  test('a check that finds it read-only does not keep its connection', async () => {
    address.leadTo(standby.port);
    const dataSource = await createDataSource({ url: address.url }).initialize();
    const check = () => findWriteObstacles(poolOf(dataSource));
    expect(await check()).toMatchObject({ isReadOnly: true });
    address.leadTo(primary.port);
    expect(await check()).toMatchObject({ isReadOnly: false });
    await dataSource.destroy();
  });
});
