import { Arg, Ctx, Field, FieldResolver, InputType, Int, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { eventCursorOf } from '../../../application/events/event-cursor';
import type { PlacedEvent } from '../../../application/ports/event-log';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import { folded, foldedOrNull } from '../../../domain/folded-text';
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
import { CommitmentFilterFields, readCycle } from './commitment-filter';
import type { StreamedEvent } from './log-stream';
import { type StreamArguments, validatedFilter } from './stream-filter';
import { AFTER_DESCRIPTION, LOG_STREAM_DESCRIPTION, ticketEventStream } from './ticket-event-stream';

@InputType('CommitmentBreachedFilter', {
  description:
    'Selects the breaches to deliver. A payload must match all fields that are given. A field that is null is ignored.',
})
export class CommitmentBreachedFilter extends CommitmentFilterFields {
  @Field(() => compare.SeverityComparator, {
    ...optional,
    description: 'Matches the severity of the ticket at the time of the breach.',
  })
  severity?: compare.OrderInput<Severity> | null;

  @Field(() => compare.BreachCauseComparator, { ...optional, description: 'Matches the cause of the breach.' })
  cause?: compare.EqualityInput<BreachCause> | null;
}

@ObjectType('CommitmentBreachedPayload', {
  description: 'A breach of a commitment, delivered when it is recorded.',
  simpleResolvers: true,
})
export class CommitmentBreachedPayload {
  @Field(() => EventCursorScalar, { description: 'The cursor of the breach in the log of all events.' })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket at the time of delivery.' })
  ticket!: StoredTicket;

  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the breached cycle. It counts from 1 for each kind of commitment.' })
  cycle!: number;

  @Field(() => SeverityEnum, { description: 'The severity of the ticket at the time of the breach.' })
  severity!: Severity;

  @Field(() => DateTimeScalar, {
    description:
      'The date and time of the breach, in UTC: the due time, or the time of the change that moved the due time into the past.',
  })
  breachedAt!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the service detected the breach.' })
  detectedAt!: EpochMs;

  @Field(() => BreachCauseEnum, { description: 'The cause of the breach.' })
  cause!: BreachCause;
}

type BreachedEvent = Extract<PlacedEvent, { readonly type: 'COMMITMENT_BREACHED' }>;

@Resolver(() => CommitmentBreachedPayload)
export class CommitmentBreachedResolver {
  @Subscription(() => CommitmentBreachedPayload, {
    description: `Breaches of commitments. ${LOG_STREAM_DESCRIPTION}`,
    subscribe: ({ args, context }) => {
      const { filter: given, after } = args as StreamArguments<CommitmentBreachedFilter>;
      const filter = validatedFilter(given);
      const assignee = filter.assignee == null ? null : compare.comparatorOf(filter.assignee, folded);
      return ticketEventStream(context as RequestContext, filter, after, {
        matchesEvent: (event) =>
          event.type === 'COMMITMENT_BREACHED' &&
          compare.satisfies(filter.kind, event.kind) &&
          compare.satisfies(filter.severity, event.severity) &&
          compare.satisfies(filter.cause, event.breach.cause),
        matchesTicket: (ticket) => compare.holds(assignee, foldedOrNull(ticket.assignee)),
        // `dueAt` is made of it too.
        hasTicket: true,
      });
    },
  })
  commitmentBreached(
    @Root() { event, ticket }: StreamedEvent<BreachedEvent>,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => CommitmentBreachedFilter, {
      ...optional,
      description: 'The breaches to deliver. Defaults to all.',
    })
    _filter: CommitmentBreachedFilter | null | undefined,
    @Arg('after', () => EventCursorScalar, { ...optional, description: AFTER_DESCRIPTION })
    _after: string | null | undefined,
  ): CommitmentBreachedPayload {
    if (ticket === null) throw new Error(`The ticket of event ${event.id} was not read`);
    const { kind, cycle, severity, breach } = event;
    const { at: breachedAt, detectedAt, cause } = breach;
    return { cursor: eventCursorOf(event.position), ticket, kind, cycle, severity, breachedAt, detectedAt, cause };
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the commitment was due. Null only together with a `BEYOND_CALENDAR` error.',
  })
  dueAt(@Root() breached: CommitmentBreachedPayload, @Ctx() context: RequestContext) {
    return readCycle(context, breached, ({ dueAt }): EpochMs | null => dueAt);
  }
}
