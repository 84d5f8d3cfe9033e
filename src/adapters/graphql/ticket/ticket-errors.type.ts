import { Field, Int, ObjectType } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { Audience, Consequence } from '../../../domain/impact';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import type { FactKind } from '../../../domain/policy/facts';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { CommandType } from '../../../domain/ticket/commands';
import type { TicketState } from '../../../domain/ticket/ticket';
import type { EventType, RecordedAct } from '../../../domain/ticket/ticket-events';
import { ActorType } from '../base/actor.type';
import {
  CommandEnum,
  CommitmentKindEnum,
  EventTypeEnum,
  SeverityEnum,
  TicketStateEnum,
  WaitingReasonEnum,
} from '../base/enums';
import { AudienceScalar, ConsequenceScalar, FactKindEnum } from '../base/fact-scalars';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { options, UserErrorType } from '../base/user-errors';

/** The errors with which a command for a ticket, or a submission, can be refused. */

@ObjectType(
  'IllegalTransition',
  options('The lifecycle does not allow the command in the current state of the ticket.'),
)
export class IllegalTransitionType extends UserErrorType {
  @Field(() => TicketStateEnum, { description: 'The current state of the ticket.' })
  state!: TicketState;
  @Field(() => CommandEnum, { description: 'The refused command.' })
  command!: CommandType;
  @Field(() => [CommandEnum], {
    description:
      'The commands that the ticket accepts in its current state and that the role or the scopes of the caller allow.',
  })
  allowed!: readonly CommandType[];
}

@ObjectType('UnknownFact', options('The policy has no audience or consequence with this code.'))
export class UnknownFactType extends UserErrorType {
  @Field(() => FactKindEnum, { description: 'Whether the code is that of an audience or of a consequence.' })
  kind!: FactKind;
  @Field(() => String, { description: 'The code in the input.' })
  value!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The code of the policy that is most similar. Null when none is similar.',
  })
  nearest!: string | null;
  @Field(() => [String], { description: 'The codes that the policy has.' })
  known!: readonly string[];
}

@ObjectType(
  'ContradictoryImpact',
  options(
    'No clause of the policy covers this pair of audience and consequence, because the two contradict each other.',
  ),
)
export class ContradictoryImpactType extends UserErrorType {
  @Field(() => AudienceScalar, { description: 'The audience of the impact.' })
  audience!: Audience;
  @Field(() => ConsequenceScalar, { description: 'The consequence of the impact.' })
  consequence!: Consequence;
}

@ObjectType(
  'SeverityNotLowered',
  options('A workaround at this severity must lower the severity. The remaining impacts do not.'),
)
export class SeverityNotLoweredType extends UserErrorType {
  @Field(() => SeverityEnum, { description: 'The current severity of the ticket.' })
  before!: Severity;
  @Field(() => SeverityEnum, { description: 'The severity that follows from the remaining impacts.' })
  after!: Severity;
}

@ObjectType(
  'ImpactNotLowered',
  options('A workaround at this severity must lower the impact. The remaining impacts do not.'),
)
export class ImpactNotLoweredType extends UserErrorType {
  @Field(() => SeverityEnum, { description: 'The current severity of the ticket.' })
  before!: Severity;
  @Field(() => SeverityEnum, { description: 'The severity that follows from the remaining impacts.' })
  after!: Severity;
  @Field(() => Boolean, {
    description: 'Whether the remaining impacts equal the current impacts. Notes are not compared.',
  })
  sameImpacts!: boolean;
}

@ObjectType(
  'AlreadyAcknowledged',
  options('The ticket is already acknowledged. A ticket can be acknowledged only once.'),
)
export class AlreadyAcknowledgedType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the ticket was acknowledged.' })
  acknowledgedAt!: EpochMs;
}

@ObjectType('AlreadyWaiting', options('The ticket already waits for this reason.'))
export class AlreadyWaitingType extends UserErrorType {
  @Field(() => WaitingReasonEnum, { description: 'The reason in the input.' })
  reason!: WaitingReason;
  @Field(() => DateTimeScalar, {
    description: 'The date and time, in UTC, when the ticket started to wait for this reason.',
  })
  since!: EpochMs;
}

@ObjectType('NotWaiting', options('The ticket does not wait for this reason.'))
export class NotWaitingType extends UserErrorType {
  @Field(() => WaitingReasonEnum, { description: 'The reason in the input.' })
  reason!: WaitingReason;
}

@ObjectType('NothingProposed', options('No lowering of the severity is proposed, so none can be approved or rejected.'))
export class NothingProposedType extends UserErrorType {}

