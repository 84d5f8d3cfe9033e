import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { type ApproachingDeadline, DeadlineWatch } from '../../../application/deadlines/deadline-watch';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { folded, foldedOrNull } from '../../../domain/folded-text';
import { DAY_MS, type DurationMs, type EpochMs } from '../../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import * as compare from '../base/comparators';
import { CommitmentKindEnum } from '../base/enums';
import { optional } from '../base/optional';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { TicketType } from '../ticket/ticket.type';
import { CommitmentFilterFields, readCycle } from './commitment-filter';
import { uuidComparator, validatedFilter } from './stream-filter';

const LONGEST_LEAD_MS = 31 * DAY_MS;

@InputType('DeadlineApproachingFilter', {
  description:
    'Selects the deadlines to deliver. A payload must match all fields that are given. A field that is null is ignored.',
})
export class DeadlineApproachingFilter extends CommitmentFilterFields {
  @Field(() => compare.SeverityComparator, {
    ...optional,
    description: 'Matches the severity of the ticket at the time of delivery.',
  })
  severity?: compare.OrderInput<Severity> | null;
}

@ObjectType('DeadlineApproachingPayload', {
  description: 'A running commitment that is due within the lead time.',
  simpleResolvers: true,
})
export class DeadlineApproachingPayload {
  @Field(() => ID, {
    description:
      'Identifies this approach of this deadline: the same ticket, commitment, cycle, due time and lead time have the same id, also in another subscription and after a restart. A subscriber that has subscribed again recognises by it what it had received before.',
  })
  id!: string;

  @Field(() => TicketType, { description: 'The ticket at the time of delivery.' })
  ticket!: StoredTicket;

  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the running cycle. It counts from 1 for each kind of commitment.' })
  cycle!: number;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the commitment is due.' })
  dueAt!: EpochMs;

  @Field(() => DurationScalar, { description: 'The lead time of the subscription, in wall-clock time.' })
  lead!: DurationMs;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when this payload was delivered.' })
  at!: EpochMs;
}

/** Opaque, as all ids of the API are; not that of a node. */
const idOf = ({ ticket, kind, cycle, dueAt }: ApproachingDeadline, lead: DurationMs): string =>
  Buffer.from(`Approaching:${ticket.id}/${kind}/${cycle}/${dueAt}/${lead}`).toString('base64url');

interface DeadlineApproachingArguments {
  readonly lead: DurationMs;
  readonly filter?: DeadlineApproachingFilter | null;
}

function watchDeadlines(
  { services, caller }: RequestContext,
  { lead, filter: given }: DeadlineApproachingArguments,
): DeadlineWatch {
  if (lead <= 0 || lead > LONGEST_LEAD_MS) {
    throw badInput('lead takes a duration that is longer than zero and at most 31 days, such as PT4H.');
  }
  const filter = validatedFilter(given);
  const ticket = uuidComparator(filter.ticket, 'Ticket');
  const client = uuidComparator(filter.client, 'Client');
  const assignee = filter.assignee == null ? null : compare.comparatorOf(filter.assignee, folded);
  const kinds = COMMITMENT_KINDS.filter((kind) => compare.satisfies(filter.kind, kind));
  if (kinds.length === 0) throw badInput('filter.kind must match at least one kind of commitment.');
  const severity = filter.severity == null ? null : compare.comparatorOf(filter.severity);
  return new DeadlineWatch(services, {
    caller,
    lead,
    query: {
      kinds,
      severity,
      ticket,
      client,
      assignee,
    },
    matches: (candidate, kind) =>
      compare.satisfies(filter.kind, kind) &&
      compare.satisfies(filter.severity, candidate.severity) &&
      compare.holds(client, candidate.clientId) &&
      compare.holds(assignee, foldedOrNull(candidate.assignee)),
    isRelevant: (event) => compare.holds(ticket, event.ticketId) && compare.holds(client, event.clientId),
  });
}

@Resolver(() => DeadlineApproachingPayload)
export class DeadlineApproachingResolver {
  @Subscription(() => DeadlineApproachingPayload, {
    description:
      'Running commitments that are due within a lead time. First delivers the commitments that are already within the lead time, then each further commitment when its due time comes within the lead time, in the order of the due times. Each due time of a cycle is delivered once; a due time that was moved is delivered again when it comes within the lead time. Commitments that are fulfilled, paused or superseded before that are not delivered. Overdue commitments are not delivered; subscribe to `commitmentBreached` for those. Payloads have no cursor because an approaching deadline is not an event in the log: a new subscription starts again with all deadlines within the lead time, and the `id` of a payload tells whether it was delivered before.',
    subscribe: ({ args, context }) =>
      watchDeadlines(context as RequestContext, args as unknown as DeadlineApproachingArguments),
  })
  deadlineApproaching(
    @Root() deadline: ApproachingDeadline,
    @Ctx() { now }: RequestContext,
    @Arg('lead', () => DurationScalar, {
      description: 'The wall-clock time before the due time at which to deliver. Longer than zero and at most 31 days.',
    })
    lead: DurationMs,
    @Arg('filter', () => DeadlineApproachingFilter, {
      ...optional,
      description: 'The deadlines to deliver. Defaults to all.',
    })
    _filter: DeadlineApproachingFilter | null | undefined,
  ): DeadlineApproachingPayload {
    return { ...deadline, id: idOf(deadline, lead), lead, at: now };
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'The business time left until the commitment is due, at the time of delivery. Null only together with a `BEYOND_CALENDAR` error.',
  })
  remaining(@Root() deadline: DeadlineApproachingPayload, @Ctx() context: RequestContext) {
    return readCycle(context, deadline, ({ remainingMs }): DurationMs | null => remainingMs);
  }
}
