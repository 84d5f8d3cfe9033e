import { getEventListeners, getMaxListeners } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpWebhookSender } from '../../src/adapters/webhooks/http-webhook-sender';
import { parseNetwork, ReachableAddresses } from '../../src/adapters/webhooks/reachable-addresses';
import type { WebhookAnswer } from '../../src/application/ports/webhook-sender';
import { untilTrue } from '../support/until';

const LOOPBACK = parseNetwork('127.0.0.0/8');
if (LOOPBACK === null) throw new Error('127.0.0.0/8 is a network');
const allowed = new ReachableAddresses([LOOPBACK]);

const closed: (() => void)[] = [];
afterEach(() => {
  for (const close of closed.splice(0)) close();
});

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closed.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

const sendTo = async (
  url: string,
  { addresses = allowed, times = { answerMs: 60_000, connectMs: 60_000 }, signal = new AbortController().signal } = {},
): Promise<WebhookAnswer> => {
  const sender = new HttpWebhookSender(addresses, 'Stepdown/test', times);
  closed.push(() => sender.close());
  return sender.send({ url, headers: { 'webhook-id': 'm1' }, body: '{"name":"Zoë"}' }, signal);
};

describe('a request', () => {
  it('is a POST of JSON with its headers', async () => {
    let seen: unknown;
    const url = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen = { method: request.method, body, headers: request.headers };
        response.writeHead(202, { 'retry-after': '7' }).end('thanks');
      });
    });
    expect(await sendTo(url)).toMatchObject({ statusCode: 202, error: null, response: 'thanks', retryAfter: '7' });
    expect(seen).toMatchObject({
      method: 'POST',
      body: '{"name":"Zoë"}',
      headers: { 'webhook-id': 'm1', 'content-type': 'application/json', 'user-agent': 'Stepdown/test' },
    });
  });

  it.each([301, 302, 307, 308])('that is redirected with %d has failed, and is not sent elsewhere', async (status) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await sendTo(url)).toMatchObject({ statusCode: status, error: `The endpoint answered ${status}.` });
    expect(requests).toBe(1);
  });

  it('reads the beginning of an endless answer, and then ends it', async () => {
    let isEnded = false;
    const url = await serve((_request, response) => {
      response.on('close', () => {
        isEnded = true;
      });
      const write = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), write);
      };
      write();
    });
    const answer = await sendTo(url);
    expect(answer).toMatchObject({ statusCode: 200, error: null });
    expect(answer.response).toBe('x'.repeat(1_024));
    await untilTrue(() => isEnded);
  });

  it('ends after its time, before and within an answer', async () => {
    const times = { answerMs: 50, connectMs: 50 };
    const silent = await serve(() => undefined);
    expect(await sendTo(silent, { times })).toMatchObject({
      statusCode: null,
      error: 'The endpoint did not answer in time.',
    });
    const halting = await serve((_request, response) => {
      response.writeHead(200).write('x');
    });
    expect((await sendTo(halting, { times })).error).toBe('The endpoint did not answer in time.');
  });

  it('fails with a sentence when the endpoint closes the connection or speaks another protocol', async () => {
    const tcp = createTcpServer((socket) => socket.end('SSH-2.0-x\r\n'));
    await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
    closed.push(() => tcp.close());
    const { port } = tcp.address() as AddressInfo;
    expect((await sendTo(`http://127.0.0.1:${port}/`)).error).toMatch(/^The request failed with \w+\.$/);
    tcp.close();
    const gone = await sendTo(`http://127.0.0.1:${port}/`);
    expect(gone.error).toMatch(/^The request failed with \w+\.$/);
  });

  it('is sent beside many others with the same signal, without a warning', async () => {
    const waiting: (() => void)[] = [];
    const url = await serve((_request, response) => waiting.push(() => response.end()));
    const { signal } = new AbortController();
    const answers = Array.from({ length: 20 }, () => sendTo(url, { signal }));
    await untilTrue(() => waiting.length === 20);
    // Node.js warns where there are more listeners than this number.
    const count = getEventListeners(signal, 'abort').length;
    expect([count, count <= getMaxListeners(signal)]).toEqual([20, true]);
    for (const answer of waiting) answer();
    expect((await Promise.all(answers)).map(({ error }) => error)).toEqual(Array(20).fill(null));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the process, which is said', async () => {
    const abort = new AbortController();
    const url = await serve(() => abort.abort());
    expect(await sendTo(url, { signal: abort.signal })).toMatchObject({ statusCode: null, isAborted: true });
  });
});

describe('an address inside', () => {
  it('is not connected to, whether it is an address, or a name that has moved there', async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.end());
    server.on('connection', () => {
      connections += 1;
    });
    const { port } = new URL(await listen(server));
    const resolve = ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])) as never;
    const strict = new ReachableAddresses([], resolve);
    for (const url of [`https://127.0.0.1:${port}/`, `http://hooks.test:${port}/`, `https://hooks.test:${port}/`]) {
      expect((await sendTo(url, { addresses: strict })).error).toContain('The address may not be reached: it takes');
    }
    expect(connections).toBe(0);
    // The same name is connected to where its network is allowed.
    const open = new ReachableAddresses([LOOPBACK as never], resolve);
    expect(await sendTo(`http://hooks.test:${port}/`, { addresses: open })).toMatchObject({ statusCode: 200 });
    expect(connections).toBe(1);
  });
});
