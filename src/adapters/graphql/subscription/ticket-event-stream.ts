import { requireKept } from '../../../application/events/event-cursor';
import { retryWhileDatabaseIsDown } from '../../../application/events/retry-while-database-is-down';
import { forOneRead } from '../../../application/ports/caller';
import type { EventLog, PlacedEvent } from '../../../application/ports/event-log';
import type { LogPosition } from '../../../application/ports/logged-event';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { RequestContext } from '../context';
import { requirePosition } from '../event/event-cursor.argument';
import { LogStream } from './log-stream';
import { type StreamFilterFields, ticketsOf } from './stream-filter';

/** Ends the description of every subscription that reads the event log. */
export const LOG_STREAM_DESCRIPTION =
  'Delivers what any process of the service records after the subscription has started, in the order of the event log. With `after`, it first delivers what was recorded since that cursor, without a gap and without repeating an event.';

/** Describes the argument `after` of these subscriptions. */
export const AFTER_DESCRIPTION =
  'Delivers also the events after this cursor, which a payload or an event had. An error with the code `CURSOR_EXPIRED` says that they are not all kept any more, `CURSOR_AHEAD` that the log does not reach so far. Defaults to the end of the log.';

/** What a subscription selects of the log besides the tickets and clients of its filter. */
export interface StreamSelection {
  readonly matchesEvent: (event: PlacedEvent) => boolean;
  /** Null if the filter says nothing about the ticket. */
  readonly matchesTicket: ((ticket: StoredTicket) => boolean) | null;
  /** Whether a field of the document is made of the ticket. */
  readonly hasTicket: boolean;
}

/**
 * Subscribes to the events that pass the filter and reads the ticket of each, if that is needed.
 * Leaves out tickets that the caller may not see.
 */
export async function ticketEventStream(
  { services, caller }: RequestContext,
  filter: StreamFilterFields,
  after: string | null | undefined,
  { matchesEvent, matchesTicket, hasTicket }: StreamSelection,
): Promise<LogStream> {
  const { ticketId, accepts } = ticketsOf(filter);
  const start = await startOf(services.log, after);
  const events = services.feed.subscribe(caller, {
    after: start,
    ticketId,
    accepts: (event) => accepts(event) && matchesEvent(event),
  });
  if (!hasTicket && matchesTicket === null) {
    return new LogStream(start, events, (event) => ({ event, ticket: null }));
  }
  return new LogStream(start, events, async (event, signal) => {
    const read = () => services.reader.ticketById(forOneRead(caller), event.ticketId);
    const ticket = await retryWhileDatabaseIsDown(read, signal);
    return ticket !== null && matchesTicket?.(ticket) !== false ? { event, ticket } : null;
  });
}

/** The position after which a subscription begins: that of its cursor, or the end of the log. */
async function startOf(log: EventLog, after: string | null | undefined): Promise<LogPosition> {
  const position = requirePosition(after);
  if (position === null) return log.place();
  requireKept(position, await log.bounds());
  return position;
}
