import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { IdentityProvider } from '../support/identity-provider';
import { until, untilTrue } from '../support/until';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const TOKEN = 'x-graphql-event-stream-token';
const EVENTS = 'subscription { ticketEvents { ticket { id } } }';
const aborts: AbortController[] = [];
afterEach(() => {
  for (const controller of aborts.splice(0)) controller.abort();
});

/** A request to the path of streams. An answer that is an endless stream ends with the test. */
function ask(method: string, headers: Readonly<Record<string, string>> = {}, more: Json = {}): Promise<Response> {
  const { parameters = {}, body, url = service.url } = more;
  const controller = new AbortController();
  aborts.push(controller);
  return fetch(`${url}/stream?${new URLSearchParams(parameters)}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    signal: controller.signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
const STREAM = { accept: 'text/event-stream' };
const reserve = async (headers = {}, url = service.url) => (await ask('PUT', headers, { url })).text();
const start = (token: string, operationId: unknown, query: string, url = service.url) =>
  ask('POST', { [TOKEN]: token }, { body: { query, extensions: { operationId } }, url });

/** What a stream has sent so far, as text. */
function textOf(response: Response): { readonly text: string; readonly hasEnded: boolean } {
  const seen = { text: '', hasEnded: false };
  void (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>)
        seen.text += decoder.decode(bytes);
    } catch {
      // The connection was closed.
    }
    seen.hasEnded = true;
  })();
  return seen;
}
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as Json).errors[0].extensions.code,
];

describe('a stream for one operation', () => {
  it('is text that no cache and no proxy keeps, and ends with its operation', async () => {
    const response = await ask('POST', STREAM, { body: { query: '{ viewer { seesAllClients } }' } });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String),
    });
    expect(await response.text()).toBe(
      ':\n\nevent: next\ndata: {"data":{"viewer":{"seesAllClients":true}}}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('can be asked for by GET, as EventSource does', async () => {
    const query = 'query Who($with: Boolean!) { viewer { seesAllClients @include(if: $with) actor { kind } } }';
    const response = await ask(
      'GET',
      { accept: 'text/event-stream;q=0.9, text/html;q=0.1' },
      {
        parameters: { query, operationName: 'Who', variables: '{"with":false}' },
      },
    );
    expect(await response.text()).toContain('{"data":{"viewer":{"actor":{"kind":"AGENT"}}}}');
  });

  it('changes nothing by GET', async () => {
    const query = 'mutation { submitTicket(input: { subject: "By GET", impacts: [] }) { ticket { id } } }';
    const response = await ask('GET', STREAM, { parameters: { query } });
    expect(await response.text()).toContain('"code":"BAD_REQUEST"');
    const { tickets } = await service.data('{ tickets(first: 50) { nodes { subject } } }');
    expect(tickets.nodes.map(({ subject }: Json) => subject)).not.toContain('By GET');
  });

  it('has a line of the log, with its bytes and its answers', async () => {
    const response = await ask('POST', { ...STREAM, 'x-request-id': 'stream-1' }, { body: { query: EVENTS } });
    const seen = textOf(response);
    await service.submit();
    await untilTrue(() => seen.text.includes('event: next'));
    for (const controller of aborts.splice(0)) controller.abort();
    const lines = () => service.logged.filter(({ requestId }) => requestId === 'stream-1');
    await untilTrue(() => lines().length > 0);
    expect(lines()).toEqual([
      expect.objectContaining({
        msg: 'subscription ended',
        transport: 'sse',
        path: '/graphql/stream',
        kind: 'subscription',
        status: 200,
        answers: 1,
        bytes: Buffer.byteLength(seen.text) - ':\n\n'.length,
      }),
    ]);
    expect(lines()[0]).not.toHaveProperty('code');
  });

  it.each<[string, string, Json, Json, number, string]>([
    ['without Accept', 'POST', {}, { body: { query: EVENTS } }, 406, 'NOT_ACCEPTABLE'],
    ['that accepts anything', 'POST', { accept: '*/*' }, { body: { query: EVENTS } }, 406, 'NOT_ACCEPTABLE'],
    ['without an operation', 'POST', STREAM, { body: {} }, 400, 'BAD_REQUEST'],
    ['whose body is a list', 'POST', STREAM, { body: [] }, 400, 'BAD_REQUEST'],
    ['whose query is no text', 'POST', STREAM, { body: { query: 1 } }, 400, 'BAD_REQUEST'],
    ['whose variables are a list', 'POST', STREAM, { body: { query: EVENTS, variables: [] } }, 400, 'BAD_REQUEST'],
    [
      'whose variables are no JSON',
      'GET',
      STREAM,
      { parameters: { query: EVENTS, variables: '{' } },
      400,
      'BAD_REQUEST',
    ],
    ['of a form', 'POST', { ...STREAM, 'content-type': 'text/plain' }, { body: {} }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['of another method', 'PATCH', STREAM, {}, 405, 'METHOD_NOT_ALLOWED'],
    [
      'of a page of another site',
      'POST',
      { ...STREAM, origin: 'https://evil.test' },
      { body: {} },
      403,
      'ORIGIN_NOT_ALLOWED',
    ],
  ])('is refused to a request %s', async (_, method, headers, more, status, code) => {
    expect(await codeOf(await ask(method, headers, more))).toEqual([status, code]);
  });

  it('is refused to a page of another site that does not say where it is from', async () => {
    const answer = await raw(service.url, [
      `GET /graphql/stream?query=${encodeURIComponent(EVENTS)} HTTP/1.1`,
      'Accept: text/event-stream',
      'Sec-Fetch-Site: cross-site',
      'Connection: close',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 403 .*ORIGIN_NOT_ALLOWED/s);
  });

  it('answers the preflight request of a page', async () => {
    const { port } = new URL(service.url);
    const response = await ask('OPTIONS', {
      origin: `http://localhost:${port}`,
      'access-control-request-method': 'PUT',
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
    expect(response.headers.get('access-control-allow-headers')).toContain(TOKEN);
  });
});

