import { expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { Outboxes, SEND_LIMITS, SocketClosed } from '../../src/adapters/http/websocket/outbox';

const MIB = 1024 * 1024;

/** A socket whose client reads nothing until `read`. */
function unreadSocket() {
  const written: (() => void)[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (message: string, done: () => void) => take(message.length, done),
    pong: (content: Buffer, _mask: boolean, done: () => void) => take(content.length, done),
  };
  const read = () => {
    for (const done of written.splice(0)) done();
  };
  const take = (bytes: number, done: () => void) => {
    socket.bufferedAmount += bytes;
    written.push(() => {
      socket.bufferedAmount -= bytes;
      done();
    });
  };
  return { socket, read };
}

function opened(outboxes: Outboxes) {
  const { socket, read } = unreadSocket();
  let overflows = 0;
  const outbox = outboxes.add(socket as unknown as WebSocket, () => {
    overflows += 1;
    socket.readyState = 2;
  });
  return { outbox, read, socket, overflows: () => overflows };
}

it('a message of any length is sent while little waits, and the next one closes the socket', async () => {
  const { outbox, read, overflows } = opened(new Outboxes());
  const large = outbox.send('x'.repeat(3 * SEND_LIMITS.bytesPerSocket));
  expect(overflows()).toBe(0);
  await expect(outbox.send('x')).rejects.toThrow(SocketClosed);
  expect(overflows()).toBe(1);
  read();
  await large;
});

it('a client that reads, however slowly, is not closed', async () => {
  const { outbox, read, overflows } = opened(new Outboxes());
  for (let n = 0; n < 20; n++) {
    const sent = outbox.send('x'.repeat(3 * MIB));
    read();
    await sent;
  }
  expect([overflows(), outbox.waiting]).toEqual([0, 0]);
});

it('pongs count as messages do, and a short frame counts for what it occupies', () => {
  const { outbox, overflows } = opened(new Outboxes());
  let pongs = 0;
  while (overflows() === 0) {
    outbox.pong(Buffer.alloc(2));
    pongs += 1;
  }
  expect(pongs).toBeLessThan(SEND_LIMITS.bytesPerSocket / SEND_LIMITS.bytesPerFrame + 2);
});

it('the socket on which most waits is closed when too much waits in all', () => {
  const outboxes = new Outboxes();
  const all = Array.from({ length: 40 }, () => opened(outboxes));
  const send = (n: number, mib: number) => all[n]?.outbox.send('x'.repeat(mib * MIB)).catch(() => undefined);
  for (let n = 0; n < 20; n++) send(n, n === 7 ? 4 : 3);
  send(20, 2);
  expect(all.map(({ overflows }) => overflows()).filter((count) => count > 0)).toEqual([]);
  send(21, 3);
  expect(all.flatMap(({ overflows }, n) => (overflows() > 0 ? [n] : []))).toEqual([7]);
  // What it held no longer counts.
  send(22, 1);
  expect(all.flatMap(({ overflows }, n) => (overflows() > 0 ? [n] : []))).toEqual([7]);
});

it('what was sent or belongs to a closed socket no longer counts', async () => {
  const outboxes = new Outboxes();
  for (let round = 0; round < 5; round++) {
    const closing = Array.from({ length: 15 }, () => opened(outboxes));
    for (const { outbox } of closing) outbox.send('x'.repeat(4 * MIB)).catch(() => undefined);
    expect(closing.map(({ overflows }) => overflows())).toEqual(closing.map(() => 0));
    for (const { outbox, read } of closing) {
      if (round % 2 === 0) outboxes.remove(outbox);
      read();
    }
  }
});
