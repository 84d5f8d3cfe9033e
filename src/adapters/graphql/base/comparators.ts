import { type ClassType, Field, ID, InputType, Int } from 'type-graphql';
import type { Comparator } from '../../../application/ports/ticket-filter';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { Audience, Consequence } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import { compareUrgency, type Severity } from '../../../domain/severity';
import { thousands } from '../../../domain/thousands';
import type { Channel } from '../../../domain/ticket/commands';
import type { BreachCause, SeverityChangeCause, TicketState } from '../../../domain/ticket/ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';
import {
  BreachCauseEnum,
  ChannelEnum,
  CommitmentKindEnum,
  CommitmentStatusEnum,
  EventTypeEnum,
  SeverityChangeCauseEnum,
  SeverityEnum,
  TicketStateEnum,
  WaitingReasonEnum,
} from './enums';
import { AudienceScalar, ConsequenceScalar } from './fact-scalars';
import { Entries, LONGEST_ARGUMENT, Text } from './input-rules';
import { optional } from './optional';
import { DateTimeScalar } from './scalars';

/** The GraphQL type of the compared values. */
type ValueType = () => object;

/** A comparison for equality, membership in a list, and null. */
export interface EqualityInput<T> {
  eq?: T | null;
  in?: T[] | null;
  nin?: T[] | null;
  isNull?: boolean | null;
}

/** A comparison that also supports order. */
export interface OrderInput<T> extends EqualityInput<T> {
  lt?: T | null;
  lte?: T | null;
  gt?: T | null;
  gte?: T | null;
}

/** The largest number of entries in a list of a comparator. */
export const LONGEST_LIST = 1_000;

/** The description of a field that takes compared values, and the limit of texts. */
const compared = (type: ValueType, description: string) => ({
  ...optional,
  description:
    type() === String ? `${description} A text has at most ${thousands(LONGEST_ARGUMENT)} characters.` : description,
});

/** Limits compared texts. Values of other types have limits of their own. */
const Bounded =
  (type: ValueType, each = false): PropertyDecorator =>
  (target, property) => {
    if (type() === String) Text({ max: LONGEST_ARGUMENT, blank: true, each })(target, property);
  };

/** The fields that every comparator has. The class makes no type in the schema. */
function equalityFields<T>(type: () => ClassType): ClassType<EqualityInput<T>> {
  @InputType()
  class EqualityFields implements EqualityInput<T> {
    @Field(type, compared(type, 'The value equals this one.'))
    @Bounded(type)
    eq?: T | null;

    @Field(
      () => [type()],
      compared(type, 'The value is in this list of at most 1,000 entries. An empty list matches nothing.'),
    )
    @Entries(0, LONGEST_LIST)
    @Bounded(type, true)
    in?: T[] | null;

    @Field(
      () => [type()],
      compared(type, 'The value is not in this list of at most 1,000 entries. A missing value matches.'),
    )
    @Entries(0, LONGEST_LIST)
    @Bounded(type, true)
    nin?: T[] | null;

    @Field(() => Boolean, {
      ...optional,
      description: 'When true, the value is missing. When false, the value is present.',
    })
    isNull?: boolean | null;
  }
  return EqualityFields;
}

const describing = (description: string) => ({
  description: `${description} All fields that are given must match. A field that is null is ignored.`,
});

function equalityOf<T>(name: string, value: ValueType, description: string): ClassType<EqualityInput<T>> {
  @InputType(name, describing(description))
  class Equality extends equalityFields<T>(value as () => ClassType) {}
  return Equality;
}

function orderOf<T>(name: string, value: ValueType, description: string): ClassType<OrderInput<T>> {
  const type = value as () => ClassType;
  @InputType(name, describing(description))
  class Ordered extends equalityFields<T>(type) implements OrderInput<T> {
    @Field(type, compared(type, 'The value is less than this one.'))
    @Bounded(type)
    lt?: T | null;

    @Field(type, compared(type, 'The value is less than or equal to this one.'))
    @Bounded(type)
    lte?: T | null;

    @Field(type, compared(type, 'The value is greater than this one.'))
    @Bounded(type)
    gt?: T | null;

    @Field(type, compared(type, 'The value is greater than or equal to this one.'))
    @Bounded(type)
    gte?: T | null;
  }
  return Ordered;
}