/** Sends a request by hand, because fetch does not let a program set such headers. */
async function raw(url: string, lines: readonly string[]): Promise<string> {
  const socket = rawSocket(url, lines);
  let answer = '';
  socket.on('data', (data) => (answer += data));
  await once(socket, 'close');
  return answer;
}
function rawSocket(url: string, [first = '', ...lines]: readonly string[]): Socket {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write([first, `Host: ${host}`, ...lines, '', ''].join('\r\n'));
  return socket;
}

describe('a stream for many operations', () => {
  it('has the results of each by its id, and ids can be used again', async () => {
    const token = await reserve();
    const opened = await ask('GET', { ...STREAM, [TOKEN]: token });
    const seen = textOf(opened);
    const answers = await Promise.all(['a', 'b'].map((id) => start(token, id, '{ viewer { seesAllClients } }')));
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    await untilTrue(() => seen.text.split('event: complete').length === 3);
    for (const id of ['a', 'b']) {
      expect(seen.text).toContain(
        `event: next\ndata: {"id":"${id}","payload":{"data":{"viewer":{"seesAllClients":true}}}}\n\n`,
      );
      expect(seen.text).toContain(`event: complete\ndata: {"id":"${id}"}\n\n`);
    }
    expect((await start(token, 'a', '{ viewer { seesAllClients } }')).status).toBe(202);
    await untilTrue(() => seen.text.split('event: complete').length === 4);
  });

  it('can be opened after its first operation has begun, which loses nothing', async () => {
    const token = await reserve();
    expect((await start(token, 'early', EVENTS)).status).toBe(202);
    const id = await service.submit();
    const seen = textOf(await ask('GET', STREAM, { parameters: { token } }));
    await untilTrue(() => seen.text.includes(id));
  });

  it('has no more of an operation that was deleted', async () => {
    const token = await reserve();
    const seen = textOf(await ask('GET', { ...STREAM, [TOKEN]: token }));
    await start(token, 'a', EVENTS);
    await start(token, 'b', EVENTS);
    expect((await ask('DELETE', { [TOKEN]: token }, { parameters: { operationId: 'a' } })).status).toBe(200);
    await service.submit();
    await untilTrue(() => seen.text.includes('"id":"b"'));
    expect(seen.text).not.toContain('"id":"a"');
  });

  it('is opened once, and an operation cannot take the id of another', async () => {
    const token = await reserve();
    await ask('GET', { ...STREAM, [TOKEN]: token });
    expect(await codeOf(await ask('GET', { ...STREAM, [TOKEN]: token }))).toEqual([409, 'CONFLICT']);
    await start(token, 'a', EVENTS);
    expect(await codeOf(await start(token, 'a', EVENTS))).toEqual([409, 'CONFLICT']);
    for (const id of ['', 1, null, 'x'.repeat(201)]) {
      expect(await codeOf(await start(token, id, EVENTS))).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it('has at most 100 operations', async () => {
    const token = await reserve();
    await ask('GET', { ...STREAM, [TOKEN]: token });
    const all = await Promise.all(Array.from({ length: 101 }, (_, n) => start(token, `${n}`, EVENTS)));
    expect(all.filter(({ status }) => status === 202)).toHaveLength(100);
    expect(all.filter(({ status }) => status === 400)).toHaveLength(1);
  });

  it('is of no use to another caller, nor after it has ended', async () => {
    const token = await reserve({ 'x-stepdown-agent': 'Ada' });
    const other = { 'x-stepdown-agent': 'Grace', [TOKEN]: token };
    expect(await codeOf(await ask('GET', { ...STREAM, ...other }))).toEqual([404, 'NOT_FOUND']);
    const own = { 'x-stepdown-agent': 'Ada', [TOKEN]: token };
    const opened = await ask('GET', { ...STREAM, ...own });
    const body = { query: EVENTS, extensions: { operationId: 'a' } };
    expect(await codeOf(await ask('POST', other, { body }))).toEqual([404, 'NOT_FOUND']);
    expect(await codeOf(await ask('DELETE', other, { parameters: { operationId: 'a' } }))).toEqual([404, 'NOT_FOUND']);
    expect((await ask('POST', own, { body })).status).toBe(202);
    await opened.body?.cancel();
    await until(
      async () => (await ask('GET', { ...STREAM, ...own })).status,
      (status) => status === 404,
    );
    expect(await codeOf(await ask('POST', own, { body }))).toEqual([404, 'NOT_FOUND']);
  });

  it('is of no use with another credential of the same person', async () => {
    const provider = await IdentityProvider.start();
    const guarded = await startTestService({ config: provider.config(), database: service.database });
    const bearer = async (sub: string) => ({
      authorization: `Bearer ${await provider.token({ sub, name: 'Ada', stepdown_role: 'admin', jti: `${Math.random()}` })}`,
    });
    const own = await bearer('ada');
    const token = await reserve(own, guarded.url);
    const at = { url: guarded.url };
    expect(await codeOf(await ask('GET', { ...STREAM, ...(await bearer('ada')), [TOKEN]: token }, at))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    expect(await codeOf(await ask('GET', { ...STREAM, [TOKEN]: token }, at))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await ask('GET', { ...STREAM, ...own, [TOKEN]: token }, at)).status).toBe(200);
    await guarded.close();
    await provider.close();
  });
});

describe('the time of a stream', () => {
  let edge: EdgeServer;
  afterEach(async () => {
    jest.useRealTimers();
    await edge.close();
  });

  it('a reservation that is not used within ten seconds is given up, and its place is free', async () => {
    edge = await startEdgeServer({ maxSocketsPerAddress: 1 });
    const { url } = edge;
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date', 'setInterval'],
    });
    expect((await ask('PUT', {}, { url })).status).toBe(201);
    expect(await codeOf(await ask('PUT', {}, { url }))).toEqual([503, 'TOO_BUSY']);
    jest.advanceTimersByTime(9_999);
    expect((await ask('PUT', {}, { url })).status).toBe(503);
    jest.advanceTimersByTime(1);
    expect((await ask('PUT', {}, { url })).status).toBe(201);
  });

  it('a comment is sent every 15 seconds', async () => {
    edge = await startEdgeServer();
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date', 'setTimeout'],
    });
    const token = await reserve({}, edge.url);
    const seen = textOf(await ask('GET', { ...STREAM, [TOKEN]: token }, { url: edge.url }));
    await untilTrue(() => seen.text === ':\n\n');
    jest.advanceTimersByTime(15_000);
    await untilTrue(() => seen.text === ':\n\n:\n\n');
  });
});
