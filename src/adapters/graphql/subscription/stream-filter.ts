import { Field, InputType } from 'type-graphql';
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
