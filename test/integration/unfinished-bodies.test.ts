import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { BodyReceiver, RequestError } from '../../src/adapters/http/request-body';
import { untilTrue } from '../support/until';

const LIMIT = 4_000_000;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A server that answers with what it received. */
async function serve() {
  const receiver = new BodyReceiver(LIMIT);
  const refusals: (readonly [status: number, retryable: boolean | undefined])[] = [];
  let most = 0;
  const server = createServer(async (request, response) => {
    request.on('data', () => {
      most = Math.max(most, receiver.held);
    });
    try {
      const bytes = await receiver.receive(request, request.headers['x-address']?.toString() ?? '192.0.2.1');
      response.end(bytes);
    } catch (error) {
      if (error instanceof RequestError) refusals.push([error.status, error.retryable]);
      response.writeHead(error instanceof RequestError ? error.status : 500, { connection: 'close' }).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** A request that sends so much of its body and then nothing. */
  const begin = (length: number): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n');
    socket.write(Buffer.alloc(length, 'x'));
    ends.push(() => socket.destroy());
    return socket;
  };
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  return { receiver, refusals, begin, post, port, most: () => most };
}

it('bodies that are never finished occupy at most the limit, and keep out no other', async () => {
  const { receiver, refusals, begin, post, most } = await serve();
  const sockets = Array.from({ length: 40 }, () => begin(990_000));
  await untilTrue(() => refusals.length >= 36);
  expect(refusals.every(([status, retryable]) => status === 503 && retryable === true)).toBe(true);
  expect(await (await post('short')).text()).toBe('short');
  // A long one comes through as soon as the others have stalled for a second, or from elsewhere.
  const long = 'y'.repeat(900_000);
  expect(await (await post(long, { 'x-address': '192.0.2.2' })).text()).toBe(long);
  await untilTrue(async () => {
    const answer = await post(long).catch(() => null);
    return answer?.status === 200 && (await answer.text()) === long;
  });
  expect(most()).toBeGreaterThan(LIMIT / 2);
  expect(most()).toBeLessThanOrEqual(LIMIT);
  for (const socket of sockets) socket.destroy();
  await untilTrue(() => receiver.held === 0);
});

it('a body in pieces of any length is one body', async () => {
  const { receiver, port } = await serve();
  const text = Array.from({ length: 50_000 }, (_, n) => String.fromCharCode(97 + (n % 26))).join('');
  const socket = connect(port, '127.0.0.1');
  ends.push(() => socket.destroy());
  let answer = '';
  socket.on('data', (data) => (answer += data));
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  socket.write([...text].map((letter) => `1\r\n${letter}\r\n`).join(''));
  // Each of these pieces would occupy a hundred times its length if it were kept as it came.
  await untilTrue(() => receiver.held >= text.length);
  expect(receiver.held).toBeLessThanOrEqual(2 * text.length);
  socket.write('0\r\n\r\n');
  await untilTrue(() => answer.endsWith(text));
  expect(receiver.held).toBe(0);
});

it('an empty body, and one that is too long in any form', async () => {
  const { receiver, refusals, post } = await serve();
  expect(await (await post('')).text()).toBe('');
  const bytes = Buffer.alloc(1_000_001);
  await post(bytes).catch(() => undefined);
  await post(new Blob([bytes]).stream()).catch(() => undefined);
  expect(refusals.map(([status]) => status)).toEqual([413, 413]);
  expect(receiver.held).toBe(0);
});
