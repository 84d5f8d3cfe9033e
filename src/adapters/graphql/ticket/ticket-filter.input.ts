import { Field, InputType } from 'type-graphql';
import type { TicketFilter } from '../../../application/ports/ticket-filter';
import type { CommitmentStatus } from '../../../domain/commitment/view';
import type { Audience, Consequence } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Channel } from '../../../domain/ticket/commands';
import type { TicketState } from '../../../domain/ticket/ticket';
import * as compare from '../base/comparators';
import { CommitmentKindEnum } from '../base/enums';
import { requireUuid } from '../base/global-id';
import { Entries, Text } from '../base/input-rules';
import { optional } from '../base/optional';
import { Nested } from '../base/validation';
import { badInput } from '../errors';

const DEEPEST = 10;
const MOST_BRANCHES = 100;
const LONGEST_SEARCH = 500;
const MOST_PARTS = 1_000;

type Equality<T> = compare.EqualityInput<T> | null;
type Order<T> = compare.OrderInput<T> | null;

@InputType('SlaStatusFilter', {
  description: 'Filters tickets by the status of a commitment, evaluated at the time of the request.',
})
class SlaStatusFilterInput {
  @Field(() => CommitmentKindEnum, {
    ...optional,
    description: 'The kind of the commitment. Defaults to all three kinds.',
  })
  kind?: CommitmentKind | null;

  @Field(() => compare.CommitmentStatusComparator, {
    description:
      'Filters by the status of the commitment. Without a kind, a ticket matches when any of its commitments does; `nin` then matches tickets none of whose commitments has a status in the list.',
  })
  @Nested()
  status!: compare.EqualityInput<CommitmentStatus>;
}

/** A field of the filter with the comparator that it takes. */
const Compared =
  (type: () => ReturnType<typeof Object>, description: string): PropertyDecorator =>
  (target, property) => {
    Field(type, { ...optional, description })(target, property);
    Nested()(target, property);
  };

@InputType('TicketFilter', {
  description:
    'Filters tickets. A ticket must match all fields that are given. A field that is null is ignored. A filter has at most 10 levels.',
})
export class TicketFilterInput {
  @Field(() => [TicketFilterInput], {
    ...optional,
    description: 'The ticket matches all of these filters, at most 100.',
  })
  @Entries(0, MOST_BRANCHES)
  @Nested()
  and?: TicketFilterInput[] | null;

  @Field(() => [TicketFilterInput], {
    ...optional,
    description: 'The ticket matches at least one of these filters, at most 100. An empty list matches no ticket.',
  })
  @Entries(0, MOST_BRANCHES)
  @Nested()
  or?: TicketFilterInput[] | null;

  @Field(() => TicketFilterInput, { ...optional, description: 'The ticket does not match this filter.' })
  @Nested()
  not?: TicketFilterInput | null;

  @Compared(() => compare.IdComparator, 'Filters by the global id of the client.')
  client?: Equality<string>;

  @Compared(() => compare.IntComparator, 'Filters by the number of the ticket.')
  number?: Order<number>;

  @Compared(
    () => compare.StringComparator,
    'Filters by the identifier of the ticket in another system. `eq`, `in` and `nin` compare it regardless of case and of the form of Unicode.',
  )
  externalId?: Order<string>;

  @Compared(() => compare.TicketStateComparator, 'Filters by the state of the ticket.')
  state?: Equality<TicketState>;

  @Compared(() => compare.SeverityComparator, 'Filters by the current severity.')
  severity?: Order<Severity>;

  @Compared(() => compare.SeverityComparator, 'Filters by the severity that the ticket had when it was opened.')
  initialSeverity?: Order<Severity>;

  @Compared(
    () => compare.StringComparator,
    'Filters by the clause of the policy that applies to the impacts, for example `2a`.',
  )
  clause?: Order<string>;

  @Compared(
    () => compare.AudienceComparator,
    'Filters by the audiences of the impacts. A ticket matches when any of its impacts does. `nin` matches tickets none of whose impacts has an audience in the list. A code that no published policy has is refused.',
  )
  audience?: Equality<Audience>;

  @Compared(
    () => compare.ConsequenceComparator,
    'Filters by the consequences of the impacts. A ticket matches when any of its impacts does. `nin` matches tickets none of whose impacts has a consequence in the list. A code that no published policy has is refused.',
  )
  consequence?: Equality<Consequence>;

  @Compared(() => compare.ChannelComparator, 'Filters by the channel through which the issue was reported.')
  channel?: Equality<Channel>;

  @Compared(
    () => compare.StringComparator,
    'Filters by the name of the assignee. `eq`, `in` and `nin` compare it regardless of case and of the form of Unicode.',
  )
  assignee?: Order<string>;

  @Compared(
    () => compare.StringComparator,
    'Filters by the name of the reporter. `eq`, `in` and `nin` compare it regardless of case and of the form of Unicode.',
  )
  reporter?: Order<string>;

