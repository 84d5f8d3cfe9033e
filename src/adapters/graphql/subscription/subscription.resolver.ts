import { Arg, Ctx, Field, InputType, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { eventCursorOf } from '../../../application/events/event-cursor';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Severity } from '../../../domain/severity';
import type { SeverityChange, SeverityChangeCause } from '../../../domain/ticket/ticket';
import * as compare from '../base/comparators';
import { optional } from '../base/optional';
import { EventCursorScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { TicketEventType } from '../event/event.interface';
import { TicketType } from '../ticket/ticket.type';
import { SeverityChangeType } from '../ticket/ticket-parts.type';
import type { StreamedEvent } from './log-stream';
import { selectsField } from './selects-field';
import { type StreamArguments, StreamFilterFields, validatedFilter } from './stream-filter';
import { TicketEventFilter } from './ticket-event-filter.input';
import { AFTER_DESCRIPTION, LOG_STREAM_DESCRIPTION, ticketEventStream } from './ticket-event-stream';

@InputType('SeverityChangedFilter', {
  description:
    'Selects the changes of severity to deliver. A payload must match all fields that are given. A field that is null is ignored.',
})
export class SeverityChangedFilter extends StreamFilterFields {
  @Field(() => compare.SeverityComparator, { ...optional, description: 'Matches the severity before the change.' })
  from?: compare.OrderInput<Severity> | null;

  @Field(() => compare.SeverityComparator, { ...optional, description: 'Matches the severity after the change.' })
  to?: compare.OrderInput<Severity> | null;

  @Field(() => compare.SeverityChangeCauseComparator, { ...optional, description: 'Matches the cause of the change.' })
  cause?: compare.EqualityInput<SeverityChangeCause> | null;
}

@ObjectType('TicketEventPayload', {
  description: 'An event of a ticket, delivered when it is recorded.',
  simpleResolvers: true,
})
export class TicketEventPayload {
  @Field(() => EventCursorScalar, { description: 'The cursor of the event in the log of all events.' })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket at the time of delivery.' })
  ticket!: StoredTicket | null;

  @Field(() => TicketEventType, { description: 'The recorded event.' })
  event!: LoggedEvent;
}

@ObjectType('SeverityChangedPayload', {
  description: 'A change of the severity of a ticket, delivered when it is recorded.',
  simpleResolvers: true,
})
export class SeverityChangedPayload {
  @Field(() => EventCursorScalar, { description: 'The cursor of the change in the log of all events.' })
  cursor!: string;

  @Field(() => TicketType, { description: 'The ticket at the time of delivery.' })
  ticket!: StoredTicket | null;

  @Field(() => SeverityChangeType, { description: 'The change of severity.' })
  change!: SeverityChange;
}

const changeIn = (event: LoggedEvent): SeverityChange | null =>
  'effects' in event ? (event.effects.severityChange ?? null) : null;

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => TicketEventPayload, {
    description: `Events of tickets. ${LOG_STREAM_DESCRIPTION}`,
    subscribe: ({ args, context, info }) => {
      const { filter: given, after } = args as StreamArguments<TicketEventFilter>;
      const filter = validatedFilter(given);
      const { severity } = filter;
      return ticketEventStream(context as RequestContext, filter, after, {
        matchesEvent: (event) => compare.satisfies(filter.type, event.type),
        matchesTicket: severity == null ? null : (ticket) => compare.satisfies(severity, ticket.severity),
        hasTicket: selectsField(info, 'ticket'),
      });
    },
  })
  ticketEvents(
    @Root() { event, ticket }: StreamedEvent,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => TicketEventFilter, { ...optional, description: 'The events to deliver. Defaults to all.' })
    _filter: TicketEventFilter | null | undefined,
    @Arg('after', () => EventCursorScalar, { ...optional, description: AFTER_DESCRIPTION })
    _after: string | null | undefined,
  ): TicketEventPayload {
    return { cursor: eventCursorOf(event.position), ticket, event };
  }

  @Subscription(() => SeverityChangedPayload, {
    description: `Changes of the severity of tickets. ${LOG_STREAM_DESCRIPTION}`,
    subscribe: ({ args, context, info }) => {
      const { filter: given, after } = args as StreamArguments<SeverityChangedFilter>;
      const filter = validatedFilter(given);
      return ticketEventStream(context as RequestContext, filter, after, {
        matchesEvent: (event) => {
          const change = changeIn(event);
          return (
            change !== null &&
            compare.satisfies(filter.from, change.from) &&
            compare.satisfies(filter.to, change.to) &&
            compare.satisfies(filter.cause, change.cause)
          );
        },
        matchesTicket: null,
        hasTicket: selectsField(info, 'ticket'),
      });
    },
  })
  severityChanged(
    @Root() { event, ticket }: StreamedEvent,
    @Ctx() _context: RequestContext,
    @Arg('filter', () => SeverityChangedFilter, {
      ...optional,
      description: 'The changes to deliver. Defaults to all.',
    })
    _filter: SeverityChangedFilter | null | undefined,
    @Arg('after', () => EventCursorScalar, { ...optional, description: AFTER_DESCRIPTION })
    _after: string | null | undefined,
  ): SeverityChangedPayload {
    const change = changeIn(event);
    if (change === null) throw new Error(`Event ${event.id} passed the filter but did not change the severity`);
    return { cursor: eventCursorOf(event.position), ticket, change };
  }
}
