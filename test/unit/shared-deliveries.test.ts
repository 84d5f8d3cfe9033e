import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { EventDeliveries } from '../../src/adapters/http/live/event-deliveries';
import { SharedDeliveries } from '../../src/adapters/http/live/shared-deliveries';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A source with a delivery for each position from 1 on. */
function sourceFrom() {
  const source = {
    position: 0,
    next: async () => {
      source.position += 1;
      const value = { body: Buffer.from('text'), code: undefined, cursor: 'e1', isPersonal: false };
      return { done: false, value };
    },
    return: async () => ({ done: true, value: undefined }),
  };
  return source as unknown as EventDeliveries;
}

test('deliveries are forgotten after a minute or two, so that erased texts do not stay', async () => {
  const shared = new SharedDeliveries(Promise.resolve(sourceFrom()), 0, 'actor', () => undefined);
  shared.members = 2;
  const pull = () => new Promise<void>((resolve) => shared.wait({ wake: resolve }));
  await pull();
  await jest.advanceTimersByTimeAsync(59_000);
  await pull();
  expect(shared.after(0)?.position).toBe(1);
  await jest.advanceTimersByTimeAsync(1_000);
  // A member that has not taken the first one executes it for itself.
  expect([shared.isBehind(0), shared.isBehind(1), shared.after(1)?.position]).toEqual([true, false, 2]);
  await jest.advanceTimersByTimeAsync(60_000);
  expect([shared.isBehind(1), shared.isBehind(2), shared.after(2)]).toEqual([true, false, null]);
  await shared.close();
  expect(jest.getTimerCount()).toBe(0);
});
