import { expect, test } from '@jest/globals';
import { type EventsPage, readEvents } from '../../src/application/events/read-events';
import type { EventLog, PlacedEvent } from '../../src/application/ports/event-log';
import { everything } from '../support/actors';

/** What a page of a log says that gives positions up to `placed` and is read up to `readable`. */
function pageOf({ placed, readable }: { placed: number; readable: number }, after: number): Promise<EventsPage> {
  const log = {
    place: async () => placed,
    bounds: async () => ({ removedTo: 0, newest: placed }),
    after: async (position, limit) => {
      const entries = Array.from(
        { length: Math.min(limit, Math.max(0, readable - position)) },
        (_, index) => ({ position: position + index + 1, clientId: 'c' }) as unknown as PlacedEvent,
      );
      const isFull = entries.length === limit;
      return { entries, unreadable: [], next: isFull ? position + limit : Math.max(position, readable), isFull };
    },
  } as Pick<EventLog, 'place' | 'bounds' | 'after'>;
  return readEvents(log, everything, {
    after,
    count: 100,
    ticketId: null,
    select: async (events) => events.filter(({ position }) => position % 2 === 1),
  });
}

test('a page of the log ends where it was read to', async () => {
  const page = await pageOf({ placed: 10, readable: 10 }, 2);
  expect(page.events.map(({ position }) => position)).toEqual([3, 5, 7, 9]);
  expect(page).toMatchObject({ end: 10, hasMore: false });
});

test('events that a server lacks which has taken over are left to the next page', async () => {
  const page = await pageOf({ placed: 10, readable: 6 }, 2);
  expect(page.events.map(({ position }) => position)).toEqual([3, 5]);
  expect(page).toMatchObject({ end: 6, hasMore: true });
  expect(await pageOf({ placed: 10, readable: 6 }, 6)).toEqual({ events: [], end: 6, hasMore: true });
});
