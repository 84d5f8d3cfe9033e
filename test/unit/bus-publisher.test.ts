import { afterEach, expect, test } from '@jest/globals';
import { BusPublisher } from '../../src/application/bus/bus-publisher';
import type { BusLease, BusMessage, BusPositions, EventBus } from '../../src/application/ports/event-bus';
import {
  CursorExpired,
  type EventLog,
  type LogPage,
  type PlacedEvent,
  type UnreadableEntry,
} from '../../src/application/ports/event-log';
import { type Remedy, UnreadableEvent } from '../../src/domain/ticket/upcast';
import { untilTrue } from '../support/until';

/** What all processes share: the log, the bus, and the lease. */
class Surroundings {
  newest = 0;
  removedTo = 0;
  readonly messages: BusMessage[] = [];
  private holder: object | null = null;
  private token = 0;
  private position = 0;

  readonly bus: EventBus = {
    lastPosition: async () => this.messages.at(-1)?.position ?? null,
    publish: async (messages) => void this.messages.push(...messages),
    close: async () => undefined,
  };

  positionsOf(): BusPositions {
    const self = {};
    const isHeld = (lease: BusLease) => this.holder === self && lease.token === this.token;
    return {
      take: async () => {
        if (this.holder !== null && this.holder !== self) return null;
        if (this.holder === null) this.token += 1;
        this.holder = self;
        return { position: this.position, token: this.token };
      },
      advance: async (lease, position) => {
        if (!isHeld(lease)) return false;
        this.position = position;
        return true;
      },
      release: async (lease) => {
        if (isHeld(lease)) this.holder = null;
      },
    };
  }
}

const entryAt = (position: number): PlacedEvent => ({ position, id: `${position}` }) as unknown as PlacedEvent;
const unreadableAt = (position: number, remedy: Remedy): UnreadableEntry => ({
  position,
  clientId: 'c',
  error: new UnreadableEvent({ id: `${position}`, ticketId: 't', number: position }, 'it is of the test', remedy),
});

const closing: BusPublisher[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((publisher) => publisher.close()));
});

/** A process that cannot read the events at some positions. */
function processIn(shared: Surroundings, unreadable: Readonly<Record<number, Remedy>> = {}, olderTickets = Infinity) {
  const after = async (position: number): Promise<LogPage> => {
    if (position < shared.removedTo) throw new CursorExpired();
    const all = Array.from({ length: shared.newest - position }, (_, index) => position + index + 1);
    return {
      entries: all.filter((one) => unreadable[one] === undefined).map(entryAt),
      unreadable: all.flatMap((one) => {
        const remedy = unreadable[one];
        return remedy === undefined ? [] : unreadableAt(one, remedy);
      }),
      next: Math.max(position, shared.newest),
      isFull: false,
    };
  };
  const newer: number[] = [];
  const damaged: unknown[] = [];
  const missed: [from: number, to: number][] = [];
  const publisher = new BusPublisher({
    log: { after, bounds: async () => shared } as Pick<EventLog, 'after' | 'bounds'>,
    bus: shared.bus,
    positions: shared.positionsOf(),
    messagesOf: async (events) => {
      const readable = events.filter(({ position }) => position < olderTickets);
      return {
        messages: readable.map(({ id, position }) => ({ id, position, subject: [], body: '' })),
        newer: readable.length < events.length ? unreadableAt(olderTickets, 'UPGRADE') : null,
      };
    },
    start: 'BEGINNING',
    onError: (error) => damaged.push(error),
    onRecovered: () => undefined,
    onMissed: (...bounds) => missed.push(bounds),
    onDamaged: (error) => damaged.push(error),
    onNewer: ({ position }) => newer.push(position),
  });
  closing.push(publisher);
  publisher.start();
  return { publisher, newer, damaged, missed };
}

const positionsOn = ({ messages }: Surroundings) => messages.map(({ position }) => position);

test.each([
  ['an event of a newer version', { 3: 'UPGRADE' } as const, Infinity],
  ['an event whose ticket has one', {}, 3],
])('a process leaves %s to one that can read it, which goes on at once', async (_, unreadable, olderTickets) => {
  const shared = new Surroundings();
  shared.newest = 4;
  const older = processIn(shared, unreadable, olderTickets);
  await untilTrue(() => older.newer.length > 0);
  expect(positionsOn(shared)).toEqual([1, 2]);
  expect(older.publisher.newer?.position).toBe(3);
  older.publisher.wake();
  const newer = processIn(shared);
  await untilTrue(() => shared.messages.length === 4);
  shared.newest = 6;
  older.publisher.wake();
  newer.publisher.wake();
  await untilTrue(() => shared.messages.length === 6);
  expect(positionsOn(shared)).toEqual([1, 2, 3, 4, 5, 6]);
  expect([older.publisher.published, newer.publisher.published]).toEqual([2, 4]);
  expect(older.newer).toEqual([3]);
  expect(older.damaged).toEqual([]);
});

test('a damaged event is reported, and the bus goes on without it', async () => {
  const shared = new Surroundings();
  shared.newest = 4;
  const { newer, damaged } = processIn(shared, { 3: 'REPAIR' });
  await untilTrue(() => shared.messages.length === 3);
  expect(positionsOn(shared)).toEqual([1, 2, 4]);
  expect(damaged).toMatchObject([{ number: 3 }]);
  expect(newer).toEqual([]);
});

test('events that were removed before they were published are reported, and the bus goes on after them', async () => {
  const shared = new Surroundings();
  shared.newest = 5;
  shared.removedTo = 3;
  const { missed, damaged } = processIn(shared);
  await untilTrue(() => shared.messages.length === 2 || damaged.length > 0);
  expect([positionsOn(shared), missed, damaged]).toEqual([[4, 5], [[0, 3]], []]);
});
