import { describe, expect, it } from '@jest/globals';
import { Outboxes, SEND_LIMITS } from '../../src/adapters/http/live/outbox';
import { CallerGone } from '../../src/application/ports/operation-ended';

const MIB = 1024 * 1024;

/** A connection whose client reads nothing until `read`. */
function unreadConnection() {
  const written: (() => void)[] = [];
  const outlet = { isOpen: true, waitingBytes: 0 };
  const read = () => {
    for (const done of written.splice(0)) done();
  };
  const write = (bytes: number) => (done: () => void) => {
    outlet.waitingBytes += bytes;
    written.push(() => {
      outlet.waitingBytes -= bytes;
      done();
    });
  };
  return { outlet, read, write };
}

function opened(outboxes: Outboxes) {
  const { outlet, read, write } = unreadConnection();
  const ended: string[] = [];
  const end = (how: string) => () => {
    ended.push(how);
    outlet.isOpen = false;
  };
  const outbox = outboxes.add(outlet, { close: end('closed'), cut: end('cut') });
  return { outbox, read, write, ended };
}

it('a message of any length is sent while little waits, and the next one closes the socket', async () => {
  const { outbox, read, write, ended } = opened(new Outboxes());
  const large = outbox.send(write(3 * SEND_LIMITS.bytesPerSocket));
  expect(ended).toEqual([]);
  await expect(outbox.send(write(1))).rejects.toThrow(CallerGone);
  expect(ended).toEqual(['closed']);
  read();
  await large;
});

it('a client that reads, however slowly, is not closed', async () => {
  const { outbox, read, write, ended } = opened(new Outboxes());
  for (let n = 0; n < 20; n++) {
    const sent = outbox.send(write(3 * MIB));
    read();
    await sent;
  }
  expect([ended, outbox.waiting]).toEqual([[], 0]);
});

it('pongs count as messages do, and a short frame counts for what it occupies', () => {
  const { outbox, write, ended } = opened(new Outboxes());
  let pongs = 0;
  while (ended.length === 0) {
    outbox.post(write(2));
    pongs += 1;
  }
  expect(pongs).toBeLessThan(SEND_LIMITS.bytesPerSocket / SEND_LIMITS.bytesPerFrame + 2);
});

describe('when too much waits in all', () => {
  const send = ({ outbox, write }: ReturnType<typeof opened>, mib: number) =>
    outbox.send(write(mib * MIB)).catch(() => undefined);

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

it('a message is sent at once only to a client that has read everything else', () => {
  const { outbox, read, write } = opened(new Outboxes());
  let sent = 0;
  const send = (waits: boolean): boolean =>
    outbox.sendAtOnce(
      1,
      () => {
        sent += 1;
        if (waits) write(100)(() => undefined);
      },
      write(0),
    );
  expect([send(false), send(false), outbox.waiting]).toEqual([true, true, 0]);
  // The operating system does not take this one, so the next ones wait as other messages do.
  expect(send(true)).toBe(true);
  expect(outbox.waiting).toBe(100 + SEND_LIMITS.bytesPerFrame);
  expect([send(false), sent]).toEqual([false, 3]);
  read();
  expect(outbox.waiting).toBe(0);
  expect(send(false)).toBe(true);
});

it('several messages are sent at once while little waits in all, and then one to each client', async () => {
  const outboxes = new Outboxes();
  const clients = Array.from({ length: 1_000 }, () => opened(outboxes));
  const sendTo = ({ outbox, write }: ReturnType<typeof opened>, count: number): boolean =>
    outbox.sendAtOnce(count, () => write(count * 1_000)(() => undefined), write(0));
  const tookSeveral = clients.filter((one) => sendTo(one, 100));
  expect(tookSeveral.length).toBe(Math.ceil(SEND_LIMITS.bytesForSeveral / (100_000 + SEND_LIMITS.bytesPerFrame)));
  const others = clients.filter((one) => !tookSeveral.includes(one));
  expect(others.filter((one) => sendTo(one, 1))).toHaveLength(others.length);
  expect(clients.flatMap(({ ended }) => ended)).toEqual([]);
  for (const { read } of clients) read();
  expect(clients.filter((one) => sendTo(one, 100)).length).toBeGreaterThan(0);
});
