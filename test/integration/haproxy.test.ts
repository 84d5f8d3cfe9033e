import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Haproxy, noHaproxy, startHaproxy } from '../support/haproxy';
import { untilTrue } from '../support/until';

const withHaproxy = noHaproxy === null ? describe : describe.skip;
if (noHaproxy !== null) process.stderr.write(`The tests with HAProxy are skipped: ${noHaproxy}\n`);

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}

withHaproxy('deploy/haproxy.cfg, in front of processes that only note what they receive', () => {
  let servers: Server[];
  let proxy: Haproxy;
  let seen: Seen[];
  let isReady: boolean;
  /** Whether a request is cut off instead of answered. */
  let isCutOff: boolean;

  beforeEach(async () => {
    seen = [];
    isReady = true;
    isCutOff = false;
    servers = Array.from({ length: 3 }, () =>
      createServer((received, response) => {
        const { method, url, headers } = received;
        if (url === '/readyz') return void response.writeHead(isReady ? 200 : 503).end();
        seen.push({ method, url, headers });
        if (isCutOff) received.socket.destroy();
        else response.end('{}');
      }).listen(0, '127.0.0.1'),
    );
    await Promise.all(servers.map((server) => once(server, 'listening')));
    proxy = await startHaproxy(servers.map((server) => (server.address() as AddressInfo).port));
    await untilTrue(isAnswered);
    seen = [];
  });
  afterEach(async () => {
    await proxy.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Sends a request over a connection of its own. */
  const send = (method: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const answerOf = async (response: IncomingMessage): Promise<Answer> => ({
        status: response.statusCode,
        retryAfter: response.headers['retry-after'],
        body: JSON.parse(await text(response)),
      });
      request(proxy.url, { agent: false, method }, (response) => void answerOf(response).then(resolve, reject))
        .on('error', reject)
        .end(method === 'POST' ? '{}' : undefined);
    });
  const isAnswered = async () => (await send('POST')).status === 200;

  test('a change that was sent is not sent again, and its client gets an answer of GraphQL', async () => {
    isCutOff = true;
    expect(await send('POST')).toEqual({
      status: 502,
      retryAfter: undefined,
      body: {
        errors: [{ message: expect.any(String), extensions: { code: 'SERVICE_UNAVAILABLE', retryable: false } }],
      },
    });
    expect(seen).toHaveLength(1);
  });

  test('a query by GET is sent to another process', async () => {
    isCutOff = true;
    await send('GET');
    expect(seen.length).toBeGreaterThan(1);
  });

  test('while no process is ready, the client is asked to come back', async () => {
    isReady = false;
    await untilTrue(async () => !(await isAnswered()));
    expect(await send('POST')).toEqual({
      status: 503,
      retryAfter: '1',
      body: { errors: [{ message: expect.any(String), extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }] },
    });
    isReady = true;
    await untilTrue(isAnswered);
  });

  test('a process gets the address of the client last, and no host or scheme that the client claims', async () => {
    await fetch(proxy.url, {
      headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'example.com', 'x-forwarded-proto': 'https' },
    });
    const headers = seen[0]?.headers;
    expect(String(headers?.['x-forwarded-for']).split(', ').at(-1)).toBe('127.0.0.1');
    expect(headers?.['x-forwarded-host']).toBeUndefined();
    expect(headers?.['x-forwarded-proto']).toBe('http');
  });

  test('the metrics of one process are not for clients', async () => {
    expect((await fetch(proxy.url.replace('/graphql', '/metrics'))).status).toBe(404);
    expect(seen).toEqual([]);
  });
});
