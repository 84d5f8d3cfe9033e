import { ValidateNested } from 'class-validator';
import { Field, InputType } from 'type-graphql';
import type { TICKET_ORDERS, TicketFilter, TicketOrder } from '../../../application/ports/ticket-filter';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Channel } from '../../../domain/ticket/commands';
import type { TicketState } from '../../../domain/ticket/ticket';
import { OrderDirectionEnum, TicketOrderFieldEnum } from '../base/api-enums';
import * as compare from '../base/comparators';
import { CommitmentKindEnum } from '../base/enums';
import { requireUuid } from '../base/global-id';
import { Entries, Text } from '../base/input-rules';
import { badInput } from '../errors';

const DEEPEST = 10;
const MOST_PARTS = 1_000;

type Equality<T> = compare.EqualityInput<T> | null;
type Order<T> = compare.OrderInput<T> | null;

@InputType('SlaStatusFilter', { description: 'How a commitment stands at the instant of the answer.' })
class SlaStatusFilterInput {
  @Field(() => CommitmentKindEnum, { nullable: true, description: 'Of which kind; null for any of the three.' })
  kind?: CommitmentKind | null;

  @Field(() => compare.CommitmentStatusComparator, { description: 'What its status has to satisfy.' })
  @ValidateNested()
  status!: compare.EqualityInput<CommitmentStatus>;
}

/** A field of the filter: what it compares, by what. */
const Compared =
  (type: () => ReturnType<typeof Object>, description: string): PropertyDecorator =>
  (target, property) => {
    Field(type, { nullable: true, description })(target, property);
    ValidateNested()(target, property as string);
  };

@InputType('TicketFilter', {
  description: 'All that is given must hold; what is null is as if left out. At most 10 levels deep.',
})
export class TicketFilterInput {
  @Field(() => [TicketFilterInput], { nullable: true, description: 'All of these must hold; 100 at most.' })
  @Entries(0, 100)
  @ValidateNested()
  and?: TicketFilterInput[] | null;

  @Field(() => [TicketFilterInput], {
    nullable: true,
    description: 'At least one of these must hold; 100 at most. An empty list holds for none.',
  })
  @Entries(0, 100)
  @ValidateNested()
  or?: TicketFilterInput[] | null;

  @Field(() => TicketFilterInput, { nullable: true, description: 'This must not hold.' })
  @ValidateNested()
  not?: TicketFilterInput | null;

  @Compared(() => compare.IdComparator, 'The client it belongs to.')
  client?: Equality<string>;

  @Compared(() => compare.IntComparator, 'Its number.')
  number?: Order<number>;

  @Compared(() => compare.StringComparator, 'Its name in another system.')
  externalId?: Order<string>;

  @Compared(() => compare.TicketStateComparator, 'Its state.')
  state?: Equality<TicketState>;

  @Compared(() => compare.SeverityComparator, 'Its severity now.')
  severity?: Order<Severity>;

  @Compared(() => compare.SeverityComparator, 'Its severity when it was opened.')
  initialSeverity?: Order<Severity>;

  @Compared(() => compare.StringComparator, 'The clause that its impacts fall under, e.g. `2a`.')
  clause?: Order<string>;

  @Compared(() => compare.ChannelComparator, 'The way it came in.')
  channel?: Equality<Channel>;

  @Compared(() => compare.StringComparator, 'Who works on it.')
  assignee?: Order<string>;

  @Compared(() => compare.StringComparator, 'Who reported it.')
  reporter?: Order<string>;

  @Compared(() => compare.StringComparator, 'Any of its tags; `isNull: true` for a ticket without tags.')
  tag?: Order<string>;

  @Field(() => String, {
    nullable: true,
    description: 'Words that the subject or the description contains, whatever their case; at most 500 characters.',
  })
  @Text({ max: 500, blank: true })
  text?: string | null;

  @Compared(() => compare.DateTimeComparator, 'When it was opened.')
  openedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When it was acknowledged.')
  acknowledgedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When the first action was taken that counts as a response.')
  respondedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When the latest workaround that stands was applied.')
  workaroundAppliedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When the client called first.')
  callRecordedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When it was resolved.')
  resolvedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When it was closed.')
  closedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When its first event was recorded.')
  createdAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'When its last event was recorded.')
  updatedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'The earliest due instant of its running commitments.')
  nextDeadlineAt?: Order<EpochMs>;

  @Field(() => SlaStatusFilterInput, { nullable: true, description: 'How its commitments stand.' })
  @ValidateNested()
  slaStatus?: SlaStatusFilterInput | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether any of its commitments was ever breached.' })
  isBreached?: boolean | null;
}

@InputType('TicketOrder', { description: 'What a list of tickets is ordered by.' })
export class TicketOrderInput {
  @Field(() => TicketOrderFieldEnum, { description: 'By what. Ties are broken by id, and no value comes last.' })
  field!: (typeof TICKET_ORDERS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: 'Which end comes first.' })
  direction!: 'ASC' | 'DESC';
}

export const orderOf = (given: TicketOrderInput | null | undefined): TicketOrder =>
  given == null ? { by: 'NUMBER', direction: 'DESC' } : { by: given.field, direction: given.direction };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const AS_THEY_ARE = [
  'number',
  'externalId',
  'state',
  'severity',
  'initialSeverity',
  'clause',
  'channel',
  'assignee',
  'reporter',
  'tag',
  'openedAt',
  'acknowledgedAt',
  'respondedAt',
  'workaroundAppliedAt',
  'callRecordedAt',
  'resolvedAt',
  'closedAt',
  'createdAt',
  'updatedAt',
  'nextDeadlineAt',
] as const satisfies readonly (keyof TicketFilter)[];

/** The filter as the store takes it. */
export function filterOf(given: TicketFilterInput | null | undefined): TicketFilter {
  let parts = 0;
  const translate = (filter: TicketFilterInput, depth: number): TicketFilter => {
    parts += 1;
    if (depth > DEEPEST) throw badInput(`A filter is at most ${DEEPEST} levels deep.`);
    if (parts > MOST_PARTS) throw badInput(`A filter has at most ${MOST_PARTS} parts.`);
    const deeper = (inner: TicketFilterInput): TicketFilter => translate(inner, depth + 1);
    const asked: Mutable<TicketFilter> = {};
    if (filter.and != null) asked.and = filter.and.map(deeper);
    if (filter.or != null) asked.or = filter.or.map(deeper);
    if (filter.not != null) asked.not = deeper(filter.not);
    if (filter.client != null) {
      asked.client = compare.comparatorOf(filter.client, (id) => requireUuid('Client', id, 'filter.client'));
    }
    for (const name of AS_THEY_ARE) {
      const comparator = filter[name];
      if (comparator != null) Object.assign(asked, { [name]: compare.comparatorOf<unknown>(comparator) });
    }
    if (filter.text != null && filter.text.trim() !== '') asked.text = filter.text;
    if (filter.slaStatus != null) {
      const { kind, status } = filter.slaStatus;
      asked.slaStatus = { ...(kind == null ? {} : { kind }), status: compare.comparatorOf(status) };
    }
    if (filter.isBreached != null) asked.isBreached = filter.isBreached;
    return asked;
  };
  return given == null ? {} : translate(given, 1);
}
