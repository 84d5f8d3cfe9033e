import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { exchange, statusOf } from '../support/raw-http';

const QUERIES = join(__dirname, '../../examples/queries');
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const FILES: readonly (readonly [name: string, type: string])[] = [
  ['graphiql.js', 'text/javascript; charset=utf-8'],
  ['graphiql.css', 'text/css; charset=utf-8'],
  ['editor.worker.js', 'text/javascript; charset=utf-8'],
  ['json.worker.js', 'text/javascript; charset=utf-8'],
  ['graphql.worker.js', 'text/javascript; charset=utf-8'],
  ['start.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
];

let server: EdgeServer;
beforeAll(async () => {
  server = await startEdgeServer({ explorerQueries: QUERIES });
});
afterAll(() => server.close());

const at = (path: string, to = server): string => new URL(path, to.url).href;
const open = (accept: string, more: RequestInit = {}, to = server) => fetch(to.url, { ...more, headers: { accept } });

describe('the page of the explorer', () => {
  it('is for browsers, and says what its scripts may do', async () => {
    const response = await open(BROWSER);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const policy = (response.headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        `connect-src 'self' ${new URL(server.url).origin.replace('http', 'ws')}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
      ]),
    );
    expect(policy.filter((directive) => /script|worker|eval/.test(directive))).toEqual([]);
    const page = await response.text();
    // Every script is a file, and every address is relative.
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|(?:src|href)="(?:[a-z]+:|\/)/i);
    for (const [, name = ''] of page.matchAll(/"explorer\/([^"]+)"/g)) {
      expect(FILES.map(([file]) => file)).toContain(name);
    }
  });

  it.each([
    ['*/*', 400],
    ['', 400],
    ['application/json', 400],
    ['application/json, text/html;q=0.5', 400],
    ['text/html;q=0, */*', 400],
    ['text/html', 200],
    ['application/json;q=0.5, text/html', 200],
  ])('Accept: %s is answered with %i', async (accept, status) => {
    const response = await open(accept);
    expect([response.status, (response.headers.get('content-type') ?? '').startsWith('text/html')]).toEqual([
      status,
      status === 200,
    ]);
  });

  it('is not in the way of a query by GET, and has no content for HEAD', async () => {
    const query = await fetch(`${server.url}?query=%7B__typename%7D`, {
      headers: { accept: BROWSER, 'apollo-require-preflight': '1' },
    });
    expect(await query.json()).toEqual({ data: { __typename: 'Query' } });
    const head = await open(BROWSER, { method: 'HEAD' });
    expect([head.status, await head.text(), Number(head.headers.get('content-length')) > 500]).toEqual([200, '', true]);
    expect((await open('*/*', { method: 'HEAD' })).status).toBe(405);
  });

  it('is refused under a name that is not allowed', async () => {
    for (const path of ['/graphql', '/explorer/start.js']) {
      const head = `GET ${path} HTTP/1.1\r\nhost: evil.example\r\naccept: text/html\r\nconnection: close\r\n\r\n`;
      expect(statusOf(await exchange(server.url, head))).toBe(421);
    }
  });
});

describe('the files of the explorer', () => {
  it.each(FILES)('%s is %s', async (name, type) => {
    const response = await fetch(at(`/explorer/${name}`));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-cache',
      'content-security-policy': "default-src 'self'",
      'content-encoding': 'gzip',
      'cross-origin-resource-policy': 'same-origin',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect((await response.text()).length).toBeGreaterThan(100);

    const tag = response.headers.get('etag') ?? '';
    const known = await fetch(at(`/explorer/${name}`), { headers: { 'if-none-match': `"other", ${tag}` } });
    expect([known.status, await known.text()]).toEqual([304, '']);
    const changed = await fetch(at(`/explorer/${name}`), { method: 'HEAD', headers: { 'if-none-match': '"other"' } });
    expect([changed.status, changed.headers.get('etag'), await changed.text()]).toEqual([200, tag, '']);
  });

  it('are compressed only for clients that take it', async () => {
    const plain = await fetch(at('/explorer/graphiql.css'), { headers: { 'accept-encoding': 'gzip;q=0, br' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const { gzip } = await exchangeBytes('/explorer/graphiql.css');
    expect(gunzipSync(gzip).equals(Buffer.from(await plain.arrayBuffer()))).toBe(true);
  });

  it('start with the queries of the folder as tabs, in their order', async () => {
    const script = await (await fetch(at('/explorer/start.js'))).text();
    const [, tabs = ''] = /const TABS = (\[.*?\n\]);\n/s.exec(script) ?? [];
    const files = readdirSync(QUERIES).filter((name) => name.endsWith('.graphql'));
    const shown = JSON.parse(tabs) as { query: string; variables?: string }[];
    expect(shown.map(({ query }) => query)).toEqual(
      files.sort().map((name) => readFileSync(join(QUERIES, name), 'utf8')),
    );
    for (const { query, variables = '{}' } of shown) {
      expect(Object.keys(JSON.parse(variables))).toEqual([...query.matchAll(/\$(\w+):/g)].map(([, name]) => name));
    }
  });

  it.each([
    '/explorer',
    '/explorer/',
    '/explorer/nothing.js',
    '/explorer/toString',
    '/explorer/__proto__',
    '/explorer/../package.json',
    '/explorer/..%2fpackage.json',
    '/explorer/%2e%2e/%2e%2e/etc/passwd',
    '/explorer/..\\package.json',
    '/explorer/./start.js',
    '/explorer//start.js',
    '/explorer/start.js%00',
    '/explorer/start.js/',
    '/EXPLORER/start.js',
    '//explorer/start.js',
  ])('%s is 404', async (path) => {
    const answer = await exchange(server.url, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect([statusOf(answer), answer.includes('"code":"NOT_FOUND"')]).toEqual([404, true]);
  });

  it('take only GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(at('/explorer/start.js'), { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});

it('without an explorer, a browser gets the page that loads nothing', async () => {
  const plain = await startEdgeServer({ explorerQueries: null });
  try {
    const response = await open(BROWSER, {}, plain);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain('curl http://');
    expect((await fetch(at('/explorer/start.js', plain))).status).toBe(404);
  } finally {
    await plain.close();
  }
});

/** The bytes of a compressed answer, which `fetch` would decompress. */
async function exchangeBytes(path: string): Promise<{ readonly gzip: Buffer }> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(at(path), { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ gzip: Buffer.concat(chunks) }));
    }).on('error', reject);
  });
}
