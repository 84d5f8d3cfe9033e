import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import * as compare from '../base/comparators';
import { requireUuid } from '../base/global-id';
import { retryWhileDatabaseIsDown } from '../base/retry-while-database-is-down';
import { selectAsync } from '../base/select-async';
import type { RequestContext } from '../context';
import { badInput } from '../errors';

/** An event that passed the filter of a subscriber, with its ticket as of the delivery. */
export interface EventWithTicket<Event extends LoggedEvent = LoggedEvent> {
  readonly event: Event;
  readonly ticket: StoredTicket;
}

/** Ends the description of every subscription that reads the event log. */
export const LIVE_STREAM_DESCRIPTION =
  'Delivers what any process of the service records after the subscription has started, in the order of the event log.';

/** A comparator of global ids as one of UUIDs. Null if the filter has none. */
export const uuidComparator = (given: compare.EqualityInput<string> | null | undefined, type: 'Ticket' | 'Client') =>
  given == null ? null : compare.comparatorOf(given, (id) => requireUuid(type, id, `filter.${type.toLowerCase()}`));

/**
 * Subscribes to the events that pass the filter and reads the ticket of each. Leaves out tickets that
 * the caller may not see.
 */
export function ticketEventStream(
  { services, caller }: RequestContext,
  filter: {
    readonly ticket?: compare.EqualityInput<string> | null;
    readonly client?: compare.EqualityInput<string> | null;
  },
  matchesEvent: (event: LoggedEvent) => boolean,
  matchesTicket: (ticket: StoredTicket) => boolean = () => true,
): AsyncIterableIterator<EventWithTicket> {
  const ticketId = uuidComparator(filter.ticket, 'Ticket');
  const clientId = uuidComparator(filter.client, 'Client');
  const events = services.feed.subscribe(
    (event) =>
      compare.holds(ticketId, event.ticketId) && compare.holds(clientId, event.clientId) && matchesEvent(event),
  );
  return selectAsync(events, async (event) => {
    const ticket = await retryWhileDatabaseIsDown(() => services.reader.ticketById(caller, event.ticketId));
    return ticket !== null && matchesTicket(ticket) ? { event, ticket } : null;
  });
}

/**
 * The filter of a subscription with the lengths of its lists checked: type-graphql does not validate
 * the arguments of `subscribe`.
 */
export function validatedFilter<T extends object>(filter: T | null | undefined): Partial<T> {
  for (const comparator of Object.values<Partial<compare.EqualityInput<unknown>> | null>({ ...filter })) {
    for (const list of [comparator?.in, comparator?.nin]) {
      if ((list?.length ?? 0) > compare.LONGEST_LIST) {
        throw badInput(`A list in a filter takes at most ${compare.LONGEST_LIST.toLocaleString('en')} entries.`);
      }
    }
  }
  return filter ?? {};
}
