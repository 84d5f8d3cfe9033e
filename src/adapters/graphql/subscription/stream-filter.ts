import { Field, InputType } from 'type-graphql';
import type { PlacedEvent } from '../../../application/ports/event-log';
import { thousands } from '../../../domain/thousands';
import * as compare from '../base/comparators';
import { requireUuid } from '../base/global-id';
import { optional } from '../base/optional';
import { badInput } from '../errors';

/**
 * The fields that the filters of all subscriptions share. The class is not a GraphQL type itself.
 */
@InputType()
export class StreamFilterFields {
  @Field(() => compare.IdComparator, { ...optional, description: 'Matches the global id of the ticket.' })
  ticket?: compare.EqualityInput<string> | null;

  @Field(() => compare.IdComparator, { ...optional, description: 'Matches the global id of the client of the ticket.' })
  client?: compare.EqualityInput<string> | null;
}

/** The arguments of a subscription that reads the log. */
export interface StreamArguments<Filter> {
  readonly filter?: Filter | null;
  readonly after?: string | null;
}

/** Which tickets a filter selects, and the ticket if it is a single one. */
export function ticketsOf(filter: StreamFilterFields): {
  readonly ticketId: string | null;
  readonly accepts: (event: Pick<PlacedEvent, 'ticketId' | 'clientId'>) => boolean;
} {
  const ticket = uuidComparator(filter.ticket, 'Ticket');
  const client = uuidComparator(filter.client, 'Client');
  return {
    ticketId: ticket?.eq ?? null,
    accepts: (event) => compare.holds(ticket, event.ticketId) && compare.holds(client, event.clientId),
  };
}

/** Converts a comparator of global ids to one of UUIDs. Null if the filter has none. */
export const uuidComparator = (given: compare.EqualityInput<string> | null | undefined, type: 'Ticket' | 'Client') =>
  given == null ? null : compare.comparatorOf(given, (id) => requireUuid(type, id, `filter.${type.toLowerCase()}`));

/**
 * The filter of a subscription with the lengths of its lists checked: type-graphql does not
 * validate the arguments of `subscribe`.
 */
export function validatedFilter<T extends object>(filter: T | null | undefined): Partial<T> {
  for (const comparator of Object.values<Partial<compare.EqualityInput<unknown>> | null>({ ...filter })) {
    for (const list of [comparator?.in, comparator?.nin]) {
      if ((list?.length ?? 0) > compare.LONGEST_LIST) {
        throw badInput(`A list in a filter takes at most ${thousands(compare.LONGEST_LIST)} entries.`);
      }
    }
  }
  return filter ?? {};
}
