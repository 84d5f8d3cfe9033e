import { forOneRead } from '../../../application/ports/caller';
import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import * as compare from '../base/comparators';
import { retryWhileDatabaseIsDown } from '../base/retry-while-database-is-down';
import { selectAsync } from '../base/select-async';
import type { RequestContext } from '../context';
import { type StreamFilterFields, uuidComparator } from './stream-filter';

/** An event that passed the filter of a subscriber, with its ticket as of the delivery. */
export interface EventWithTicket<Event extends LoggedEvent = LoggedEvent> {
  readonly event: Event;
  readonly ticket: StoredTicket;
}

/** Ends the description of every subscription that reads the event log. */
export const LIVE_STREAM_DESCRIPTION =
  'Delivers what any process of the service records after the subscription has started, in the order of the event log.';

/**
 * Subscribes to the events that pass the filter and reads the ticket of each. Leaves out tickets
 * that the caller may not see.
 */
export function ticketEventStream(
  { services, caller }: RequestContext,
  filter: StreamFilterFields,
  matchesEvent: (event: LoggedEvent) => boolean,
  matchesTicket: (ticket: StoredTicket) => boolean = () => true,
): AsyncIterableIterator<EventWithTicket> {
  const ticketId = uuidComparator(filter.ticket, 'Ticket');
  const clientId = uuidComparator(filter.client, 'Client');
  const events = services.feed.subscribe(
    caller,
    (event) =>
      compare.holds(ticketId, event.ticketId) && compare.holds(clientId, event.clientId) && matchesEvent(event),
  );
  return selectAsync(events, async (event) => {
    const ticket = await retryWhileDatabaseIsDown(() => services.reader.ticketById(forOneRead(caller), event.ticketId));
    return ticket !== null && matchesTicket(ticket) ? { event, ticket } : null;
  });
}
