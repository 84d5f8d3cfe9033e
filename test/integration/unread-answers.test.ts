import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { ANSWER_LIMITS, AnswerSender } from '../../src/adapters/http/answer-sender';
import { RequestError } from '../../src/adapters/http/request-body';
import { untilTrue } from '../support/until';

const MIB = 1024 * 1024;
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const CHANGED = '`a` was carried out.';

/** A server whose answers have so many MiB in UTF-8. */
async function serve(mib: number, limits: Record<keyof typeof ANSWER_LIMITS, number> = ANSWER_LIMITS) {
  const sender = new AnswerSender(limits);
  const body = '漢'.repeat((mib * MIB) / 3);
  let most = 0;
  const statuses: number[] = [];
  let cut = 0;
  const server = createServer((request, response) => {
    try {
      sender.send(response, 200, body, '192.0.2.1', request.url === '/changed' ? CHANGED : '');
      statuses.push(200);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      statuses.push(error.status);
      response.writeHead(error.status).end(`${error.retryable} ${error.message}`);
    }
    response.once('close', () => {
      if (!response.writableFinished) cut += 1;
    });
    most = Math.max(most, sender.held);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = (): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(REQUEST);
    ends.push(() => socket.destroy());
    return socket;
  };
  return {
    sender,
    statuses,
    open,
    url: `http://127.0.0.1:${port}`,
    bytes: Buffer.byteLength(body),
    most: () => most,
    cut: () => cut,
  };
}

it('unread answers occupy at most the limit, and do not keep out a client that reads', async () => {
  const limits = { ...ANSWER_LIMITS, bytesInAll: 64 * MIB };
  const { sender, statuses, open, url, bytes, most, cut } = await serve(15, limits);
  const sockets: Socket[] = [];
  for (let n = 0; n < 10; n++) {
    sockets.push(open());
    await untilTrue(() => statuses.length === n + 1);
  }
  // Those within a second are refused: the others may still read.
  await untilTrue(async () => {
    const answer = await fetch(url);
    if (answer.status === 503) {
      expect(await answer.text()).toMatch(/^true /);
      return false;
    }
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes);
    return true;
  });
  await untilTrue(() => cut() > 0);
  expect(most()).toBeLessThanOrEqual(limits.bytesInAll);
  for (const socket of sockets) socket.destroy();
  await untilTrue(() => sender.held === 0);
});

it('a change that was carried out is not called retryable when its answer has no room', async () => {
  const { url } = await serve(15, { ...ANSWER_LIMITS, bytesInAll: MIB });
  const [changed, read] = await Promise.all([fetch(`${url}/changed`), fetch(url)]);
  const reason = 'Too many large answers wait until their clients read them.';
  expect([changed.status, await changed.text(), read.status, await read.text()]).toEqual([
    503,
    `false ${reason} ${CHANGED} Repeating the request is safe with an idempotencyKey.`,
    503,
    `true ${reason} Try again shortly, or ask for less.`,
  ]);
});

it('a client that takes nothing for the limit is cut off, and one that takes a little now and then is not', async () => {
  // So long that a busy machine, on which this process waits for a second now and then, does not
  // look like a client that takes nothing.
  const { sender, open, bytes, cut } = await serve(15, { ...ANSWER_LIMITS, stalledMs: 6_000 });
  open();
  const slow = open();
  let taken = 0;
  slow.on('data', (data: Buffer) => {
    taken += data.length;
    slow.pause();
    setTimeout(() => slow.resume(), 40);
  });
  slow.resume();
  await untilTrue(() => cut() === 1);
  await untilTrue(() => taken > bytes);
  await untilTrue(() => sender.held === 0);
  expect(cut()).toBe(1);
});
