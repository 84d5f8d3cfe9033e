import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { SEV2, startTestService, type TestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';

/** A wire to the database that can be cut. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(database: TestDatabase): Promise<Wire> {
    const { host, port, user, database: name } = new Client(database.url);
    let wire: Wire | undefined;
    const server = createServer((near) => {
      if (wire === undefined || wire.isCut) return near.destroy();
      const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        wire.sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port');
    wire = new Wire(server, `postgresql://${user}@127.0.0.1:${address.port}/${name}?sslmode=disable`);
    return wire;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

let database: TestDatabase;
let wire: Wire;
let service: TestService;
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await Wire.to(database);
  service = await startTestService({ database, url: wire.url });
});
afterAll(async () => {
  await service.close();
  wire.close();
  await database.drop();
});

const onDatabase = async (statement: string): Promise<void> => {
  const client = new Client(database.url);
  await client.connect();
  await client.query(statement);
  await client.end();
};

describe('a fault inside', () => {
  it('is masked for the caller, and logged under the request id that the caller gets', async () => {
    const id = await service.submit(SEV2);
    await onDatabase('ALTER TABLE events RENAME TO lost_events');
    try {
      const { status, data, errors } = await service.ask(
        'query ($id: ID!) { ticket(id: $id) { subject events { totalCount } } }',
        { id },
      );
      expect(status).toBe(200);
      expect(data).toEqual({ ticket: null });
      expect(errors).toEqual([
        {
          message: expect.not.stringMatching(/events|relation|SELECT/),
          path: ['ticket', 'events'],
          locations: expect.anything(),
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        },
      ]);
      const { requestId } = errors[0]?.extensions ?? {};
      const line = service.logged.find((entry) => entry.requestId === requestId);
      expect(line).toMatchObject({
        level: 50,
        msg: 'unexpected fault',
        err: { message: expect.stringMatching(/events/) },
      });
    } finally {
      await onDatabase('ALTER TABLE lost_events RENAME TO events');
    }
  });
});

describe('without a database', () => {
  it('answers SERVICE_UNAVAILABLE, and works again when the database is back', async () => {
    const from = service.logged.length;
    /** The lines of the log, besides those of requests and tickets. */
    const lines = () =>
      service.logged
        .slice(from)
        .filter(({ level, msg }) => level >= 30 && msg !== 'request' && msg !== 'ticket changed');
    const id = await service.submit(SEV2);
    const query = 'query ($id: ID!) { ticket(id: $id) { subject } }';
    wire.cut();
    // Side by side: each gives up only after its retries.
    const answers = await Promise.all([
      service.ask(query, { id }),
      service.ask('mutation ($id: ID!) { resolveTicket(input: { ticketId: $id }) { ticket { id } } }', { id }),
      service.ask('{ tickets { totalCount } }'),
    ]);
    for (const answer of answers) {
      expect(answer.errors).toMatchObject([
        { extensions: { code: 'SERVICE_UNAVAILABLE', requestId: expect.any(String) } },
      ]);
      expect(answer.errors[0]?.message).toMatch(/database cannot be reached/);
    }
    expect((await fetch(new URL('/health', service.url))).status).toBe(503);
    // What needs no database is answered all the same.
    expect((await service.ask('{ lifecycle { states } }')).errors).toEqual([]);

    expect(lines()).toMatchObject([{ level: 50, msg: 'the database cannot be reached' }]);

    wire.mend();
    await untilTrue(async () => (await fetch(new URL('/health', service.url))).status === 200);
    expect(await service.data(query, { id })).toEqual({ ticket: { subject: 'Checkout is down' } });
    await untilTrue(() => lines().length >= 2);
    expect(lines().slice(1)).toMatchObject([
      { level: 30, msg: 'the database can be used again', outageMs: expect.any(Number) },
    ]);
  });
});

describe('a port that cannot be used', () => {
  it.each<readonly [string, Record<string, unknown>, RegExp]>([
    ['taken', {}, /^PORT \d+ on 127\.0\.0\.1 is taken by another program: .*set PORT/],
    [
      'no address of this machine',
      { host: '192.0.2.1', port: 0 },
      /^HOST 192\.0\.2\.1 is not an address of this machine/,
    ],
    ['no host', { host: 'no-such-host.invalid', port: 0 }, /^HOST no-such-host\.invalid cannot be resolved/],
  ])('is refused with a sentence: %s', async (_name, config, sentence) => {
    const taken = Number(new URL(service.url).port);
    const error = await startTestService({ database, config: { port: taken, ...config } }).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.name).toBe('ListenError');
    expect(error?.message).toMatch(sentence);
  });
});
