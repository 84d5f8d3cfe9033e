import { Arg, Ctx, Field, FieldResolver, InputType, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { BreachCause } from '../../../domain/ticket/ticket';
import * as compare from '../base/comparators';
import { BreachCauseEnum, CommitmentKindEnum, SeverityEnum } from '../base/enums';
import { optional } from '../base/optional';
import { DateTimeScalar, EventCursorScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { TicketType } from '../ticket/ticket.type';
import { CommitmentFilterFields, ofCycle } from './commitment-filter';
import { checked, DESCRIBED, type EventWithTicket, ticketEventStream } from './ticket-event-stream';

@InputType('CommitmentBreachedFilter', { description: 'Which breaches to be told of: all that is given must hold.' })
export class CommitmentBreachedFilter extends CommitmentFilterFields {
  @Field(() => compare.SeverityComparator, { ...optional, description: "The ticket's severity at the breach." })
  severity?: compare.OrderInput<Severity> | null;

  @Field(() => compare.BreachCauseComparator, { ...optional, description: 'Why.' })
  cause?: compare.EqualityInput<BreachCause> | null;
}

@ObjectType('CommitmentBreachedPayload', {
  description: 'A breach, told as it was recorded.',
  simpleResolvers: true,
})
export class CommitmentBreachedPayload {
  @Field(() => EventCursorScalar, { description: "The breach's place in the log." })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket as it stood when this was told.' })
  ticket!: StoredTicket;

  @Field(() => CommitmentKindEnum, { description: 'What was promised.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the cycle that was breached.' })
  cycle!: number;

  @Field(() => SeverityEnum, { description: "The ticket's severity at the breach." })
  severity!: Severity;

  @Field(() => DateTimeScalar, {
    description: 'When it was breached, UTC: the due instant, or the change that put it into the past.',
  })
  breachedAt!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'When it was seen, UTC.' })
  detectedAt!: EpochMs;

  @Field(() => BreachCauseEnum, { description: 'Why.' })
  cause!: BreachCause;
}

type BreachedEvent = Extract<LoggedEvent, { readonly type: 'COMMITMENT_BREACHED' }>;

@Resolver(() => CommitmentBreachedPayload)
export class CommitmentBreachedResolver {
  @Subscription(() => CommitmentBreachedPayload, {
    description: `Commitments that were breached. ${DESCRIBED}`,
    subscribe: ({ args, context }) => {
      const filter = checked((args as { readonly filter?: CommitmentBreachedFilter | null }).filter);
      const assignee = filter.assignee == null ? null : compare.comparatorOf(filter.assignee);
      return ticketEventStream(
        context as RequestContext,
        filter,
        (event) =>
          event.type === 'COMMITMENT_BREACHED' &&
          compare.satisfies(filter.kind, event.kind) &&
          compare.satisfies(filter.severity, event.severity) &&
          compare.satisfies(filter.cause, event.breach.cause),
        (ticket) => compare.holds(assignee, ticket.assignee),
      );
    },
  })
  commitmentBreached(
    @Root() { event, ticket }: EventWithTicket<BreachedEvent>,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => CommitmentBreachedFilter, { ...optional, description: 'Which; every breach where left out.' })
    _filter: CommitmentBreachedFilter | null | undefined,
  ): CommitmentBreachedPayload {
    const { cursor, kind, cycle, severity, breach } = event;
    const { at: breachedAt, detectedAt, cause } = breach;
    return { cursor, ticket, kind, cycle, severity, breachedAt, detectedAt, cause };
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'When it was due, UTC.' })
  dueAt(@Root() told: CommitmentBreachedPayload, @Ctx() context: RequestContext) {
    return ofCycle(context, told, ({ dueAt }): EpochMs | null => dueAt);
  }
}
