import { expect, it } from '@jest/globals';
import type { ExecutionArgs } from 'graphql';
import type { LogStream } from '../../src/adapters/graphql/subscription/log-stream';
import type { Delivery, EventDeliveries } from '../../src/adapters/http/live/event-deliveries';
import { Outboxes } from '../../src/adapters/http/live/outbox';
import { SharedDeliveries } from '../../src/adapters/http/live/shared-deliveries';
import { type Groups, SharedSubscription } from '../../src/adapters/http/live/shared-subscription';
import { sentDeliveries } from '../../src/adapters/http/websocket/sent-deliveries';

const ARGS = {} as ExecutionArgs;

/**
 * A source with a delivery for each position up to `last`, read in parts of five. The one at
 * `failsAt` is the error with which it ends.
 */
function sourceOf(last: number, { isPersonal = false, failsAt = 0, length = 0 } = {}) {
  let wake = (): void => undefined;
  const source = {
    position: 0,
    last,
    goTo: (position: number) => {
      source.position = position;
    },
    get isReady() {
      return source.position < source.last && source.position % 5 !== 0;
    },
    next: async () => {
      if (source.position >= source.last) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      source.position += 1;
      const cursor = source.position === failsAt ? null : 'e1';
      const body = Buffer.from(`${source.position}`.padEnd(length));
      const value = { body, code: undefined, cursor, isPersonal };
      return { done: false, value };
    },
    return: async () => {
      wake();
      return { done: true, value: undefined };
    },
    add: (count: number) => {
      source.last += count;
      wake();
    },
  };
  return source;
}

const groupOf = (source: ReturnType<typeof sourceOf>, from = 0): SharedDeliveries =>
  new SharedDeliveries(Promise.resolve(source as unknown as EventDeliveries), from, 'a', () => undefined);

function subscriptionTo(source: ReturnType<typeof sourceOf>, { from = 0, own = sourceOf(0), isPersonal = false } = {}) {
  return memberOf(groupOf(source, from), own, isPersonal);
}

function memberOf(group: SharedDeliveries, own = sourceOf(0), isPersonal = false) {
  const groups: Groups = {
    keyOf: () => 'key',
    join: () => {
      group.members += 1;
      return group;
    },
    leave: () => void group.close(),
    isPersonal: () => isPersonal,
    notePersonal: () => undefined,
  };
  const deliveries = own as unknown as EventDeliveries;
  const subscription = new SharedSubscription(groups, ARGS, 'a', own as unknown as LogStream, deliveries);
  return { subscription, group };
}

