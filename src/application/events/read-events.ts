import type { Caller } from '../ports/caller';
import { type EventLog, NewerEvent, type PlacedEvent } from '../ports/event-log';
import type { LogPosition } from '../ports/logged-event';
import { sees, seesEvent } from '../visibility';
import { requireKept } from './event-cursor';
import { readablePart } from './readable-part';

/** Which events of the log to read. */
export interface EventsRequest {
  /** Those after this position; null for all that are kept. */
  readonly after: LogPosition | null;
  readonly count: number;
  /** Only events of this ticket; null for all. */
  readonly ticketId: string | null;
  /** Which of the events to return. */
  readonly select: (events: readonly PlacedEvent[]) => Promise<readonly PlacedEvent[]>;
}

/** A part of the log. */
export interface EventsPage {
  readonly events: readonly PlacedEvent[];
  /** The position after which the next page begins. */
  readonly end: LogPosition;
  readonly hasMore: boolean;
}

/** The most events that one page looks at. With a rare filter, it can have fewer than it could. */
export const MOST_LOOKED_AT = 5_000;
const BATCH = 500;

/**
 * Reads the log by its positions, with what was committed before the call.
 *
 * @throws CursorExpired, CursorAhead; NewerEvent if a newer version wrote the next event
 */
export async function readEvents(
  log: Pick<EventLog, 'place' | 'bounds' | 'after'>,
  caller: Pick<Caller, 'sees' | 'seesInternal'>,
  { after, count, ticketId, select }: EventsRequest,
): Promise<EventsPage> {
  const newest = await log.place();
  const bounds = await log.bounds();
  if (after !== null) requireKept(after, bounds);
  const scope = { sees: caller.sees, ticketId };
  const events: PlacedEvent[] = [];
  let end = after ?? bounds.removedTo;
  for (let looked = 0; looked < MOST_LOOKED_AT && end < newest; ) {
    const read = await log.after(end, BATCH, scope);
    const unreadable = read.unreadable.filter(({ clientId }) => sees(caller, clientId));
    const page = readablePart({ ...read, unreadable });
    looked += read.entries.length + read.unreadable.length;
    const found = await select(page.entries.filter(({ clientId, type }) => seesEvent(caller, clientId, type)));
    for (const event of found) {
      if (events.length === count) return { events, end: events.at(-1)?.position ?? end, hasMore: true };
      events.push(event);
    }
    if (page.newer !== null) {
      // Nothing is skipped: the next page begins with what this process cannot read.
      if (events.length === 0) throw new NewerEvent();
      return { events, end: page.next, hasMore: true };
    }
    // A server has taken over that lacks what the one before had given positions.
    if (page.next === end) break;
    end = page.next;
  }
  return { events, end, hasMore: end < newest };
}
