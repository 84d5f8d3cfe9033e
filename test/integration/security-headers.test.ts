import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Unauthenticated } from '../../src/application/access/caller-identity';
import type { SignIns } from '../../src/application/access/sign-ins';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { exchange, statusOf } from '../support/raw-http';

let server: EdgeServer;
beforeAll(async () => {
  server = await startEdgeServer({
    explorerQueries: join(__dirname, '../../examples/queries'),
    trustProxy: { kind: 'HOPS', hops: 1 },
  });
});
afterAll(() => server.close());

const ALWAYS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const DATA = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const JSON_TYPE = 'content-type: application/json\r\n';
const UPGRADE =
  'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** The head of the answer to a request, by its name in lower case; each name once. */
async function headersOf(head: string, body = ''): Promise<{ status: number; headers: Record<string, string> }> {
  const host = head.includes('\r\nhost:') ? '' : `host: ${new URL(server.url).host}\r\n`;
  const length = body === '' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  const last = /connection:|^BROKEN/.test(head) ? '' : 'connection: close\r\n';
  const [lines = ''] = (await exchange(server.url, `${head}${host}${length}${last}\r\n${body}`)).split('\r\n\r\n', 1);
  const pairs = lines
    .split('\r\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)] as const);
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return { status: statusOf(lines), headers: Object.fromEntries(pairs) };
}

it.each([
  ['a query', 200, `POST /graphql HTTP/1.1\r\n${JSON_TYPE}`, '{"query":"{ __typename }"}'],
  ['a query by GET', 200, 'GET /graphql?query=%7B__typename%7D HTTP/1.1\r\napollo-require-preflight: 1\r\n', ''],
  ['an invalid query', 400, `POST /graphql HTTP/1.1\r\n${JSON_TYPE}`, '{"query":"{ none }"}'],
  ['a broken body', 400, `POST /graphql HTTP/1.1\r\n${JSON_TYPE}`, '{'],
  ['another content type', 415, 'POST /graphql HTTP/1.1\r\ncontent-type: text/plain\r\n', 'x'],
  ['a long body', 413, `POST /graphql HTTP/1.1\r\n${JSON_TYPE}`, 'x'.repeat(1_000_001)],
  ['a method', 405, 'DELETE /graphql HTTP/1.1\r\n', ''],
  ['an origin', 403, 'GET /graphql HTTP/1.1\r\norigin: https://evil.example\r\n', ''],
  ['a host', 421, 'GET /graphql HTTP/1.1\r\nhost: evil.example\r\n', ''],
  ['no such path', 404, 'GET /.env HTTP/1.1\r\n', ''],
  ['no file of the explorer', 404, 'GET /explorer/none HTTP/1.1\r\n', ''],
  ['an unhealthy service', 503, 'GET /health HTTP/1.1\r\n', ''],
  ['readiness', 200, 'GET /readyz HTTP/1.1\r\n', ''],
  ['life, for HEAD', 200, 'HEAD /livez HTTP/1.1\r\n', ''],
  ['an expectation', 417, 'POST /graphql HTTP/1.1\r\nexpect: tea\r\n', ''],
  ['no HTTP', 400, 'BROKEN\r\n', ''],
  ['a long head', 431, `GET / HTTP/1.1\r\nx-long: ${'x'.repeat(20_000)}\r\n`, ''],
  ['an upgrade elsewhere', 404, `GET /none HTTP/1.1\r\n${UPGRADE}`, ''],
  ['an upgrade of an origin', 403, `GET /graphql HTTP/1.1\r\n${UPGRADE}origin: https://evil.example\r\n`, ''],
  ['an upgrade by POST', 405, `POST /graphql HTTP/1.1\r\n${UPGRADE}`, ''],
  ['an upgrade to something else', 400, `GET /graphql HTTP/1.1\r\n${UPGRADE.replace('websocket', 'h2c')}`, ''],
  ['an upgrade without a key', 400, 'GET /graphql HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n', ''],
])('%s is answered with %i and all headers', async (_, status, head, body) => {
  const answer = await headersOf(head, body);
  expect(answer.status).toBe(status);
  expect(answer.headers).toMatchObject({ ...ALWAYS, ...DATA });
  expect(answer.headers['x-request-id']).toMatch(/./);
  expect(Object.keys(answer.headers)).toEqual(
    expect.not.arrayContaining(['x-powered-by', 'server', 'strict-transport-security']),
  );
});

it.each([
  ['the page', 'GET /graphql HTTP/1.1\r\naccept: text/html\r\n', "frame-ancestors 'none'"],
  ['the start page', 'GET / HTTP/1.1\r\n', "frame-ancestors 'none'"],
  ['a file', 'GET /explorer/icon.svg HTTP/1.1\r\n', "default-src 'self'"],
])('%s has a policy of its own, and the other headers', async (_, head, policy) => {
  const { status, headers } = await headersOf(head);
  expect([status, headers['content-security-policy']]).toEqual([200, expect.stringContaining(policy)]);
  expect(headers).toMatchObject(ALWAYS);
});

it('behind a proxy with TLS, browsers learn to keep to it', async () => {
  const sentFor = async (proto: string) =>
    (await headersOf(`GET /readyz HTTP/1.1\r\nx-forwarded-proto: ${proto}\r\n`)).headers['strict-transport-security'];
  expect([await sentFor('https'), await sentFor('http')]).toEqual(['max-age=31536000', undefined]);
});

it('callers without a credential get them too', async () => {
  const closed = await startEdgeServer({
    signIns: { succeeded: () => undefined, failed: () => undefined } as unknown as SignIns,
    callers: {
      isRequired: true,
      credentialOf: () => null,
      knows: () => false,
      identify: () => {
        throw new Unauthenticated('Send an API key.');
      },
    },
  });
  const response = await fetch(closed.url, { method: 'POST', body: '{}' });
  expect(response.status).toBe(401);
  expect(Object.fromEntries(response.headers)).toMatchObject({ ...ALWAYS, ...DATA });
  await closed.close();
});
