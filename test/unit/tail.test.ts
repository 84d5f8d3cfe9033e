import { afterEach, expect, test } from '@jest/globals';
import { Hub } from '../../src/adapters/events/hub';
import { Tail } from '../../src/adapters/events/tail';
import type { FollowedLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { CursorExpired, type PlacedEvent } from '../../src/application/ports/event-log';
import { everything } from '../support/actors';
import { untilTrue } from '../support/until';

const running: Tail[] = [];
afterEach(async () => {
  for (const tail of running.splice(0)) await tail.close();
});

/** A log in memory, whose events have positions in parts. */
class Log {
  newest = 0;
  removedTo = 0;
  /** The end of each part that is still to be placed. */
  readonly parts: number[] = [];
  readonly hub = new Hub(0, (position) => this.after(position, 500));

  follow(): Tail {
    const tail = new Tail(this as unknown as FollowedLog, this.hub, { pollMs: 60_000 });
    running.push(tail);
    tail.start();
    return tail;
  }
  async tryPlace() {
    this.newest = this.parts.shift() ?? this.newest;
    return { newest: this.newest, isComplete: this.parts.length === 0 };
  }
  async bounds() {
    return { removedTo: this.removedTo, newest: this.newest };
  }
  async after(position: number, limit: number) {
    if (position < this.removedTo) throw new CursorExpired();
    const count = Math.max(0, Math.min(limit, this.newest - position));
    const entries = Array.from({ length: count }, (_, index) => ({ position: position + 1 + index }) as PlacedEvent);
    return { entries, unreadable: [], next: position + count, isFull: count === limit };
  }
}

const positions = (events: readonly PlacedEvent[]) => events.map(({ position }) => position);
const all = { after: 0, accepts: () => true };

test('positions that were announced and are lost with their server are not taken for read', async () => {
  const log = new Log();
  const tail = log.follow();
  const subscriber = log.hub.subscribe(everything, all);
  log.newest = 2;
  // The other process has announced four; the server that has taken over has two of them.
  tail.placed(4);
  expect(positions(await subscriber.take(10))).toEqual([1, 2]);
  await untilTrue(() => log.hub.position === 2);
  log.newest = 5;
  tail.placed(5);
  expect(positions(await subscriber.take(10))).toEqual([3, 4, 5]);
});

test('when it was away for so long that events are gone, subscribers get the error, and it goes on', async () => {
  const log = new Log();
  const tail = log.follow();
  const late = log.hub.subscribe(everything, all).take(10);
  Object.assign(log, { newest: 5, removedTo: 3 });
  tail.placed(5);
  await expect(late).rejects.toThrow(CursorExpired);
  const subscriber = log.hub.subscribe(everything, { ...all, after: 5 });
  log.newest = 6;
  tail.placed(6);
  expect(positions(await subscriber.take(10))).toEqual([6]);
});

test('without subscribers, it goes by what the database says', async () => {
  const log = new Log();
  const tail = log.follow();
  log.newest = 2;
  tail.placed(4);
  await untilTrue(() => log.hub.position === 2);
  const subscriber = log.hub.subscribe(everything, { ...all, after: 2 });
  log.newest = 4;
  tail.placed(4);
  expect(positions(await subscriber.take(10))).toEqual([3, 4]);
});

test('after a wake-up, it places until there is nothing more', async () => {
  const log = new Log();
  const tail = log.follow();
  const subscriber = log.hub.subscribe(everything, all);
  log.parts.push(1, 2, 3);
  tail.wake();
  const taken: PlacedEvent[] = [];
  while (taken.length < 3) taken.push(...(await subscriber.take(10)));
  expect(positions(taken)).toEqual([1, 2, 3]);
});
