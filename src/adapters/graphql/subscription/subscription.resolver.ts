import { Arg, Ctx, Field, InputType, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Severity } from '../../../domain/severity';
import type { SeverityChange, SeverityChangeCause } from '../../../domain/ticket/ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';
import * as compare from '../base/comparators';
import { optional } from '../base/optional';
import { EventCursorScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { TicketEventType } from '../event/event.interface';
import { TicketType } from '../ticket/ticket.type';
import { SeverityChangeType } from '../ticket/ticket-parts.type';
import { checked, DESCRIBED, type EventWithTicket, ticketEventStream } from './ticket-event-stream';

@InputType('SeverityChangedFilter', { description: 'Which changes to be told of: all that is given must hold.' })
export class SeverityChangedFilter {
  @Field(() => compare.IdComparator, { ...optional, description: 'Of which tickets.' })
  ticket?: compare.EqualityInput<string> | null;

  @Field(() => compare.IdComparator, { ...optional, description: 'Of which clients.' })
  client?: compare.EqualityInput<string> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: 'The severity before.' })
  from?: compare.OrderInput<Severity> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: 'The severity after.' })
  to?: compare.OrderInput<Severity> | null;

  @Field(() => compare.SeverityChangeCauseComparator, { ...optional, description: 'What changed it.' })
  cause?: compare.EqualityInput<SeverityChangeCause> | null;
}

@InputType('TicketEventFilter', { description: 'Which events to be told of: all that is given must hold.' })
export class TicketEventFilter {
  @Field(() => compare.IdComparator, { ...optional, description: 'Of which tickets.' })
  ticket?: compare.EqualityInput<string> | null;

  @Field(() => compare.IdComparator, { ...optional, description: 'Of which clients.' })
  client?: compare.EqualityInput<string> | null;

  @Field(() => compare.EventTypeComparator, { ...optional, description: 'Of which types.' })
  type?: compare.EqualityInput<EventType> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: "The ticket's severity when it is told." })
  severity?: compare.OrderInput<Severity> | null;
}

@ObjectType('TicketEventPayload', { description: 'An event, told as it was recorded.', simpleResolvers: true })
export class TicketEventPayload {
  @Field(() => EventCursorScalar, { description: "The event's place in the log." })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket as it stood when this was told.' })
  ticket!: StoredTicket;

  @Field(() => TicketEventType, { description: 'What happened.' })
  event!: LoggedEvent;
}

@ObjectType('SeverityChangedPayload', {
  description: 'A change of severity, told as it was recorded.',
  simpleResolvers: true,
})
export class SeverityChangedPayload {
  @Field(() => EventCursorScalar, { description: "The change's place in the log." })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket as it stood when this was told.' })
  ticket!: StoredTicket;

  @Field(() => SeverityChangeType, { description: 'What changed.' })
  change!: SeverityChange;
}

const changeIn = (event: LoggedEvent): SeverityChange | null =>
  'effects' in event ? (event.effects.severityChange ?? null) : null;

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => TicketEventPayload, {
    description: `What happens to tickets. ${DESCRIBED}`,
    subscribe: ({ args, context }) => {
      const filter = checked((args as { readonly filter?: TicketEventFilter | null }).filter);
      return ticketEventStream(
        context as RequestContext,
        filter,
        (event) => compare.satisfies(filter.type, event.type),
        (ticket) => compare.satisfies(filter.severity, ticket.severity),
      );
    },
  })
  ticketEvents(
    @Root() { event, ticket }: EventWithTicket,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => TicketEventFilter, { ...optional, description: 'Which; every event where left out.' })
    _filter: TicketEventFilter | null | undefined,
  ): TicketEventPayload {
    return { cursor: event.cursor, ticket, event };
  }

  @Subscription(() => SeverityChangedPayload, {
    description: `Changes of severity. ${DESCRIBED}`,
    subscribe: ({ args, context }) => {
      const filter = checked((args as { readonly filter?: SeverityChangedFilter | null }).filter);
      return ticketEventStream(context as RequestContext, filter, (event) => {
        const change = changeIn(event);
        return (
          change !== null &&
          compare.satisfies(filter.from, change.from) &&
          compare.satisfies(filter.to, change.to) &&
          compare.satisfies(filter.cause, change.cause)
        );
      });
    },
  })
  severityChanged(
    @Root() { event, ticket }: EventWithTicket,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => SeverityChangedFilter, { ...optional, description: 'Which; every change where left out.' })
    _filter: SeverityChangedFilter | null | undefined,
  ): SeverityChangedPayload {
    const change = changeIn(event);
    if (change === null) throw new Error(`Event ${event.id} changed no severity, but passed as if it did`);
    return { cursor: event.cursor, ticket, change };
  }
}
