import { expect, it } from '@jest/globals';
import type { ExecutionArgs } from 'graphql';
import type { LogStream } from '../../src/adapters/graphql/subscription/log-stream';
import type { Delivery, EventDeliveries } from '../../src/adapters/http/live/event-deliveries';
import { SharedDeliveries } from '../../src/adapters/http/live/shared-deliveries';
import { type Groups, SharedSubscription } from '../../src/adapters/http/live/shared-subscription';

const ARGS = {} as ExecutionArgs;

/** A source with a delivery for each position up to `last`, read in parts of five. */
function sourceOf(last: number, isPersonal = false) {
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
      const value = { body: Buffer.from(`${source.position}`), code: undefined, cursor: 'e1', isPersonal };
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

function subscriptionTo(source: ReturnType<typeof sourceOf>, { from = 0, own = sourceOf(0), isPersonal = false } = {}) {
  const group = new SharedDeliveries(Promise.resolve(source as unknown as EventDeliveries), from, 'a', () => undefined);
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
  const { subscription } = subscriptionTo(sourceOf(3, true));
  const { state, receive } = receiver();
  subscription.deliverTo(receive);
  expect(String((await subscription.next()).value.body)).toBe('1');
  expect(state.parts).toEqual([]);
  await subscription.return();
});
