import { afterEach, expect, it, jest } from '@jest/globals';
import { Hub } from '../../src/adapters/events/hub';
import { WAITING_LIMITS } from '../../src/adapters/events/waiting-events';
import { LogSnapshot } from '../../src/adapters/persistence/tickets/event-log';
import { type LoggedEvent, SlowSubscriber } from '../../src/application/ports/events';
import { everything, seeing } from '../support/actors';

type Events = AsyncIterator<LoggedEvent>;

afterEach(() => {
  jest.restoreAllMocks();
});

/** A hub to which messages of a ticket are published, each as long as its body. */
function feed() {
  const hub = new Hub(new LogSnapshot('1:1:'));
  let xid = 0n;
  const publish = (ticketId: string, body = 'x'.repeat(65_536), clientId = 'acme'): void => {
    xid += 1n;
    const event = { type: 'COMMUNICATED', ticketId, clientId, body, cursor: `${xid}` } as unknown as LoggedEvent;
    hub.publish([{ xid, event }], new LogSnapshot(`${xid + 1n}:${xid + 1n}:`));
  };
  const subscribe = (ticketId: string): Events => hub.subscribe(everything, (event) => event.ticketId === ticketId);
  return { hub, publish, subscribe };
}

/** How many events a subscriber still receives, and why it was ended. */
async function restOf(events: Events): Promise<[count: number, reason: unknown]> {
  for (let count = 0; ; count++) {
    try {
      if ((await events.next()).done === true) return [count, null];
    } catch (error) {
      return [count, error instanceof SlowSubscriber && error.message];
    }
  }
}

const tooMany = (what: string) =>
  `The subscription ended because more than ${what} were waiting to be read; subscribe again.`;

it('the characters that wait for one subscription are bounded', async () => {
  const { hub, publish, subscribe } = feed();
  const stalled = subscribe('a');
  let most = 0;
  for (let n = 0; n < 500; n++) {
    publish('a');
    most = Math.max(most, hub.waitingCharacters);
  }
  expect(most).toBeGreaterThan(WAITING_LIMITS.characters / 2);
  expect(most).toBeLessThanOrEqual(WAITING_LIMITS.characters);
  expect([hub.waitingCharacters, hub.size]).toEqual([0, 0]);
  expect(await restOf(stalled)).toEqual([0, tooMany('8,000,000 characters of events')]);
});

it('a thousand events of usual length may wait, as many as ever', async () => {
  const { hub, publish, subscribe } = feed();
  const [patient, stalled] = [subscribe('a'), subscribe('b')];
  const body = 'x'.repeat(6_000);
  for (let n = 0; n < 1_000; n++) publish('a', body);
  for (let n = 0; n < 1_001; n++) publish('b', '');
  expect(await restOf(stalled)).toEqual([0, tooMany('1,000 events')]);
  for (let n = 0; n < 1_000; n++) expect((await patient.next()).done).toBe(false);
  expect([hub.waitingCharacters, hub.size]).toEqual([0, 1]);
});

it('the characters that wait for all subscriptions are bounded, and those that take nothing are ended first', async () => {
  const { hub, publish, subscribe } = feed();
  const names = Array.from({ length: 20 }, (_, n) => `${n}`);
  const stalled = names.map((name) => subscribe(name));
  // It is behind, with more than any other, but goes on.
  const reading = subscribe('reading');
  for (let n = 0; n < 50; n++) publish('reading');
  let most = 0;
  let now = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  for (let round = 0; round < 60; round++) {
    now += 100;
    publish('reading');
    await reading.next();
    for (const name of names) publish(name);
    most = Math.max(most, hub.waitingCharacters);
  }
  expect(most).toBeGreaterThan(WAITING_LIMITS.charactersInAll / 2);
  expect(most).toBeLessThanOrEqual(WAITING_LIMITS.charactersInAll);
  const left = hub.size;
  expect(left).toBeGreaterThan(1);
  hub.close();
  const reasons = await Promise.all(stalled.map(restOf));
  const ended = reasons.filter(([, reason]) => reason !== null);
  expect(ended).toHaveLength(names.length + 1 - left);
  expect(new Set(ended.map(([, reason]) => reason))).toEqual(
    new Set([tooMany('32,000,000 characters of the events of all subscriptions')]),
  );
  expect((await restOf(reading))[1]).toBeNull();
});

it('an event that waits for many subscriptions counts once', async () => {
  const { hub, publish, subscribe } = feed();
  const many = Array.from({ length: 1_000 }, () => subscribe('a'));
  for (let n = 0; n < 100; n++) publish('a');
  expect(hub.size).toBe(1_000);
  for (const one of many.slice(1)) await one.return?.();
  expect(hub.waitingCharacters).toBeGreaterThan(100 * 65_536);
  for (let n = 0; n < 100; n++) await many[0]?.next();
  expect(hub.waitingCharacters).toBe(0);
});

it('a subscriber that comes between two parts of a read of the log receives nothing of it', async () => {
  const hub = new Hub(new LogSnapshot('1:1:'));
  const entry = (xid: bigint, ticketId: string) => ({ xid, event: { ticketId } as LoggedEvent });
  const read = new LogSnapshot('3:3:');
  const early = hub.subscribe(everything, () => true);
  hub.publish([entry(1n, 'first')], read);
  const late = hub.subscribe(everything, () => true);
  hub.publish([entry(2n, 'second')], read);
  hub.publish([entry(3n, 'third')], new LogSnapshot('4:4:'));
  const ids = async (events: Events, count: number) => {
    const taken: string[] = [];
    while (taken.length < count) taken.push((await events.next()).value.ticketId);
    return taken;
  };
  expect(await ids(early, 3)).toEqual(['first', 'second', 'third']);
  expect(await ids(late, 1)).toEqual(['third']);
});

it('events of clients that a subscriber does not see neither reach it nor wait for it', async () => {
  const { hub, publish } = feed();
  const accepted: string[] = [];
  const events = hub.subscribe(seeing('acme'), ({ clientId }) => accepted.push(clientId) > 0);
  for (let count = 0; count < 2_000; count += 1) publish('t', 'x', 'globex');
  expect(hub.waitingCharacters).toBe(0);
  publish('t', 'x', 'acme');
  expect((await events.next()).value).toMatchObject({ clientId: 'acme' });
  expect(accepted).toEqual(['acme']);
});
