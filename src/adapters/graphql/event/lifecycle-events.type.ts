import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { WaitingReason } from '../../../domain/policy/policy';
import type { Effects, TicketEvent } from '../../../domain/ticket/ticket-events';
import { describeEnum, WaitingReasonEnum } from '../base/enums';
import { TicketEventType } from './event.interface';
import { EffectsField, event, ReasonField } from './event-fields';

/** The events of commands that move a ticket through its lifecycle. */

type ClosedEvent = Extract<TicketEvent, { type: 'CLOSED' }>;
type WaitingEvent = Extract<TicketEvent, { type: 'WAITING_STARTED' | 'WAITING_STOPPED' }>;

const CloseCauseEnum = describeEnum<ClosedEvent['cause']>('CloseCause', 'The cause of the closing of a ticket.', {
  CONFIRMED: 'The resolution was confirmed.',
  CANCELLED: 'The ticket was closed without a resolution.',
  SILENCE: 'The ticket was closed automatically after the time of silence that the policy defines.',
});

@ObjectType('AcknowledgedEvent', event('The ticket was acknowledged.'))
export class AcknowledgedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WaitingStartedEvent', event('The ticket started to wait.'))
export class WaitingStartedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WaitingStoppedEvent', event('The ticket stopped waiting.'))
export class WaitingStoppedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

@Resolver(() => WaitingStartedEventType)
export class WaitingStartedEventResolver {
  // Not named `reason`, because one query cannot select `reason` as an enum and as a string.
  @FieldResolver(() => WaitingReasonEnum, { description: 'The reason for waiting.' })
  waitingReason(@Root() { reason }: WaitingEvent): WaitingReason {
    return reason;
  }
}

@Resolver(() => WaitingStoppedEventType)
export class WaitingStoppedEventResolver {
  @FieldResolver(() => WaitingReasonEnum, { description: 'The reason for which the ticket no longer waits.' })
  waitingReason(@Root() { reason }: WaitingEvent): WaitingReason {
    return reason;
  }
}

@ObjectType('ResolvedEvent', event('The ticket was resolved: the cause was removed.'))
export class ResolvedEventType extends TicketEventType {
  @Field(() => String, {
    nullable: true,
    description: 'The description of how the cause was removed. Null when none was given.',
  })
  resolution!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('ReopenedEvent', event('The ticket was reopened.'))
export class ReopenedEventType extends TicketEventType {
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('ClosedEvent', event('The ticket was closed, by a person or automatically.'))
export class ClosedEventType extends TicketEventType {
  @Field(() => CloseCauseEnum, { description: 'The cause of the closing.' })
  cause!: ClosedEvent['cause'];
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('AssignedEvent', event('The ticket was assigned to a person, or its assignee was removed.'))
export class AssignedEventType extends TicketEventType {
  @Field(() => String, {
    nullable: true,
    description: 'The name of the new assignee. Null when the assignee was removed.',
  })
  assignee!: string | null;
  @EffectsField()
  effects!: Effects;
}