@ObjectType(
  'ApproverIsProposer',
  options('The agent who proposed a lowering of the severity cannot approve it. Another agent has to approve it.'),
)
export class ApproverIsProposerType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the lowering was proposed.' })
  proposedAt!: EpochMs;
}

@ObjectType('NothingToWaive', options('The ticket has no breach, or every breach is already waived.'))
export class NothingToWaiveType extends UserErrorType {}

@ObjectType('NoSuchBreach', options('The cycle of the commitment is not breached, or there is no such cycle.'))
export class NoSuchBreachType extends UserErrorType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of commitment in the input.' })
  commitment!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the cycle in the input.' })
  cycle!: number;
}

@ObjectType('AlreadyWaived', options('The breach is already waived.'))
export class AlreadyWaivedType extends UserErrorType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  commitment!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the breach was waived.' })
  waivedAt!: EpochMs;
}

@ObjectType('NoWaiverProposed', options('No waiver is proposed for the breach, so none can be approved or rejected.'))
export class NoWaiverProposedType extends UserErrorType {}

@ObjectType(
  'ApproverIsWitness',
  options('The agent whose late entry proposed a waiver can neither approve nor reject it. Another agent has to.'),
)
export class ApproverIsWitnessType extends UserErrorType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  commitment!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @Field(() => Int, { description: 'The number of the event of the agent that is the evidence.' })
  evidence!: number;
}

@ObjectType('OverrideWithoutEffect', options('The ticket already has the severity of the override.'))
export class OverrideWithoutEffectType extends UserErrorType {
  @Field(() => SeverityEnum, { description: 'The severity of the override and of the ticket.' })
  severity!: Severity;
}

@ObjectType(
  'ReclassifiedSinceWorkaround',
  options('The latest workaround cannot be withdrawn, because the ticket was reclassified after it was applied.'),
)
export class ReclassifiedSinceWorkaroundType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the workaround was applied.' })
  appliedAt!: EpochMs;
}

@ObjectType('EventInTheWay', {
  description: 'The event of a ticket before which nothing can be recorded any more.',
  simpleResolvers: true,
})
export class EventInTheWayType {
  @Field(() => Int, { description: 'The number of the event. It counts from 1 for each ticket.' })
  number!: number;
  @Field(() => EventTypeEnum, { description: 'The type of the event.' })
  type!: EventType;
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the event happened.' })
  at!: EpochMs;
  @Field(() => ActorType, { description: 'The actor who caused the event.' })
  actor!: Actor;
}

@ObjectType(
  'OutOfOrder',
  options(
    'The time of the command is before the last event of the ticket that was not caused by time alone. Marks and breaches are not in the way.',
  ),
)
export class OutOfOrderType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, of the command.' })
  at!: EpochMs;
  @Field(() => DateTimeScalar, {
    description: 'The date and time, in UTC, of the event in the way: the earliest time that is accepted.',
  })
  lastEventAt!: EpochMs;
  @Field(() => EventInTheWayType, {
    nullable: true,
    description: 'The event in the way. Null for a simulated command without `at`.',
  })
  event!: RecordedAct | null;
}

@ObjectType('InTheFuture', options('`occurredAt` is later than the current time of the service.'))
export class InTheFutureType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'The date and time in the input, in UTC.' })
  occurredAt!: EpochMs;
  @Field(() => DateTimeScalar, { description: 'The current date and time of the service, in UTC.' })
  now!: EpochMs;
}

@ObjectType(
  'ReasonNeeded',
  options(
    'It happened longer ago than `lateEntry` of the policy allows without a reason. Send it again with a reason.',
  ),
)
export class ReasonNeededType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'The date and time in the input, in UTC.' })
  occurredAt!: EpochMs;
  @Field(() => DurationScalar, {
    description: 'How long after it happened a change can be recorded without a reason, in wall-clock time.',
  })
  threshold!: DurationMs;
}

@ObjectType(
  'BeyondCalendar',
  options(
    'The ticket was not opened, because the calendar cannot determine one of its deadlines. No command on an open ticket is refused for this reason: a deadline that cannot be determined is `UNKNOWN`.',
  ),
)
export class BeyondCalendarType extends UserErrorType {
  @Field(() => String, { description: 'The reason why the calendar cannot determine the deadline.' })
  detail!: string;
}

@ObjectType('DuplicateExternalId', options('The client already has a ticket with this `externalId`.'))
export class DuplicateExternalIdType extends UserErrorType {
  @Field(() => String, { description: 'The `externalId` in the input.' })
  externalId!: string;
}
