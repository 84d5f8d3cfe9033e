import { describe, expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { Outboxes, SEND_LIMITS } from '../../src/adapters/http/websocket/outbox';
import { CallerGone } from '../../src/application/ports/operation-ended';

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
  const ended: string[] = [];
  const end = (how: string) => () => {
    ended.push(how);
    socket.readyState = 2;
  };
  const outbox = outboxes.add(socket as unknown as WebSocket, { close: end('closed'), cut: end('cut') });
  return { outbox, read, socket, ended };
}

it('a message of any length is sent while little waits, and the next one closes the socket', async () => {
  const { outbox, read, ended } = opened(new Outboxes());
  const large = outbox.send('x'.repeat(3 * SEND_LIMITS.bytesPerSocket));
  expect(ended).toEqual([]);
  await expect(outbox.send('x')).rejects.toThrow(CallerGone);
  expect(ended).toEqual(['closed']);
  read();
  await large;
});

it('a client that reads, however slowly, is not closed', async () => {
  const { outbox, read, ended } = opened(new Outboxes());
  for (let n = 0; n < 20; n++) {
    const sent = outbox.send('x'.repeat(3 * MIB));
    read();
    await sent;
  }
  expect([ended, outbox.waiting]).toEqual([[], 0]);
});

it('pongs count as messages do, and a short frame counts for what it occupies', () => {
  const { outbox, ended } = opened(new Outboxes());
  let pongs = 0;
  while (ended.length === 0) {
    outbox.pong(Buffer.alloc(2));
    pongs += 1;
  }
  expect(pongs).toBeLessThan(SEND_LIMITS.bytesPerSocket / SEND_LIMITS.bytesPerFrame + 2);
});

describe('when too much waits in all', () => {
  const send = ({ outbox }: ReturnType<typeof opened>, mib: number) =>
    outbox.send('x'.repeat(mib * MIB)).catch(() => undefined);

  it('the socket on which most waits is cut off, also one that is being closed', () => {
    const outboxes = new Outboxes();
    const all = Array.from({ length: 40 }, () => opened(outboxes));
    const endings = () => all.flatMap(({ ended }, n) => (ended.length > 0 ? [`${n} ${ended}`] : []));
    const [first] = all;
    if (first === undefined) throw new Error('None was opened');
    send(first, 5);
    send(first, 1);
    for (const one of all.slice(1, 20)) send(one, 3);
    expect(endings()).toEqual(['0 closed']);
    for (const one of all.slice(20, 22)) send(one, 2);
    expect(endings()).toEqual(['0 closed,cut']);
    // What it held no longer counts.
    for (const one of all.slice(22, 23)) send(one, 1);
    expect(endings()).toEqual(['0 closed,cut']);
  });

  it('what was sent, or waits on a socket that has gone, does not count', () => {
    const outboxes = new Outboxes();
    const fill = (sockets: number) => {
      const filled = Array.from({ length: sockets }, () => opened(outboxes));
      for (const one of filled) send(one, 4);
      return filled;
    };
    for (let round = 0; round < 5; round++) {
      const filled = fill(15);
      expect(filled.flatMap(({ ended }) => ended)).toEqual([]);
      for (const { outbox, read } of filled) {
        if (round % 2 === 0) outboxes.remove(outbox);
        read();
        outboxes.remove(outbox);
      }
    }
    expect(fill(16).flatMap(({ ended }) => ended)).toEqual(['cut']);
  });
});
