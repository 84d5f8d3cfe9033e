import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { Client } from 'pg';
import { MIGRATIONS } from '../../migrations';
import { packageVersion } from '../../src/config/package-root';
import { type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { untilTrue } from '../support/until';

const VERSION = packageVersion();
/** The last migration. */
const SCHEMA = MIGRATIONS.map((Migration) => new Migration().name).at(-1);

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const at = (path: string): string => new URL(path, service.url).href;
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = JSON_TYPE): Promise<Response> =>
  fetch(service.url, { method: 'POST', headers, body });
const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as Json).errors[0].extensions.code;

describe('paths and methods', () => {
  it('GET / is a page that loads nothing', async () => {
    const response = await fetch(at('/'), { headers: { accept: 'text/html,*/*' } });
    const page = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page).toContain('curl http://');
    expect(page).not.toMatch(/src=|https:\/\//);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each(['tickets', 'deadline_faults'])(
    'GET /health says that %s is locked, and not that the database is away',
    async (table) => {
      const client = new Client({ connectionString: service.database.url });
      await client.connect();
      try {
        await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
        const response = await fetch(at('/health'));
        expect([response.status, await response.json()]).toEqual([200, { status: 'locked', version: VERSION }]);
        expect((await fetch(at('/readyz'))).status).toBe(200);
      } finally {
        await client.end();
      }
      await untilTrue(async () => ((await (await fetch(at('/health'))).json()) as Json).status === 'ok');
    },
  );

  it('GET /health reports that the database answers', async () => {
    const response = await fetch(at('/health'));
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        status: 'ok',
        version: VERSION,
        schemaVersion: SCHEMA,
        postgresqlVersion: expect.stringMatching(/^\d+\.\d+$/),
        feedBehindMs: expect.any(Number),
        feedDeliveryLagMs: null,
        eventsUnplacedMs: expect.any(Number),
        engineBehindMs: expect.any(Number),
        isPooled: false,
        isNotified: true,
        replica: null,
        replicaLagMs: null,
        deadlineFaults: 0,
        deadlinesBehindMs: 0,
        hostClockOffsetMs: expect.any(Number),
        calendarsEndingSoon: [],
      },
    ]);
    const head = await fetch(at('/health'), { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('GET /readyz says that migrations of the process have not been run', async () => {
    const client = new Client({ connectionString: service.database.url });
    await client.connect();
    const reasons = async () => ((await (await fetch(at('/readyz'))).json()) as Json).reasons ?? [];
    await client.query('ALTER TABLE migrations RENAME TO lost_migrations');
    await untilTrue(async () => (await reasons())[0]?.code === 'MIGRATIONS_PENDING');
    await client.query('ALTER TABLE lost_migrations RENAME TO migrations');
    await untilTrue(async () => (await reasons()).length === 0);
    const { rows } = await client.query('DELETE FROM migrations WHERE name = $1 RETURNING timestamp, name', [SCHEMA]);
    await untilTrue(async () => (await reasons())[0]?.code === 'MIGRATIONS_PENDING');
    await client.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [rows[0]?.timestamp, SCHEMA]);
    await untilTrue(async () => (await reasons()).length === 0);
    await client.end();
  });

  it('another path is 404, another method 405', async () => {
    const nowhere = await fetch(at('/nowhere'));
    expect([nowhere.status, await codeOf(nowhere)]).toEqual([404, 'NOT_FOUND']);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const response = await fetch(service.url, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
    }
    expect((await fetch(at('/health'), { method: 'POST' })).status).toBe(405);
  });

  it('a request from the page of another site is refused', async () => {
    const response = await post(JSON.stringify({ query: '{ __typename }' }), {
      ...JSON_TYPE,
      origin: 'https://evil.example',
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('a foreign Host header is refused while only this machine is served', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(service.url, { headers: { host: 'evil.example' } }, (response) => resolve(response.statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
    const { port } = new URL(service.url);
    expect((await fetch(`http://localhost:${port}/health`).catch(() => ({ status: 200 }))).status).toBe(200);
  });
});

describe('operations', () => {
  it('are accepted as queries by GET, with a header that no form can send', async () => {
    const url = `${service.url}?query=${encodeURIComponent('{ __typename }')}`;
    const plain = await fetch(url);
    expect([plain.status, await codeOf(plain)]).toEqual([400, 'BAD_REQUEST']);
    const preflighted = await fetch(url, { headers: { 'apollo-require-preflight': '1' } });
    expect(await preflighted.json()).toEqual({ data: { __typename: 'Query' } });
    const mutation = `${service.url}?query=${encodeURIComponent('mutation { createClient(input: { name: "x" }) { client { id } } }')}`;
    expect((await fetch(mutation, { headers: { 'apollo-require-preflight': '1' } })).status).toBe(405);
  });

  it('have the request id under which they are logged in their response', async () => {
    const { headers } = await service.ask('{ __typename }');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are accepted for introspection', async () => {
    const { data } = await service.ask(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }));
    expect(data.__schema.types.length).toBeGreaterThan(100);
  });

  it('that subscribe are refused, and name the WebSocket', async () => {
    const { status, errors } = await service.ask('subscription { ticketEvents { cursor } }');
    expect(status).toBe(400);
    expect(errors[0]?.message).toMatch(/WebSocket/);
  });
});

describe('a body is refused:', () => {
  it.each<readonly [string, string, Record<string, string>, number]>([
    ['broken JSON', '{"query":', JSON_TYPE, 400],
    ['no JSON', 'hello', JSON_TYPE, 400],
    ['nothing', '', JSON_TYPE, 400],
    ['a number', '1', JSON_TYPE, 400],
    ['null', 'null', JSON_TYPE, 400],
    ['an empty object', '{}', JSON_TYPE, 400],
    ['a batch', '[{"query":"{ __typename }"}]', JSON_TYPE, 400],
    ['a query that is no text', '{"query":1}', JSON_TYPE, 400],
    ['variables that are no object', '{"query":"{ __typename }","variables":"x"}', JSON_TYPE, 400],
    ['a form', 'query=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', '{"query":"{ __typename }"}', { 'content-type': 'text/plain' }, 415],
    ['another encoding', '{}', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['a compressed body', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 415],
  ])('%s', async (_name, body, headers, status) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect((await response.json()) as Json).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  it('that is not UTF-8', async () => {
    const bytes = new Uint8Array([...Buffer.from('{"query":"{ __typename #'), 0xff, 0xfe, ...Buffer.from('\\n }"}')]);
    expect((await post(bytes)).status).toBe(400);
  });

  it('that is longer than a million bytes, announced or not', async () => {
    const long = JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(1_000_000) } });
    const announced = await post(long);
    expect([announced.status, await codeOf(announced)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(
        service.url,
        { method: 'POST', headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } },
        resolve,
      );
      request.on('error', reject);
      request.end(long);
    });
    response.resume();
    expect(response.statusCode).toBe(413);
    expect(response.headers.connection).toBe('close');
  });
});

describe('operations that are too large', () => {
  const deep = (levels: number) =>
    `{ ticket(number: 1) ${'{ followUpOf '.repeat(levels)}{ id }${' }'.repeat(levels)} }`;
  it('are refused beyond the limit of depth, fields and tokens, and answered up to it', async () => {
    expect((await service.ask(deep(13))).errors).toEqual([]);
    for (const query of [
      deep(14),
      `{ tickets(first: 100) { nodes { followUps(first: 100) { nodes { id number subject state severity } } } } }`,
      `{ ${Array.from({ length: 100 }, (_, n) => `t${n}: tickets(first: 100) { nodes { id number subject state severity } }`).join(' ')} }`,
      `query { ...A } fragment A on Query { tickets(first: 100) { nodes { ...B } } } fragment B on Ticket { followUps(first: 100) { nodes { ...C } } } fragment C on Ticket { id number subject state severity }`,
      `{ ${Array.from({ length: 60 }, (_, n) => `s${n}: __schema { types { name } }`).join(' ')} }`,
    ]) {
      const { status, errors } = await service.ask(query);
      expect([status, errors[0]?.extensions.code]).toEqual([400, 'OPERATION_TOO_LARGE']);
    }
    const tokens = await service.ask(`{ ${'a '.repeat(6000)} }`);
    expect([tokens.status, tokens.errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
  });

  it('are counted by the page size in the variables', async () => {
    const query =
      'query ($n: Int) { tickets(first: $n) { nodes { followUps(first: $n) { nodes { id number subject state severity } } } } }';
    expect((await service.ask(query, { n: 10 })).errors).toEqual([]);
    expect((await service.ask(query, { n: 100 })).errors[0]?.extensions.code).toBe('OPERATION_TOO_LARGE');
  });

  it('are refused in time when fragments are nested within fragments', async () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Ticket { ...F${n + 1} ...F${n + 1} }`,
    ).join(' ');
    // Processor time, because a loaded machine takes longer.
    const before = process.cpuUsage();
    await service.ask(`{ ticket(number: 1) { ...F0 } } ${doubling} fragment F60 on Ticket { id }`);
    await service.ask('{ ticket(number: 1) { ...A } } fragment A on Ticket { ...B } fragment B on Ticket { ...A }');
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});

describe('connections that break off', () => {
  const { port } = { port: () => Number(new URL(service.url).port) };
  const send = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(port(), '127.0.0.1', () => socket.end(text));
      socket.on('data', (data) => (answer += data));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
    });

  it('that make no sense, or break off, do not affect other requests', async () => {
    expect(await send('this is no HTTP\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    expect(await send(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
    await send(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"que',
    );
    await send('GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    await send('GET //evil.example/%zz?%% HTTP/1.1\r\nHost: [::1\r\n\r\n');
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const abort = new AbortController();
        const asking = fetch(service.url, {
          method: 'POST',
          headers: JSON_TYPE,
          body: JSON.stringify({ query: '{ tickets(first: 100) { nodes { id } } }' }),
          signal: abort.signal,
        });
        setTimeout(() => abort.abort(), 2);
        await asking.catch(() => undefined);
      }),
    );
    expect(await service.submit(SEV2)).toEqual(expect.any(String));
    expect(service.logged.filter(({ level }) => level >= 50)).toEqual([]);
  });
});