export const IdComparator = equalityOf<string>('IDComparator', () => ID, 'Compares the global id of an object.');
export const StringComparator = orderOf<string>(
  'StringComparator',
  () => String,
  'Compares text. Names, tags and external ids are compared regardless of case and of the form of Unicode by `eq`, `in` and `nin`, other text as it is written. The order is the sort order of the database.',
);
export const IntComparator = orderOf<number>('IntComparator', () => Int, 'Compares whole numbers.');
export const DateTimeComparator = orderOf<EpochMs>(
  'DateTimeComparator',
  () => DateTimeScalar,
  'Compares dates and times.',
);
export const SeverityComparator = orderOf<Severity>(
  'SeverityComparator',
  () => SeverityEnum,
  'Compares severities. `SEV1` is the least value, so `lte: SEV2` matches `SEV2` and more urgent severities.',
);
export const TicketStateComparator = equalityOf<TicketState>(
  'TicketStateComparator',
  () => TicketStateEnum,
  'Compares states of tickets.',
);
export const WaitingReasonComparator = equalityOf<WaitingReason>(
  'WaitingReasonComparator',
  () => WaitingReasonEnum,
  'Compares reasons for waiting.',
);
export const ChannelComparator = equalityOf<Channel>('ChannelComparator', () => ChannelEnum, 'Compares channels.');
export const AudienceComparator = equalityOf<Audience>(
  'AudienceComparator',
  () => AudienceScalar,
  'Compares audiences.',
);
export const ConsequenceComparator = equalityOf<Consequence>(
  'ConsequenceComparator',
  () => ConsequenceScalar,
  'Compares consequences.',
);
export const CommitmentStatusComparator = equalityOf<CommitmentStatus>(
  'CommitmentStatusComparator',
  () => CommitmentStatusEnum,
  'Compares statuses of commitments, evaluated at the time of the request.',
);
export const AssigneeComparator = equalityOf<string>(
  'AssigneeComparator',
  () => String,
  'Compares the assignee of a ticket, regardless of case and of the form of Unicode.',
);
export const CommitmentKindComparator = equalityOf<CommitmentKind>(
  'CommitmentKindComparator',
  () => CommitmentKindEnum,
  'Compares kinds of commitments.',
);
export const BreachCauseComparator = equalityOf<BreachCause>(
  'BreachCauseComparator',
  () => BreachCauseEnum,
  'Compares causes of breaches.',
);
export const EventTypeComparator = equalityOf<EventType>(
  'TicketEventTypeComparator',
  () => EventTypeEnum,
  'Compares types of events.',
);
export const SeverityChangeCauseComparator = equalityOf<SeverityChangeCause>(
  'SeverityChangeCauseComparator',
  () => SeverityChangeCauseEnum,
  'Compares causes of changes of severity.',
);

/**
 * The comparator for the store: without nulls, and with translated values if the store's values
 * differ.
 */
export function comparatorOf<T, Stored = T>(
  given: OrderInput<T>,
  translate: (value: T) => Stored = (value) => value as unknown as Stored,
): Comparator<Stored> {
  const asked: { -readonly [K in keyof Comparator<Stored>]: Comparator<Stored>[K] } = {};
  for (const name of ['eq', 'lt', 'lte', 'gt', 'gte'] as const) {
    const value = given[name];
    if (value != null) asked[name] = translate(value);
  }
  for (const name of ['in', 'nin'] as const) {
    const values = given[name];
    if (values != null) asked[name] = values.map(translate);
  }
  if (given.isNull != null) asked.isNull = given.isNull;
  return asked;
}

/** Whether a value in memory matches a comparator. Severities are ordered by urgency. */
export function satisfies<T extends string>(given: OrderInput<T> | null | undefined, value: T): boolean {
  if (given == null) return true;
  const { eq, in: among, nin: notAmong, lt, lte, gt, gte, isNull } = given;
  const order = (other: T): number => compareUrgency(value as Severity, other as unknown as Severity);
  return (
    (eq == null || value === eq) &&
    (among == null || among.includes(value)) &&
    (notAmong == null || !notAmong.includes(value)) &&
    (lt == null || order(lt) < 0) &&
    (lte == null || order(lte) <= 0) &&
    (gt == null || order(gt) > 0) &&
    (gte == null || order(gte) >= 0) &&
    isNull !== true
  );
}

/** Whether a value matches a translated comparator for equality. Every value matches null. */
export const holds = (asked: Comparator<string> | null, value: string | null): boolean =>
  asked === null ||
  ((asked.eq == null || asked.eq === value) &&
    (asked.in === undefined || (value !== null && asked.in.includes(value))) &&
    (asked.nin === undefined || value === null || !asked.nin.includes(value)) &&
    (asked.isNull === undefined || asked.isNull === (value === null)));
