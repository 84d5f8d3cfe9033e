import { type ClassType, Field, ID, InputType, Int } from 'type-graphql';
import type { Comparator } from '../../../application/ports/ticket-filter';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import { compareUrgency, type Severity } from '../../../domain/severity';
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
} from './enums';
import { Entries } from './input-rules';
import { DateTimeScalar } from './scalars';

/** The GraphQL type of the values that are compared. */
type ValueType = () => object;

/** Compares for equality, and with null. */
export interface EqualityInput<T> {
  eq?: T | null;
  in?: T[] | null;
  nin?: T[] | null;
  isNull?: boolean | null;
}

/** Compares for order as well. */
export interface OrderInput<T> extends EqualityInput<T> {
  lt?: T | null;
  lte?: T | null;
  gt?: T | null;
  gte?: T | null;
}

/** Entries of a list that something is compared with. */
export const LONGEST_LIST = 1_000;
const optional = { nullable: true } as const;

/** What every comparator has; the class stands for no type of its own. */
function equalityFields<T>(type: () => ClassType): ClassType<EqualityInput<T>> {
  @InputType()
  class EqualityFields implements EqualityInput<T> {
    @Field(type, { ...optional, description: 'Equals this value.' })
    eq?: T | null;

    @Field(() => [type()], {
      ...optional,
      description: 'Is one of these, 1,000 at most; an empty list holds for none.',
    })
    @Entries(0, LONGEST_LIST)
    in?: T[] | null;

    @Field(() => [type()], { ...optional, description: 'Is none of these, 1,000 at most; holds without a value too.' })
    @Entries(0, LONGEST_LIST)
    nin?: T[] | null;

    @Field(() => Boolean, { ...optional, description: 'True: there is no value. False: there is one.' })
    isNull?: boolean | null;
  }
  return EqualityFields;
}

const describing = (description: string) => ({
  description: `${description} All that is given must hold; a null value is as if left out.`,
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
    @Field(type, { ...optional, description: 'Is less than this value.' })
    lt?: T | null;

    @Field(type, { ...optional, description: 'Is this value or less.' })
    lte?: T | null;

    @Field(type, { ...optional, description: 'Is greater than this value.' })
    gt?: T | null;

    @Field(type, { ...optional, description: 'Is this value or greater.' })
    gte?: T | null;
  }
  return Ordered;
}

export const IdComparator = equalityOf<string>('IDComparator', () => ID, 'Compares the id of an object.');
export const StringComparator = orderOf<string>(
  'StringComparator',
  () => String,
  'Compares text, case-sensitive; what is less or greater is as the database sorts text.',
);
export const IntComparator = orderOf<number>('IntComparator', () => Int, 'Compares whole numbers.');
export const DateTimeComparator = orderOf<EpochMs>('DateTimeComparator', () => DateTimeScalar, 'Compares instants.');
export const SeverityComparator = orderOf<Severity>(
  'SeverityComparator',
  () => SeverityEnum,
  'Compares severities; SEV1 is the least, so `lte: SEV2` means SEV2 or more urgent.',
);
export const TicketStateComparator = equalityOf<TicketState>(
  'TicketStateComparator',
  () => TicketStateEnum,
  'Compares states.',
);
export const ChannelComparator = equalityOf<Channel>('ChannelComparator', () => ChannelEnum, 'Compares channels.');
export const CommitmentStatusComparator = equalityOf<CommitmentStatus>(
  'CommitmentStatusComparator',
  () => CommitmentStatusEnum,
  'Compares statuses of commitments, as they are at the instant of the answer.',
);
export const AssigneeComparator = equalityOf<string>(
  'AssigneeComparator',
  () => String,
  'Compares who works on a ticket, case-sensitive.',
);
export const CommitmentKindComparator = equalityOf<CommitmentKind>(
  'CommitmentKindComparator',
  () => CommitmentKindEnum,
  'Compares kinds of commitments.',
);
export const BreachCauseComparator = equalityOf<BreachCause>(
  'BreachCauseComparator',
  () => BreachCauseEnum,
  'Compares causes of a breach.',
);
export const EventTypeComparator = equalityOf<EventType>(
  'TicketEventTypeComparator',
  () => EventTypeEnum,
  'Compares types of events.',
);
export const SeverityChangeCauseComparator = equalityOf<SeverityChangeCause>(
  'SeverityChangeCauseComparator',
  () => SeverityChangeCauseEnum,
  'Compares causes of a change of severity.',
);

/** The comparator as the store takes it: what is null was not asked; its values translated where the store's are others. */
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

/** Whether a value in memory satisfies a comparator; severities by urgency, everything else as it compares. */
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

/** The same for a value that is only equal or not, with its comparator translated; null where there is none. */
export const holds = (asked: Comparator<string> | null, value: string | null): boolean =>
  asked === null ||
  ((asked.eq == null || asked.eq === value) &&
    (asked.in === undefined || (value !== null && asked.in.includes(value))) &&
    (asked.nin === undefined || value === null || !asked.nin.includes(value)) &&
    (asked.isNull === undefined || asked.isNull === (value === null)));
