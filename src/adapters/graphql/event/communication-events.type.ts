import { Field, FieldResolver, InterfaceType, ObjectType, Resolver, Root } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/logged-event';
import type { Channel, Direction } from '../../../domain/ticket/commands';
import type { Effects } from '../../../domain/ticket/ticket-events';
import { connectionTypeOf } from '../base/connections';
import { ChannelEnum, DirectionEnum } from '../base/enums';
import { eventTypeName } from '../base/event-type-name';
import { NodeType } from '../base/node';
import { TicketEventType } from './event.interface';
import { EffectsField, event } from './event-fields';

@InterfaceType('Communication', {
  implements: [NodeType, TicketEventType],
  description: 'A message to or from the client, or a call of the client.',
  resolveType: eventTypeName,
})
export abstract class CommunicationType extends TicketEventType {
  @Field(() => DirectionEnum, { description: 'The direction of the communication. A call is `INBOUND`.' })
  direction!: Direction;

  @Field(() => ChannelEnum, { description: 'The channel of the communication. The channel of a call is `PHONE`.' })
  channel!: Channel;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the message, or the note about the call. Null for a call without a note.',
  })
  body!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether no person wrote the message for this ticket. An automatic message fulfils no commitment and answers nothing.',
  })
  isAutomatic!: boolean;
}

const communication = (description: string) => ({
  ...event(description),
  implements: [NodeType, TicketEventType, CommunicationType],
});

@ObjectType('CommunicatedEvent', communication('A message was sent to or received from the client.'))
export class CommunicatedEventType extends CommunicationType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('CallRecordedEvent', communication('The client phoned.'))
export class CallRecordedEventType extends CommunicationType {
  @EffectsField()
  effects!: Effects;
}

/** The event of a call has no direction, channel or body of its own, and is never automatic. */
@Resolver(() => CommunicationType)
export class CommunicationResolver {
  @FieldResolver(() => DirectionEnum)
  direction(@Root() logged: LoggedEvent): Direction {
    return logged.type === 'COMMUNICATED' ? logged.direction : 'INBOUND';
  }

  @FieldResolver(() => ChannelEnum)
  channel(@Root() logged: LoggedEvent): Channel {
    return logged.type === 'COMMUNICATED' ? logged.channel : 'PHONE';
  }

  @FieldResolver(() => Boolean)
  isAutomatic(@Root() logged: LoggedEvent): boolean {
    return logged.type === 'COMMUNICATED' && logged.automatic === true;
  }

  @FieldResolver(() => String)
  body(@Root() logged: LoggedEvent): string | null {
    return logged.type === 'COMMUNICATED' ? logged.body : logged.type === 'CALL_RECORDED' ? logged.note : null;
  }
}

export const CommunicationConnection = connectionTypeOf('Communication', () => CommunicationType, 'communications');
