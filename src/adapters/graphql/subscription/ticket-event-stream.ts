import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import * as compare from '../base/comparators';
import { requireUuid } from '../base/global-id';
import { retryWhileDatabaseIsDown } from '../base/retry-while-database-is-down';
import { selectAsync } from '../base/select-async';
import type { RequestContext } from '../context';
import { badInput } from '../errors';

/** What a subscriber is told: an event that passed its filter, and the ticket it happened to. */
export interface EventWithTicket<Event extends LoggedEvent = LoggedEvent> {
  readonly event: Event;
  readonly ticket: StoredTicket;
}

export const DESCRIBED =
  'Live from the moment of subscribing, in the order of the log, whichever process made the change.';

/** The ids that a comparator of a filter means, as the store has them; null where none was given. */
export const uuids = (given: compare.EqualityInput<string> | null | undefined, type: 'Ticket' | 'Client') =>
  given == null ? null : compare.comparatorOf(given, (id) => requireUuid(type, id, `filter.${type.toLowerCase()}`));

/** The events that pass, each with its ticket; those of tickets that the caller may not see are passed over. */
export function ticketEventStream(
  { services, caller }: RequestContext,
  filter: {
    readonly ticket?: compare.EqualityInput<string> | null;
    readonly client?: compare.EqualityInput<string> | null;
  },
  passes: (event: LoggedEvent) => boolean,
  matchesTicket: (ticket: StoredTicket) => boolean = () => true,
): AsyncIterableIterator<EventWithTicket> {
  const ticketId = uuids(filter.ticket, 'Ticket');
  const clientId = uuids(filter.client, 'Client');
  const events = services.feed.subscribe(
    (event) => compare.holds(ticketId, event.ticketId) && compare.holds(clientId, event.clientId) && passes(event),
  );
  return selectAsync(events, async (event) => {
    const ticket = await retryWhileDatabaseIsDown(() => services.reader.ticketById(caller, event.ticketId));
    return ticket !== null && matchesTicket(ticket) ? { event, ticket } : null;
  });
}

/** Type-graphql neither validates nor converts what it subscribes by, so it is checked here. */
export function checked<T extends object>(filter: T | null | undefined): Partial<T> {
  for (const comparator of Object.values<Partial<compare.EqualityInput<unknown>> | null>({ ...filter })) {
    for (const list of [comparator?.in, comparator?.nin]) {
      if ((list?.length ?? 0) > compare.LONGEST_LIST) {
        throw badInput(`A list in a filter takes at most ${compare.LONGEST_LIST.toLocaleString('en')} entries.`);
      }
    }
  }
  return filter ?? {};
}
