import { Ctx, Field, FieldResolver, ID, Int, InterfaceType, Resolver, Root } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/events';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import type { Channel, Direction } from '../../../domain/ticket/commands';
import type { EventType } from '../../../domain/ticket/ticket-events';
import { ActorType } from '../base/common.type';
import { connectionTypeOf } from '../base/connections';
import { ChannelEnum, DirectionEnum, EventTypeEnum } from '../base/enums';
import { toGlobalId } from '../base/global-id';
import { eventTypeName, GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar, EventCursorScalar } from '../base/scalars';
import { type RequestContext, ticketShown } from '../context';
import { TicketType } from '../ticket/ticket.type';

@InterfaceType('TicketEvent', {
  implements: NodeType,
  description: 'Something that happened to a ticket. Events are the history: they are never changed and never removed.',
  resolveType: eventTypeName,
})
export abstract class TicketEventType extends NodeType {
  @Field(() => Int, { description: 'Counts from 1 for each ticket; the version that the ticket had after it.' })
  number!: number;

  @Field(() => EventTypeEnum, { description: 'What happened.' })
  type!: EventType;

  @Field(() => DateTimeScalar, { description: "When it happened, UTC; for an imported history the log's own instant." })
  at!: EpochMs;

  @Field(() => DateTimeScalar, { description: 'When it was recorded, UTC.' })
  recordedAt!: EpochMs;

  @Field(() => ActorType, { description: 'Who did it.' })
  actor!: Actor;

  @Field(() => EventCursorScalar, { description: "Its place in the log of all tickets' events." })
  cursor!: string;
}

@Resolver(() => TicketEventType)
export class TicketEventResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { ticketId, number }: LoggedEvent): string {
    return toGlobalId('TicketEvent', `${ticketId}/${number}`);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket as it is now; within a ticket as it was, as it was then.',
  })
  ticket(@Root() { ticketId, asOf }: LoggedEvent, @Ctx() context: RequestContext): Promise<StoredTicket | null> {
    return ticketShown(context, ticketId, asOf);
  }
}

@InterfaceType('Communication', {
  implements: [NodeType, TicketEventType],
  description: 'A message to or from the client, or a call of the client.',
  resolveType: eventTypeName,
})
export abstract class CommunicationType extends TicketEventType {
  @Field(() => DirectionEnum, { description: 'Which way it went; a call is inbound.' })
  direction!: Direction;

  @Field(() => ChannelEnum, { description: 'The way it took; a call came by phone.' })
  channel!: Channel;

  @Field(() => String, { nullable: true, description: 'What was said; null for a call without a note.' })
  body!: string | null;
}

export const TicketEventConnection = connectionTypeOf('TicketEvent', () => TicketEventType, 'events');
export const CommunicationConnection = connectionTypeOf('Communication', () => CommunicationType, 'communications');