  @Compared(
    () => compare.StringComparator,
    'Filters by tag. `eq`, `in` and `nin` compare it regardless of case and of the form of Unicode. A ticket matches when any of its tags does. `nin` matches tickets that have none of the tags in the list, and `isNull: true` matches tickets without tags.',
  )
  tag?: Order<string>;

  @Compared(
    () => compare.WaitingReasonComparator,
    'Filters by the reasons for which the ticket currently waits. A ticket matches when any of its reasons does. `nin` matches tickets that wait for none of the reasons in the list, and `isNull: true` matches tickets that do not wait.',
  )
  waiting?: Equality<WaitingReason>;

  @Field(() => String, {
    ...optional,
    description:
      'Filters by text, at most 500 characters and 20 words. Each word must be contained in the subject, the description, the reporter, the external id, a tag, a message, an internal note, the note of a call or a resolution of the ticket. Notes are not searched for the role `CLIENT`. Upper and lower case and the forms of Unicode make no difference: `STRASSE` finds `straße`. Words of one or two characters are found too, but more slowly.',
  })
  @Text({ max: LONGEST_SEARCH, blank: true })
  text?: string | null;

  @Compared(() => compare.DateTimeComparator, 'Filters by the date and time when the ticket was opened.')
  openedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'Filters by the date and time when the ticket was acknowledged.')
  acknowledgedAt?: Order<EpochMs>;

  @Compared(
    () => compare.DateTimeComparator,
    'Filters by the date and time of the first action that counts as a response.',
  )
  respondedAt?: Order<EpochMs>;

  @Compared(
    () => compare.DateTimeComparator,
    'Filters by the date and time when the latest workaround that is in effect was applied.',
  )
  workaroundAppliedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'Filters by the date and time when the client first phoned.')
  callRecordedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'Filters by the date and time when the ticket was resolved.')
  resolvedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'Filters by the date and time when the ticket was closed.')
  closedAt?: Order<EpochMs>;

  @Compared(
    () => compare.DateTimeComparator,
    'Filters by the date and time of the oldest message or call of the client that is not answered. `isNull: false` matches tickets that await a reply.',
  )
  awaitingReplySince?: Order<EpochMs>;

  @Compared(
    () => compare.DateTimeComparator,
    'Filters by the date and time when the first event of the ticket was recorded.',
  )
  createdAt?: Order<EpochMs>;

  @Compared(
    () => compare.DateTimeComparator,
    'Filters by the date and time when the last event of the ticket occurred.',
  )
  lastEventAt?: Order<EpochMs>;

  @Compared(
    () => compare.DateTimeComparator,
    'Filters by the date and time when the last event of the ticket was recorded.',
  )
  updatedAt?: Order<EpochMs>;

  @Compared(() => compare.DateTimeComparator, 'Filters by the earliest due time of the running commitments.')
  nextDeadlineAt?: Order<EpochMs>;

  @Field(() => SlaStatusFilterInput, { ...optional, description: 'Filters by the status of the commitments.' })
  @Nested()
  slaStatus?: SlaStatusFilterInput | null;

  @Field(() => Boolean, {
    ...optional,
    description: 'Filters by whether any commitment of the ticket was ever breached.',
  })
  isBreached?: boolean | null;

  @Field(() => Boolean, {
    ...optional,
    description: 'Filters by whether a waiver of a breach is proposed and not decided yet.',
  })
  waiverProposed?: boolean | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const AS_THEY_ARE = [
  'number',
  'externalId',
  'state',
  'severity',
  'initialSeverity',
  'clause',
  'audience',
  'consequence',
  'channel',
  'assignee',
  'reporter',
  'tag',
  'waiting',
  'openedAt',
  'acknowledgedAt',
  'respondedAt',
  'workaroundAppliedAt',
  'callRecordedAt',
  'resolvedAt',
  'closedAt',
  'awaitingReplySince',
  'createdAt',
  'lastEventAt',
  'updatedAt',
  'nextDeadlineAt',
] as const satisfies readonly (keyof TicketFilter)[];

/**
 * The filter for the store.
 *
 * @throws GraphQLError for a filter that is too deep or has too many parts
 */
export function filterOf(given: TicketFilterInput | null | undefined): TicketFilter {
  let parts = 0;
  const translate = (filter: TicketFilterInput, depth: number): TicketFilter => {
    parts += 1;
    if (depth > DEEPEST) throw badInput(`A filter can have at most ${DEEPEST} levels.`);
    if (parts > MOST_PARTS) throw badInput(`A filter can have at most ${MOST_PARTS} parts.`);
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
    if (filter.waiverProposed != null) asked.waiverProposed = filter.waiverProposed;
    return asked;
  };
  return given == null ? {} : translate(given, 1);
}
