import { afterEach, expect, jest, test } from '@jest/globals';
import { Hub } from '../../src/adapters/events/hub';
import { RECENT_LIMITS, RecentEvents } from '../../src/adapters/events/recent-events';
import { RETRY_PAUSE_MS } from '../../src/application/events/retry-while-database-is-down';
import type { PlacedEvent } from '../../src/application/ports/event-log';
import { everything } from '../support/actors';
import { untilTrue } from '../support/until';

/** Closed after a test, so that one that fails leaves nothing that runs. */
let opened: Hub | null = null;
afterEach(() => {
  jest.useRealTimers();
  opened?.close();
});

const eventAt = (position: number, more: object = {}): PlacedEvent =>
  ({
    position,
    ticketId: 't',
    clientId: 'c',
    number: position,
    type: 'ACKNOWLEDGED',
    ...more,
  }) as unknown as PlacedEvent;

const noLog = async () => {
  throw new Error('The log is not read');
};

test('a subscriber that ends while others are asked is not asked again', async () => {
  const hub = new Hub(0, noLog);
  let asked = 0;
  // More than are asked in one turn.
  for (let n = 0; n < 3_000; n++) {
    void hub.subscribe(everything, { after: 0, accepts: () => false }).take(1);
  }
  const last = hub.subscribe(everything, {
    after: 0,
    accepts: () => {
      asked += 1;
      return false;
    },
  });
  const taken = last.take(1);
  await Promise.resolve();
  const publishing = hub.publish([eventAt(1)], 1);
  await last.return();
  expect(await taken).toEqual([]);
  await publishing;
  await hub.publish([eventAt(2)], 2);
  expect(asked).toBe(0);
  expect(hub.size).toBe(3_000);
});

test('the end of the log in memory is bounded by the number of events and by their texts', async () => {
  const hub = new Hub(0, noLog, { ...RECENT_LIMITS, events: 10, characters: 60_000 });
  await hub.publish(
    Array.from({ length: 25 }, (_, index) => eventAt(index + 1)),
    25,
  );
  expect([hub.recent.from, hub.recent.newest]).toEqual([15, 25]);
  await hub.publish([eventAt(26, { body: 'x'.repeat(50_000) }), eventAt(27), eventAt(28)], 28);
  const kept: number[] = [];
  hub.recent.visitAfter(hub.recent.from, ({ position }) => kept.push(position) > 0);
  expect(kept).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28]);
});

test('a page that was asked for before the log went on is not taken for a later one', async () => {
  const asked: ((entries: readonly PlacedEvent[]) => void)[] = [];
  const hub = new Hub(
    100,
    (next) =>
      new Promise((resolve) => {
        asked.push((entries) =>
          resolve({ entries, unreadable: [], next: entries.at(-1)?.position ?? next, isFull: false }),
        );
      }),
  );
  const request = { after: 50, accepts: () => true };
  const first = hub.subscribe(everything, request).take(500);
  const early = hub.subscribe(everything, request).take(500);
  await new Promise(setImmediate);
  expect(asked).toHaveLength(1);
  const log = Array.from({ length: 105 }, (_, index) => eventAt(index + 1));
  await hub.publish(log.slice(100), 105);
  const later = hub.subscribe(everything, request);
  const taken = later.take(500);
  await new Promise(setImmediate);
  asked[0]?.(log.slice(50, 100));
  asked[1]?.(log.slice(50));
  expect([(await first).length, (await early).length]).toEqual([50, 50]);
  expect((await taken).at(-1)?.position).toBe(105);
});

test('a subscriber that is behind waits for the end of an outage, and then goes on where it was', async () => {
  let outages = 3;
  const log = Array.from({ length: 5 }, (_, index) => eventAt(index + 1));
  const hub = new Hub(5, async (position) => {
    if (outages-- > 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    return { entries: log.slice(position), unreadable: [], next: 5, isFull: false };
  });
  const subscriber = hub.subscribe(everything, { after: 1, accepts: () => true });
  expect((await subscriber.take(10)).map(({ position }) => position)).toEqual([2, 3, 4, 5]);
  expect(outages).toBe(-1);
});

test('a page of a server that lacks the last positions makes a subscriber skip none, and wait', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance', 'queueMicrotask'] });
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  // It has taken over before it got them, and gives them again.
  let newest = 4;
  const asked: number[] = [];
  const hub = new Hub(10, async (position) => {
    asked.push(position);
    await new Promise(setImmediate);
    const entries = [1, 3, 5, 7, 9].filter((one) => one > position && one <= newest).map((one) => eventAt(one));
    return { entries, unreadable: [], next: Math.max(position, newest), isFull: false };
  });
  opened = hub;
  const subscriber = hub.subscribe(everything, { after: 0, accepts: () => true });
  const taken = [...(await subscriber.take(10))];
  await hub.publish([eventAt(11)], 11);
  const others = subscriber.take(10);
  await turns();
  expect(asked).toEqual([0, 4]);
  newest = 10;
  jest.advanceTimersByTime(RETRY_PAUSE_MS);
  taken.push(...(await others), ...(await subscriber.take(10)));
  expect(taken.map(({ position }) => position)).toEqual([1, 3, 5, 7, 9, 11]);
  expect(asked).toEqual([0, 4, 4]);
});

test('a subscriber that waits for the end of an outage can be ended', async () => {
  let reads = 0;
  const hub = new Hub(5, async () => {
    reads += 1;
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  });
  const subscriber = hub.subscribe(everything, { after: 1, accepts: () => true });
  const taken = subscriber.take(10);
  await untilTrue(() => reads === 2);
  await subscriber.return();
  expect(await taken).toEqual([]);
  expect([reads, hub.size]).toEqual([2, 0]);
});

test('the end of the log in memory is forgotten after a minute, so that erased texts do not stay', () => {
  const recent = new RecentEvents(0);
  const kept = () => {
    const positions: number[] = [];
    recent.visitAfter(recent.from, ({ position }) => positions.push(position) > 0);
    return positions;
  };
  recent.add([eventAt(1), eventAt(2)], 2, 1_000);
  recent.add([eventAt(3)], 4, 1_999);
  recent.add([eventAt(5)], 5, 30_000);
  recent.forgetOld(61_000);
  expect([kept(), recent.from]).toEqual([[1, 2, 3, 5], 0]);
  recent.forgetOld(61_001);
  expect([kept(), recent.from]).toEqual([[5], 3]);
  recent.add([], 9, 90_001);
  expect([kept(), recent.from, recent.newest]).toEqual([[], 5, 9]);
  recent.add([eventAt(10)], 10, 90_002);
  expect([kept(), recent.from]).toEqual([[10], 5]);
});
