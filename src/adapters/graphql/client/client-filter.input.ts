import { Field, InputType } from 'type-graphql';
import type { ClientFilter, ClientOrder, NameFilter } from '../../../application/ports/clients';
import type { EpochMs } from '../../../domain/instant';
import { NAME } from '../../../domain/value-rules';
import * as compare from '../base/comparators';
import { describeEnum, OrderDirectionEnum } from '../base/enums';
import { requireUuid } from '../base/global-id';
import { Entries, Text } from '../base/input-rules';
import { optional } from '../base/optional';
import { Nested } from '../base/validation';

const AS_A_NAME = { ...NAME, blank: true };
const UP_TO = `A text has at most ${NAME.max} characters.`;

@InputType('NameComparator', {
  description:
    'Compares names regardless of case and of the form of Unicode. All fields that are given must match. A field that is null is ignored.',
})
export class NameComparatorInput {
  @Field(() => String, { ...optional, description: `The name equals this one. ${UP_TO}` })
  @Text(AS_A_NAME)
  eq?: string | null;

  @Field(() => [String], {
    ...optional,
    description: `The name is in this list of at most 1,000 entries. An empty list matches nothing. ${UP_TO}`,
  })
  @Entries(0, compare.LONGEST_LIST)
  @Text({ ...AS_A_NAME, each: true })
  in?: string[] | null;

  @Field(() => [String], {
    ...optional,
    description: `The name is not in this list of at most 1,000 entries. ${UP_TO}`,
  })
  @Entries(0, compare.LONGEST_LIST)
  @Text({ ...AS_A_NAME, each: true })
  nin?: string[] | null;

  @Field(() => String, { ...optional, description: `The name begins with this text. ${UP_TO}` })
  @Text(AS_A_NAME)
  startsWith?: string | null;

  @Field(() => String, { ...optional, description: `The name contains this text. ${UP_TO}` })
  @Text(AS_A_NAME)
  contains?: string | null;
}

@InputType('ClientFilter', {
  description: 'Filters clients. A client must match all fields that are given. A field that is null is ignored.',
})
export class ClientFilterInput {
  @Field(() => compare.IdComparator, { ...optional, description: 'Filters by the global id of the client.' })
  @Nested()
  id?: compare.EqualityInput<string> | null;

  @Field(() => NameComparatorInput, { ...optional, description: 'Filters by the name of the client.' })
  @Nested()
  name?: NameComparatorInput | null;

  @Field(() => compare.DateTimeComparator, {
    ...optional,
    description: 'Filters by the date and time when the client was created.',
  })
  @Nested()
  createdAt?: compare.OrderInput<EpochMs> | null;

  @Field(() => compare.StringComparator, {
    ...optional,
    description:
      'Filters by the name of the policy that applies to new tickets of the client. It is missing when the default policy of the service applies.',
  })
  @Nested()
  policy?: compare.OrderInput<string> | null;
}

const ClientOrderFieldEnum = describeEnum<ClientOrder['by']>(
  'ClientOrderField',
  'The field by which clients are ordered. Equal values are ordered by id.',
  {
    NAME: 'The name of the client, as it is compared: regardless of case, in the order of the characters of Unicode.',
    CREATED_AT: 'The date and time when the client was created.',
  },
);

@InputType('ClientOrder', { description: 'The order of a list of clients.' })
export class ClientOrderInput {
  @Field(() => ClientOrderFieldEnum, { description: 'The field to order by. Equal values are ordered by id.' })
  field!: ClientOrder['by'];

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: 'The direction of the order.' })
  direction!: ClientOrder['direction'];
}

export const clientOrderOf = (given: ClientOrderInput | null | undefined): ClientOrder =>
  given == null ? { by: 'NAME', direction: 'ASC' } : { by: given.field, direction: given.direction };

/** The filter for the store: without nulls, and with ids of the store. */
export const clientFilterOf = (given: ClientFilterInput | null | undefined): ClientFilter => ({
  ...(given?.id == null ? {} : { id: compare.comparatorOf(given.id, (id) => requireUuid('Client', id, 'filter.id')) }),
  ...(given?.name == null ? {} : { name: withoutNulls(given.name) }),
  ...(given?.createdAt == null ? {} : { createdAt: compare.comparatorOf(given.createdAt) }),
  ...(given?.policy == null ? {} : { policy: compare.comparatorOf(given.policy) }),
});

const withoutNulls = (given: NameComparatorInput): NameFilter =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
