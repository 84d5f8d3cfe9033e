import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import pino from 'pino';
import { startEdgeServer } from '../support/edge-server';
import { type Json, SEV2, SEV3, startTestService, type TestService } from '../support/graphql-service';
import { askOver, listenOver, openSocket } from '../support/graphql-socket';
import { until, untilTrue } from '../support/until';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const INFO = 30;
/** A text that no line may have. */
const SECRET = 'correct-horse-battery-staple';

/** The lines of requests since the last call, of a number that must come. */
let seen = 0;
async function requests(count: number): Promise<readonly Json[]> {
  const found = await until(
    () => service.logged.slice(seen).filter(({ level, durationMs }) => level >= INFO && durationMs !== undefined),
    (lines) => lines.length >= count,
  );
  seen = service.logged.length;
  return found;
}

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(service.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('a request over HTTP', () => {
  it('is one line with its operation, its outcome and its caller', async () => {
    await requests(0);
    const answer = await post({ query: 'query Open { tickets { totalCount } }' }, { 'x-stepdown-agent': 'Ada' });
    const text = await answer.text();
    expect(await requests(1)).toEqual([
      {
        level: INFO,
        time: expect.anything(),
        pid: process.pid,
        hostname: expect.any(String),
        requestId: answer.headers.get('x-request-id'),
        transport: 'http',
        operation: 'Open',
        kind: 'query',
        status: 200,
        durationMs: expect.any(Number),
        bytes: Buffer.byteLength(text),
        caller: 'ada',
        address: '127.0.0.1',
        msg: 'request',
      },
    ]);
  });

  it.each<[string, Json, Json]>([
    ['a document that is not valid', { query: '{ nothing }' }, { status: 400, code: 'GRAPHQL_VALIDATION_FAILED' }],
    ['a text that is no document', { query: '{' }, { status: 400, code: 'GRAPHQL_PARSE_FAILED' }],
    ['no document', {}, { status: 400, code: expect.any(String) }],
    [
      'an argument that is wrong',
      { query: 'query Wrong { ticket(id: "x") { id } }' },
      { status: 200, code: 'BAD_USER_INPUT', operation: 'Wrong' },
    ],
    [
      'a subscription',
      { query: 'subscription { ticketEvents { cursor } }' },
      { status: 400, code: 'BAD_REQUEST', kind: 'subscription', msg: 'request' },
    ],
  ])('that sends %s has the code of its first error, and its id is that of the error', async (_name, body, line) => {
    await requests(0);
    const answer = await post(body);
    const { errors } = (await answer.json()) as Json;
    const requestId = answer.headers.get('x-request-id');
    expect(errors[0].extensions).toMatchObject({ requestId });
    expect(await requests(1)).toMatchObject([{ requestId, ...line }]);
  });

  it('that is refused before it is read has a line and an id too', async () => {
    await requests(0);
    for (const [path, init, line] of [
      ['/graphql', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, { status: 400 }],
      ['/graphql', { method: 'PUT' }, { status: 405, code: 'METHOD_NOT_ALLOWED' }],
      [`/${SECRET}`, {}, { status: 404, code: 'NOT_FOUND' }],
      ['/', {}, { status: 200, path: '/' }],
    ] as const) {
      const answer = await fetch(new URL(path, service.url), init);
      await answer.arrayBuffer();
      expect(await requests(1)).toMatchObject([{ requestId: answer.headers.get('x-request-id'), ...line }]);
    }
  });

  it('takes over a request id that is well-formed, and no other', async () => {
    const idOf = async (given: string) =>
      (await post({ query: '{ __typename }' }, { 'x-request-id': given })).headers.get('x-request-id');
    for (const id of ['a', '7f3c-9', 'Root=1-67891233-abcdef012345678912345678', 'x'.repeat(200)]) {
      expect(await idOf(id)).toBe(id);
    }
    for (const id of ['a b', '"quoted"', 'ä', 'x'.repeat(201), '<script>']) {
      expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('of a client that leaves before the answer is abandoned', async () => {
    const lines: Json[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const server = await startEdgeServer({ logger });
    const abort = new AbortController();
    const asking = fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'left' },
      body: JSON.stringify({ query: 'query Held { held }' }),
      signal: abort.signal,
    }).catch(() => undefined);
    await untilTrue(() => server.begun.length === 1);
    abort.abort();
    await asking;
    await untilTrue(() => lines.length > 0);
    server.release();
    await server.close();
    expect(lines).toMatchObject([{ requestId: 'left', operation: 'Held', code: 'OPERATION_ABANDONED', bytes: 0 }]);
    expect(lines[0]).not.toHaveProperty('status');
  });

  it('that takes longer than its time limit has its line and no other', async () => {
    const lines: Json[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const server = await startEdgeServer({ logger, operationTimeoutMs: 50 });
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Held { held }' }),
    });
    await answer.arrayBuffer();
    await untilTrue(() => lines.some(({ msg }) => msg === 'request'));
    server.release();
    await server.close();
    expect(lines).toMatchObject([{ operation: 'Held', status: 504, code: 'OPERATION_TIMED_OUT', msg: 'request' }]);
  });
});

describe('over a WebSocket', () => {
  it('an operation is a line, and a subscription one when it ends', async () => {
    await requests(0);
    const socket = openSocket(service.url);
    await askOver(socket, 'query Over { tickets { totalCount } }');
    expect(await requests(1)).toMatchObject([
      {
        transport: 'websocket',
        operation: 'Over',
        kind: 'query',
        bytes: expect.any(Number),
        caller: 'local-operator',
        address: '127.0.0.1',
        msg: 'request',
      },
    ]);
    const events = await listenOver(socket, 'subscription Heard { ticketEvents { cursor } }');
    await service.submit(SEV2);
    await service.submit(SEV2);
    await untilTrue(() => events.results.length >= 2);
    // The query that follows a new subscription, and two submissions.
    expect((await requests(3)).map(({ kind }) => kind)).toEqual(['query', 'mutation', 'mutation']);
    await socket.dispose();
    const [line] = (await requests(1)).filter(({ kind }) => kind === 'subscription');
    expect(line).toMatchObject({ operation: 'Heard', answers: events.results.length, msg: 'subscription ended' });
    expect(line.bytes).toBeGreaterThan(100);
    expect(line.code).toBeUndefined();
  });

  it('an operation that is refused has the id and the code of its error', async () => {
    await requests(0);
    const socket = openSocket(service.url);
    const errors: Json = await askOver(socket, '{ nothing }').then(
      () => null,
      (thrown: Json) => thrown,
    );
    const [line] = await requests(1);
    expect(errors[0].extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED', requestId: line.requestId });
    expect(line).toMatchObject({ transport: 'websocket', code: 'GRAPHQL_VALIDATION_FAILED' });
    await socket.dispose();
  });
});

describe('a ticket', () => {
  it('has a line for each transition, without its texts', async () => {
    const from = service.logged.length;
    const id = await service.submit(SEV2, { subject: SECRET, description: SECRET });
    await service.mutate('acknowledgeTicket', { ticketId: id });
    await service.mutate('communicate', { ticketId: id, direction: 'OUTBOUND', body: SECRET });
    await service.mutate('applyWorkaround', { ticketId: id, description: SECRET, remaining: SEV3 });
    await service.mutate('resolveTicket', { ticketId: id, resolution: SECRET });
    const lines = service.logged.slice(from).filter(({ msg }) => msg === 'ticket changed');
    const by = { actor: 'AGENT', by: 'local-operator' };
    expect(lines).toMatchObject([
      { command: 'submit', event: 'SUBMITTED', to: 'open', severityTo: 'SEV2', ...by },
      { command: 'acknowledge', from: 'open', to: 'open', ...by },
      { command: 'communicate', from: 'open', to: 'open', ...by },
      { command: 'applyWorkaround', from: 'open', to: 'workaroundApplied', severityFrom: 'SEV2', severityTo: 'SEV3' },
      { command: 'resolve', from: 'workaroundApplied', to: 'resolved', ...by },
    ]);
    expect(new Set(lines.map(({ ticketId }) => ticketId)).size).toBe(1);
    expect(lines.every(({ ticket }) => ticket > 0)).toBe(true);
    const refused = await service.mutate('acknowledgeTicket', { ticketId: id });
    expect(refused.userErrors).toHaveLength(1);
    expect(service.logged.slice(from).filter(({ msg }) => msg === 'ticket changed')).toHaveLength(5);
  });

  it('whose row PostgreSQL refuses is in no line with its texts', async () => {
    const from = service.logged.length;
    const client = new Client(service.database.url);
    await client.connect();
    try {
      await client.query(`ALTER TABLE tickets ADD CONSTRAINT refused CHECK (subject <> '${SECRET}') NOT VALID`);
      const { errors } = await service.ask(
        'mutation ($i: SubmitTicketInput!) { submitTicket(input: $i) { ticket { id } } }',
        { i: { subject: SECRET, description: SECRET, impacts: SEV2 } },
      );
      expect(errors[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    } finally {
      await client.query('ALTER TABLE tickets DROP CONSTRAINT IF EXISTS refused');
      await client.end();
    }
    const lines = service.logged.slice(from);
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: 'unexpected fault',
        err: expect.objectContaining({ code: '23514', table: 'tickets', constraint: 'refused' }),
      }),
    );
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('and no line at all has what requests carry', async () => {
    await service.ask(`query { tickets(filter: { text: "${SECRET}" }) { totalCount } }`);
    await service.ask('query ($v: TicketFilter) { tickets(filter: $v) { totalCount } }', { v: { text: SECRET } });
    await requests(2);
    expect(service.logged.filter(({ level }) => level >= INFO).map((line) => JSON.stringify(line))).not.toContainEqual(
      expect.stringContaining(SECRET),
    );
  });
});
