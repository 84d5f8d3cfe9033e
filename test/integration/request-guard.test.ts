import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { createRequestGuard } from '../../src/adapters/http/request-guard';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { exchange, statusOf } from '../support/raw-http';

let service: TestService;
/** Listens on all addresses, as in a container, and knows its names and a proxy. */
let shared: TestService;
let port: string;
beforeAll(async () => {
  service = await startTestService();
  shared = await startTestService({
    database: service.database,
    config: {
      host: '0.0.0.0',
      allowedHosts: ['tickets.example.com', 'localhost:8080', 'secure.example.com:443'],
      allowedOrigins: ['https://desk.example.com', 'http://localhost:*'],
      trustProxy: { kind: 'HOPS', hops: 1 },
    },
  });
  port = new URL(service.url).port;
});
afterAll(async () => {
  await shared.close();
  await service.close();
});

const BODY = JSON.stringify({
  query:
    'mutation { submitTicket(input: { subject: "x", impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) { clientMutationId } }',
});
const post = (head: string, target = '/graphql', body = BODY) =>
  `POST ${target} HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

describe('the host of a request', () => {
  it.each<[string, number]>([
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['localhost.:4000', 200],
    ['localhost:', 200],
    ['[::1]:', 200],
    ['evil.example:', 421],
    [':', 400],
    ['127.0.0.1:1', 200],
    ['[::1]:4000', 200],
    ['[0:0::1]', 200],
    ['evil.example', 421],
    ['evil.example:4000', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['127.0.0.2', 421],
    ['192.168.0.1', 421],
    ['0.0.0.0', 421],
    ['2130706433', 421],
    ['127.1', 421],
    ['[::2]', 421],
    ['localhost@evil.example', 400],
    ['evil.example@localhost', 400],
    ['localhost:x', 400],
    ['localhost:99999', 400],
    ['localhost/evil', 400],
    ['localhost evil.example', 400],
    ['localhost,evil.example', 400],
    ['%6cocalhost', 400],
    ['', 400],
    ['.', 400],
  ])('%j is answered with %i', async (host, status) => {
    expect(statusOf(await exchange(service.url, post(`host: ${host}\r\n`)))).toBe(status);
  });

  it.each<[string, string, string, number]>([
    ['none', '', '/graphql', 400],
    ['two', 'host: localhost\r\nhost: evil.example\r\n', '/graphql', 400],
    ['an absolute address of this service', 'host: localhost\r\n', 'http://localhost/graphql', 200],
    ['an absolute address of another', 'host: localhost\r\n', 'http://evil.example/graphql', 421],
    ['an absolute address, with another header', 'host: evil.example\r\n', 'http://localhost/graphql', 421],
    ['an absolute address with a user', 'host: localhost\r\n', 'http://localhost@evil.example/graphql', 400],
    ['another scheme', 'host: localhost\r\n', 'ftp://localhost/graphql', 400],
    [
      'a header of a proxy that is not trusted',
      'host: evil.example\r\nx-forwarded-host: localhost\r\n',
      '/graphql',
      421,
    ],
  ])('%s: %j %s', async (_, head, target, status) => {
    expect(statusOf(await exchange(service.url, post(head, target)))).toBe(status);
  });

  it('is checked on every path, except that a probe may send an address or nothing', async () => {
    const get = (path: string, head: string, version = '1.1') =>
      exchange(service.url, `GET ${path} HTTP/${version}\r\n${head}connection: close\r\n\r\n`).then(statusOf);
    for (const path of ['/', '/graphql', '/health', '/readyz', '/livez', '/nowhere']) {
      expect([path, await get(path, 'host: evil.example\r\n')]).toEqual([path, 421]);
    }
    for (const path of ['/health', '/readyz', '/livez']) {
      expect([path, await get(path, 'host: 10.0.0.5:4000\r\n'), await get(path, '', '1.0')]).toEqual([path, 200, 200]);
    }
    expect(await get('/', 'host: 10.0.0.5\r\n')).toBe(421);
    expect(await get('/', '', '1.0')).toBe(400);
  });

  it('is one of ALLOWED_HOSTS, also in the header of a trusted proxy', async () => {
    const status = (head: string) => exchange(shared.url, post(head)).then(statusOf);
    expect(await status('host: tickets.example.com\r\n')).toBe(200);
    expect(await status('host: tickets.example.com:4000\r\n')).toBe(200);
    expect(await status('host: localhost:8080\r\n')).toBe(200);
    expect(await status(`host: localhost:${new URL(shared.url).port}\r\n`)).toBe(421);
    // Behind TLS, a client leaves the port out.
    expect(await status('host: secure.example.com\r\n')).toBe(200);
    expect(await status('host: secure.example.com:443\r\n')).toBe(200);
    expect(await status('host: secure.example.com:80\r\n')).toBe(421);
    expect(await status('host: tickets.example.com\r\nx-forwarded-host: localhost:8080\r\n')).toBe(200);
    for (const none of ['', ' ', ',', ' , localhost:8080']) {
      expect(await status(`host: tickets.example.com\r\nx-forwarded-host: ${none}\r\n`)).toBe(200);
    }
    expect(await status('host: evil.example\r\nx-forwarded-host: \r\n')).toBe(421);
    expect(await status('host: tickets.example.com\r\nx-forwarded-host: evil.example\r\n')).toBe(421);
    expect(await status('host: evil.example\r\nx-forwarded-host: tickets.example.com\r\n')).toBe(421);
  });
});

describe('the origin of a request', () => {
  const send = (to: TestService, origin: string, more: RequestInit = {}) =>
    fetch(to.url, {
      method: 'POST',
      body: BODY,
      ...more,
      headers: { host: 'localhost', 'content-type': 'application/json', ...more.headers, origin },
    });

  it('is a page of this service, if no other is allowed', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const answer = await send(service, `http://${host}:${port}`);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
        200,
        `http://${host}:${port}`,
      ]);
    }
    const foreign = [
      'https://evil.example',
      'null',
      `https://localhost:${port}`,
      'http://localhost:1',
      'http://localhost',
    ];
    for (const origin of [...foreign, `http://localhost:${port}.evil.example`, `http://localhost:${port}/`]) {
      const answer = await send(service, origin);
      expect([origin, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null]);
      expect(((await answer.json()) as Json).errors[0].extensions.code).toBe('ORIGIN_NOT_ALLOWED');
    }
  });

  it.each<[host: string, origin: string]>([
    ['127.0.0.1', 'http://localhost:4100'],
    ['localhost', 'http://localhost:4100'],
    ['::1', 'http://[::1]:4100'],
    ['0:0:0:0:0:0:0:1', 'http://[::1]:4100'],
    ['127.0.0.2', 'http://127.0.0.2:4100'],
    ['192.168.1.5', 'http://192.168.1.5:4100'],
    ['fd00::5', 'http://[fd00::5]:4100'],
    ['tickets.internal', 'http://tickets.internal:4100'],
    ['0.0.0.0', 'http://127.0.0.1:4100'],
  ])('is the page of a service that listens on %s, at its port', (host, origin) => {
    const guard = createRequestGuard(
      { host, allowedHosts: null, allowedOrigins: null, trustProxy: { kind: 'NONE' } },
      4100,
    );
    const { host: authority } = new URL(origin);
    const request = (from: string) =>
      ({
        url: '/graphql',
        headers: { origin: from },
        rawHeaders: ['Host', authority],
        socket: {},
      }) as unknown as IncomingMessage;
    expect(() => guard.check(request(origin), false)).not.toThrow();
    expect(() => guard.check(request(origin.replace('4100', '4000')), false)).toThrow('ALLOWED_ORIGINS');
    expect(() => guard.check(request('http://0.0.0.0:4100'), false)).toThrow('ALLOWED_ORIGINS');
  });

  it('that equals the host is refused if it is not allowed', async () => {
    const head = `host: tickets.example.com\r\norigin: http://tickets.example.com\r\n`;
    expect(statusOf(await exchange(shared.url, post(head)))).toBe(403);
    expect(statusOf(await exchange(shared.url, post(`host: localhost:8080\r\norigin: http://evil.example\r\n`)))).toBe(
      403,
    );
  });

  it('is refused before anything runs, whatever the content type', async () => {
    const count = async () => (await service.data('{ tickets(first: 1) { totalCount } }')).tickets.totalCount;
    const before = await count();
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect((await send(service, 'https://evil.example', { headers: { 'content-type': type } })).status).toBe(403);
      if (type === 'application/json') continue;
      expect((await send(service, `http://localhost:${port}`, { headers: { 'content-type': type } })).status).toBe(415);
    }
    expect(await count()).toBe(before);
  });

  it('gets the answers to its preflight requests and its errors', async () => {
    const preflight = (origin: string) =>
      exchange(
        shared.url,
        `OPTIONS /graphql HTTP/1.1\r\nhost: tickets.example.com\r\norigin: ${origin}\r\n` +
          'access-control-request-method: POST\r\naccess-control-request-headers: content-type\r\nconnection: close\r\n\r\n',
      );
    for (const origin of ['https://desk.example.com', 'http://localhost:3000']) {
      const answer = await preflight(origin);
      expect(statusOf(answer)).toBe(204);
      expect(answer).toContain(`access-control-allow-origin: ${origin}\r\n`);
      expect(answer).toContain('access-control-allow-methods: GET, POST\r\n');
      expect(answer).toMatch(/access-control-allow-headers: .*content-type.*x-stepdown-agent/);
      expect(answer).toContain('access-control-max-age: 600\r\n');
      expect(answer).toContain('vary: Origin\r\n');
      expect(answer).not.toContain('allow-credentials');
      const broken = await exchange(
        shared.url,
        post(`host: tickets.example.com\r\norigin: ${origin}\r\n`, '/graphql', '{'),
      );
      expect([statusOf(broken), broken.includes(`access-control-allow-origin: ${origin}`)]).toEqual([400, true]);
    }
    for (const origin of ['https://evil.example', 'http://desk.example.com', 'null', 'https://localhost:3000']) {
      const answer = await preflight(origin);
      expect([statusOf(answer), answer.includes('access-control-allow')]).toEqual([403, false]);
    }
  });
});