/** A receiver that takes deliveries, as long as it is not full. */
function receiver() {
  const parts: string[][] = [];
  const state = { isFull: false, parts };
  const receive = (taken: readonly Delivery[]): boolean => {
    if (state.isFull) return false;
    parts.push(taken.map(({ body }) => String(body)));
    return true;
  };
  return { state, receive };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

it('what was read together is handed over together, also of what comes later', async () => {
  const source = sourceOf(7);
  const { subscription } = subscriptionTo(source);
  const { state, receive } = receiver();
  subscription.deliverTo(receive);
  const end = subscription.next();
  await turns();
  expect(state.parts).toEqual([
    ['1', '2', '3', '4', '5'],
    ['6', '7'],
  ]);
  source.add(1);
  await turns();
  expect(state.parts.at(-1)).toEqual(['8']);
  await subscription.return();
  expect(await end).toEqual({ done: true, value: undefined });
});

it('a receiver that is full gets one, and the rest when it takes them again', async () => {
  const { subscription } = subscriptionTo(sourceOf(5));
  const { state, receive } = receiver();
  state.isFull = true;
  subscription.deliverTo(receive);
  expect(String((await subscription.next()).value.body)).toBe('1');
  expect(String((await subscription.next()).value.body)).toBe('2');
  state.isFull = false;
  void subscription.next();
  await turns();
  expect(state.parts).toEqual([['3', '4', '5']]);
  await subscription.return();
});

it('one that is behind its group executes events for itself, and then goes on with the group', async () => {
  const own = sourceOf(12);
  const source = sourceOf(14);
  source.goTo(10);
  const { subscription } = subscriptionTo(source, { from: 10, own });
  const { state, receive } = receiver();
  subscription.deliverTo(receive);
  void subscription.next();
  await turns();
  expect(state.parts.flat()).toEqual(Array.from({ length: 14 }, (_, n) => `${n + 1}`));
  expect(own.position).toBe(10);
  await subscription.return();
});

it('nothing is handed over that was executed for another actor', async () => {
  const { subscription } = subscriptionTo(sourceOf(3, { isPersonal: true }));
  const { state, receive } = receiver();
  subscription.deliverTo(receive);
  expect(String((await subscription.next()).value.body)).toBe('1');
  expect(state.parts).toEqual([]);
  await subscription.return();
});

it('an error that came first when it executed for itself comes once, and ends it', async () => {
  const own = sourceOf(8, { failsAt: 8 });
  const source = sourceOf(8, { failsAt: 8 });
  source.goTo(7);
  const { subscription } = subscriptionTo(source, { from: 7, own });
  const taken: string[] = [];
  for await (const { body } of subscription) taken.push(String(body));
  expect(taken).toEqual(Array.from({ length: 8 }, (_, n) => `${n + 1}`));
});

it('of a long backlog of its group, a receiver gets what one write is to have', async () => {
  const source = sourceOf(60, { length: 10_000 });
  const group = groupOf(source);
  group.members = 1;
  const fast = memberOf(group).subscription;
  const slow = memberOf(group).subscription;
  const { state, receive } = receiver();
  state.isFull = true;
  slow.deliverTo(receive);
  expect(Number((await slow.next()).value.body)).toBe(1);
  for (let n = 0; n < 60; n += 1) await fast.next();
  state.isFull = false;
  void slow.next();
  await turns();
  expect(state.parts.flat().map(Number)).toEqual(Array.from({ length: 59 }, (_, n) => n + 2));
  expect(Math.max(...state.parts.map((part) => part.length))).toBe(4);
  await Promise.all([slow.return(), fast.return()]);
});

/** A client of a group, which reads when the test says so. */
function clientOf(group: SharedDeliveries, outboxes: Outboxes) {
  const written: { readonly bytes: number; readonly done: () => void }[] = [];
  const client = { received: 0, wasEnded: false, read };
  const outlet = { isOpen: true, waitingBytes: 0 };
  const end = (): void => {
    client.wasEnded = true;
    outlet.isOpen = false;
  };
  const outbox = outboxes.add(outlet, { close: end, cut: end });
  const write = (bytes: number, done: () => void): void => {
    outlet.waitingBytes += bytes;
    written.push({ bytes, done });
  };
  function read(): void {
    for (const { bytes, done } of written.splice(0)) {
      outlet.waitingBytes -= bytes;
      done();
    }
  }
  const socket = {
    send: (text: Buffer) => outbox.send((done) => write(text.length, done)),
    sendAtOnce: (count: number, frames: () => Buffer) =>
      outbox.sendAtOnce(
        count,
        () => write(frames().length, () => undefined),
        (done) => write(0, done),
      ),
  };
  const count = (): void => {
    client.received += 1;
  };
  const sent = sentDeliveries('1', memberOf(group).subscription, socket, count);
  void sent.next().catch(() => undefined);
  return { client, sent };
}

it('no client is cut off that reads slower than another one, however many they are', async () => {
  const events = 100;
  const group = groupOf(sourceOf(events, { length: 8_000 }));
  group.members = 2;
  const outboxes = new Outboxes();
  const fast = clientOf(group, outboxes);
  const slow = Array.from({ length: 200 }, () => clientOf(group, outboxes));
  const readAll = async (clients: readonly ReturnType<typeof clientOf>[]): Promise<void> => {
    while (clients.some(({ client }) => client.received < events && !client.wasEnded)) {
      for (const { client } of clients) client.read();
      await new Promise(setImmediate);
    }
  };
  await readAll([fast]);
  // What the group keeps for all of them together is more than a process may hold.
  await readAll(slow);
  expect(slow.filter(({ client }) => client.wasEnded)).toEqual([]);
  expect(slow.map(({ client }) => client.received)).toEqual(slow.map(() => events));
  await Promise.all([fast, ...slow].map(({ sent }) => sent.return(undefined)));
});
