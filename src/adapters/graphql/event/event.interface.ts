import { Ctx, Field, FieldResolver, ID, Int, InterfaceType, Resolver, Root } from 'type-graphql';
import { eventCursorOf } from '../../../application/events/event-cursor';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { ActorType } from '../base/actor.type';
import { connectionTypeOf } from '../base/connections';
import { EventTypeEnum } from '../base/enums';
import { eventTypeName } from '../base/event-type-name';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar, EventCursorScalar } from '../base/scalars';
import { type RequestContext, ticketShown } from '../context';
import { TicketType } from '../ticket/ticket.type';

@InterfaceType('TicketEvent', {
  implements: NodeType,
  description:
    'An event of a ticket. The events are the history of the ticket: they are never deleted, and their facts never change. An operator can erase names and texts of persons, which then are a pseudonym and `[erased]`.',
  resolveType: eventTypeName,
})
export abstract class TicketEventType extends NodeType {
  @Field(() => Int, {
    description:
      'The number of the event. It counts from 1 for each ticket and equals the version of the ticket after the event.',
  })
  number!: number;

  @Field(() => EventTypeEnum, { description: 'The type of the event.' })
  type!: EventType;

  @Field(() => DateTimeScalar, {
    description:
      'The date and time, in UTC, when the event happened. For an imported event, it is the time in the imported log. It can be before that of the event before it: someone recorded late what happened before a mark or a breach.',
  })
  at!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the event was recorded.' })
  recordedAt!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who caused the event.' })
  actor!: Actor;

  @Field(() => String, {
    nullable: true,
    description: 'The reason why the event was recorded later than it happened. Null when none was given.',
  })
  lateReason?: string | null;
}

@Resolver(() => TicketEventType)
export class TicketEventResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { ticketId, number }: LoggedEvent): string {
    return toGlobalId('TicketEvent', `${ticketId}/${number}`);
  }

  @FieldResolver(() => EventCursorScalar, { description: 'The cursor of the event in the log of all events.' })
  async cursor(@Root() event: LoggedEvent, @Ctx() { services }: RequestContext): Promise<string> {
    return eventCursorOf(event.position ?? (await services.log.positionOf(event.id)));
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description:
      'The ticket that the event belongs to, as it is now. Within a ticket as of an earlier time, the ticket as of that time. Null when the caller may not see the ticket.',
  })
  ticket(@Root() { ticketId, asOf }: LoggedEvent, @Ctx() context: RequestContext): Promise<StoredTicket | null> {
    return ticketShown(context, ticketId, asOf);
  }
}

export const TicketEventConnection = connectionTypeOf('TicketEvent', () => TicketEventType, 'events');