describe('a WebSocket', () => {
  const upgrade = (to: TestService, headers: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(to.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
      socket.on('open', () => {
        socket.close();
        resolve('open');
      });
      socket.on('unexpected-response', async (_request, response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve(`${response.statusCode} ${JSON.parse(body).errors[0].extensions.code}`);
      });
      socket.on('error', reject);
    });

  it('is opened for an allowed host, and for an allowed origin or none', async () => {
    const host = 'tickets.example.com';
    expect(await upgrade(service, {})).toBe('open');
    expect(await upgrade(service, { origin: `http://127.0.0.1:${port}` })).toBe('open');
    expect(await upgrade(shared, { host, origin: 'https://desk.example.com' })).toBe('open');
    expect(await upgrade(service, { host: 'evil.example' })).toBe('421 MISDIRECTED_REQUEST');
    expect(await upgrade(service, { host: 'evil.example', origin: 'http://evil.example' })).toBe(
      '421 MISDIRECTED_REQUEST',
    );
    expect(await upgrade(shared, { host, origin: `http://${host}` })).toBe('403 ORIGIN_NOT_ALLOWED');
    expect(await upgrade(service, { origin: 'null' })).toBe('403 ORIGIN_NOT_ALLOWED');
    expect(await upgrade(service, { 'x-stepdown-agent': '\u00a0' })).toBe('400 BAD_USER_INPUT');
  });
});
