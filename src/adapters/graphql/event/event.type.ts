import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { LoggedEvent } from '../../../application/ports/events';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Channel, Direction } from '../../../domain/ticket/commands';
import type { BreachCause, Override, Proposal, Workaround } from '../../../domain/ticket/ticket';
import type { Effects, TicketEvent } from '../../../domain/ticket/ticket-events';
import { ImpactType } from '../base/common.type';
import {
  BreachCauseEnum,
  ChannelEnum,
  CloseCauseEnum,
  CommitmentKindEnum,
  DirectionEnum,
  SeverityEnum,
  WaitingReasonEnum,
} from '../base/enums';
import { NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';
import { OverrideType, ProposalType } from '../policy/classification.type';
import { WorkaroundType } from '../ticket/ticket-parts.type';
import { CommunicationType, TicketEventType } from './event.interface';
import { EventEffectsType } from './event-effects.type';

const event = (description: string) => ({
  implements: [NodeType, TicketEventType],
  description,
  simpleResolvers: true,
});
const communication = (description: string) => ({
  ...event(description),
  implements: [NodeType, TicketEventType, CommunicationType],
});

/** The field that every event of a command has. */
const EffectsField = (): PropertyDecorator =>
  Field(() => EventEffectsType, { description: 'What it did to the state, the severity and the clocks.' });
const ProposalField = (): PropertyDecorator => Field(() => ProposalType, { description: 'What was proposed.' });
const ReasonField = (): PropertyDecorator =>
  Field(() => String, { nullable: true, description: 'The reason given; null for none.' });

@ObjectType('SubmittedEvent', event('The ticket was opened.'))
export class SubmittedEventType extends TicketEventType {
  @Field(() => [ImpactType], { description: 'The impacts that it was opened with.' })
  impacts!: readonly Impact[];
  @Field(() => SeverityEnum, { description: 'The severity that they earned.' })
  severity!: Severity;
  @Field(() => String, { description: 'The clause that they fell under.' })
  clause!: string;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('AcknowledgedEvent', event('The ticket was acknowledged.'))
export class AcknowledgedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('ReclassifiedEvent', event('The impacts were stated anew, or the severity overridden.'))
export class ReclassifiedEventType extends TicketEventType {
  @Field(() => [ImpactType], { description: 'The impacts after it.' })
  impacts!: readonly Impact[];
  @Field(() => SeverityEnum, { description: 'The severity after it.' })
  severity!: Severity;
  @Field(() => String, { description: 'The clause that the impacts fall under.' })
  clause!: string;
  @Field(() => OverrideType, {
    nullable: true,
    description: 'The override; null where severity follows from the impacts.',
  })
  override!: Override | null;
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('OverrideProposedEvent', event('A lowering of the severity was proposed; another agent has to approve it.'))
export class OverrideProposedEventType extends TicketEventType {
  @ProposalField()
  proposal!: Proposal;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('OverrideApprovedEvent', event('The lowering that was proposed was approved, and holds from then on.'))
export class OverrideApprovedEventType extends TicketEventType {
  @ProposalField()
  proposal!: Proposal;
  @Field(() => String, { nullable: true, description: "The approver's reason, else the proposer's; null for none." })
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('OverrideRejectedEvent', event('The lowering that was proposed was rejected.'))
export class OverrideRejectedEventType extends TicketEventType {
  @ProposalField()
  proposal!: Proposal;
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WorkaroundAppliedEvent', event('A workaround was applied.'))
export class WorkaroundAppliedEventType extends TicketEventType {
  @Field(() => WorkaroundType, { description: 'The workaround.' })
  workaround!: Workaround;
  @Field(() => String, { description: 'The clause that the remaining impacts fall under.' })
  clause!: string;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WorkaroundWithdrawnEvent', event('A workaround was taken back.'))
export class WorkaroundWithdrawnEventType extends TicketEventType {
  @Field(() => [ImpactType], { description: 'The impacts that were restored.' })
  impacts!: readonly Impact[];
  @Field(() => SeverityEnum, { description: 'The severity that they earn.' })
  severity!: Severity;
  @Field(() => String, { description: 'The clause that they fall under.' })
  clause!: string;
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WaitingStartedEvent', event('The ticket began to wait.'))
export class WaitingStartedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('WaitingStoppedEvent', event('The ticket stopped waiting.'))
export class WaitingStoppedEventType extends TicketEventType {
  @EffectsField()
  effects!: Effects;
}

type WaitingEvent = Extract<TicketEvent, { type: 'WAITING_STARTED' | 'WAITING_STOPPED' }>;

@Resolver(() => WaitingStartedEventType)
export class WaitingStartedEventResolver {
  // Not `reason`: other events have one that is text, and one query could not ask for both.
  @FieldResolver(() => WaitingReasonEnum, { description: 'What it waits for.' })
  waitingReason(@Root() { reason }: WaitingEvent): WaitingReason {
    return reason;
  }
}

@Resolver(() => WaitingStoppedEventType)
export class WaitingStoppedEventResolver {
  @FieldResolver(() => WaitingReasonEnum, { description: 'What it waits for no longer.' })
  waitingReason(@Root() { reason }: WaitingEvent): WaitingReason {
    return reason;
  }
}

@ObjectType('CommunicatedEvent', communication('A message went to or came from the client.'))
export class CommunicatedEventType extends CommunicationType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('CallRecordedEvent', communication('The client phoned.'))
export class CallRecordedEventType extends CommunicationType {
  @EffectsField()
  effects!: Effects;
}

@ObjectType('ResolvedEvent', event('The cause was removed.'))
export class ResolvedEventType extends TicketEventType {
  @Field(() => String, { nullable: true, description: 'What removed it; null where it was not said.' })
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

@ObjectType('ClosedEvent', event('The ticket was closed.'))
export class ClosedEventType extends TicketEventType {
  @Field(() => CloseCauseEnum, { description: 'Why it was closed.' })
  cause!: Extract<TicketEvent, { type: 'CLOSED' }>['cause'];
  @ReasonField()
  reason!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('AssignedEvent', event('The ticket was given to somebody, or to nobody.'))
export class AssignedEventType extends TicketEventType {
  @Field(() => String, { nullable: true, description: 'To whom; null for nobody.' })
  assignee!: string | null;
  @EffectsField()
  effects!: Effects;
}

@ObjectType('BreachWaivedEvent', event('A breach was waived; it stays a breach.'))
export class BreachWaivedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'Of which commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @EffectsField()
  effects!: Effects;
}

@Resolver(() => BreachWaivedEventType)
export class BreachWaivedEventResolver {
  @FieldResolver(() => String, { nullable: true, description: 'Why; never null.' })
  reason(@Root() { waiver }: Extract<TicketEvent, { type: 'BREACH_WAIVED' }>): string {
    return waiver.reason;
  }
}

@ObjectType('MarkReachedEvent', event('A commitment reached a mark of the policy.'))
export class MarkReachedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'Of which commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of its cycle.' })
  cycle!: number;
  @Field(() => String, { description: 'The name of the mark, e.g. `atRisk`.' })
  mark!: string;
}

@ObjectType('CommitmentBreachedEvent', event('A commitment was breached.'))
export class CommitmentBreachedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'Which commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of its cycle.' })
  cycle!: number;
  @Field(() => SeverityEnum, { description: "The ticket's severity at the breach." })
  severity!: Severity;
}

type BreachedEvent = Extract<TicketEvent, { type: 'COMMITMENT_BREACHED' }>;

@Resolver(() => CommitmentBreachedEventType)
export class CommitmentBreachedEventResolver {
  @FieldResolver(() => DateTimeScalar, {
    description: 'When it was breached, UTC: the due instant, or the change that put it into the past.',
  })
  breachedAt(@Root() { breach }: BreachedEvent): EpochMs {
    return breach.at;
  }

  @FieldResolver(() => DateTimeScalar, { description: 'When it was seen, UTC.' })
  detectedAt(@Root() { breach }: BreachedEvent): EpochMs {
    return breach.detectedAt;
  }

  @FieldResolver(() => BreachCauseEnum, { description: 'Why.' })
  breachCause(@Root() { breach }: BreachedEvent): BreachCause {
    return breach.cause;
  }
}

/** A call is a communication without direction, channel and body of its own. */
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

  @FieldResolver(() => String)
  body(@Root() logged: LoggedEvent): string | null {
    return logged.type === 'COMMUNICATED' ? logged.body : logged.type === 'CALL_RECORDED' ? logged.note : null;
  }
}
