import { expect, test } from '@jest/globals';
import { Hub } from '../../src/adapters/events/hub';
import { RECENT_LIMITS } from '../../src/adapters/events/recent-events';
import type { PlacedEvent } from '../../src/application/ports/event-log';
import { everything } from '../support/actors';

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
