import { Arg, Ctx, Field, FieldResolver, InputType, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { DeadlineWatch, type NearDeadline } from '../../../application/deadlines/deadline-watch';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { DAY_MS, type DurationMs, type EpochMs } from '../../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import * as compare from '../base/comparators';
import { CommitmentKindEnum } from '../base/enums';
import { optional } from '../base/optional';
import { retryWhileDatabaseIsDown } from '../base/retry-while-database-is-down';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { TicketType } from '../ticket/ticket.type';
import { CommitmentFilterFields, ofCycle } from './commitment-filter';
import { checked, uuids } from './ticket-event-stream';

const LONGEST_LEAD_MS = 31 * DAY_MS;

@InputType('DeadlineApproachingFilter', {
  description: 'Which deadlines to be told of: all that is given must hold.',
})
export class DeadlineApproachingFilter extends CommitmentFilterFields {
  @Field(() => compare.SeverityComparator, { ...optional, description: "The ticket's severity when it is told." })
  severity?: compare.OrderInput<Severity> | null;
}

@ObjectType('DeadlineApproachingPayload', {
  description: 'A running commitment that is due no later than the lead from now.',
  simpleResolvers: true,
})
export class DeadlineApproachingPayload {
  @Field(() => TicketType, { description: 'The ticket as it stood when this was told.' })
  ticket!: StoredTicket;

  @Field(() => CommitmentKindEnum, { description: 'What is promised.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of its cycle.' })
  cycle!: number;

  @Field(() => DateTimeScalar, { description: 'When it is due, UTC.' })
  dueAt!: EpochMs;

  @Field(() => DurationScalar, { description: 'The lead that was asked for.' })
  lead!: DurationMs;

  @Field(() => DateTimeScalar, { description: 'When this was told, UTC.' })
  at!: EpochMs;
}

interface Asked {
  readonly lead: DurationMs;
  readonly filter?: DeadlineApproachingFilter | null;
}

function watch({ services, caller }: RequestContext, { lead, filter: given }: Asked): DeadlineWatch {
  if (lead <= 0 || lead > LONGEST_LEAD_MS) {
    throw badInput('lead takes a duration longer than zero and of 31 days at most, such as PT4H.');
  }
  const filter = checked(given);
  const ticket = uuids(filter.ticket, 'Ticket');
  const client = uuids(filter.client, 'Client');
  const assignee = filter.assignee == null ? null : compare.comparatorOf(filter.assignee);
  const kinds = COMMITMENT_KINDS.filter((kind) => compare.satisfies(filter.kind, kind));
  if (kinds.length === 0) throw badInput('filter.kind allows no kind of commitment at all.');
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
    wants: (of, kind) =>
      compare.satisfies(filter.kind, kind) &&
      compare.satisfies(filter.severity, of.severity) &&
      compare.holds(client, of.clientId) &&
      compare.holds(assignee, of.assignee),
    concerns: (event) => compare.holds(ticket, event.ticketId) && compare.holds(client, event.clientId),
    retryWhileDatabaseIsDown,
  });
}

@Resolver(() => DeadlineApproachingPayload)
export class DeadlineApproachingResolver {
  @Subscription(() => DeadlineApproachingPayload, {
    description:
      'Running commitments whose due instant is no more than a lead away: at first those that are so near already, then each as its time comes, in the order in which they are due. Each due instant of a cycle is told once; one that is moved away and comes near again is told again. What is met, paused or superseded before its time is not told, and what is overdue neither: `commitmentBreached` does. Payloads carry no cursor, as that a deadline comes near is no event of the log: whoever subscribes anew is told afresh what is near.',
    subscribe: ({ args, context }) => watch(context as RequestContext, args as unknown as Asked),
  })
  deadlineApproaching(
    @Root() near: NearDeadline,
    @Ctx() { now }: RequestContext,
    @Arg('lead', () => DurationScalar, {
      description: 'How long before the due instant to be told, by the wall clock; longer than zero, 31 days at most.',
    })
    lead: DurationMs,
    @Arg('filter', () => DeadlineApproachingFilter, {
      ...optional,
      description: 'Which; every deadline where left out.',
    })
    _filter: DeadlineApproachingFilter | null | undefined,
  ): DeadlineApproachingPayload {
    return { ...near, lead, at: now };
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: 'Business time left when this was told.' })
  remaining(@Root() told: DeadlineApproachingPayload, @Ctx() context: RequestContext) {
    return ofCycle(context, told, ({ remainingMs }): DurationMs | null => remainingMs);
  }
}
