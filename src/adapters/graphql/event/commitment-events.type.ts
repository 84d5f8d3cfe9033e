import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { BreachCause } from '../../../domain/ticket/ticket';
import type { Effects, TicketEvent } from '../../../domain/ticket/ticket-events';
import { BreachCauseEnum, CommitmentKindEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { TicketEventType } from './event.interface';
import { EffectsField, event } from './event-fields';

/** The events of commitments: marks, breaches and waivers. */

@ObjectType('BreachWaivedEvent', event('A breach was waived. The breach stays recorded.'))
export class BreachWaivedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @EffectsField()
  effects!: Effects;
}

@Resolver(() => BreachWaivedEventType)
export class BreachWaivedEventResolver {
  @FieldResolver(() => String, { nullable: true, description: 'The reason for the waiver. It is never null.' })
  reason(@Root() { waiver }: Extract<TicketEvent, { type: 'BREACH_WAIVED' }>): string {
    return waiver.reason;
  }
}

@ObjectType('MarkReachedEvent', event('A commitment reached a mark of the policy.'))
export class MarkReachedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the cycle of the commitment.' })
  cycle!: number;
  @Field(() => String, { description: 'The name of the mark, for example `atRisk`.' })
  mark!: string;
}

@ObjectType('CommitmentBreachedEvent', event('A commitment was breached.'))
export class CommitmentBreachedEventType extends TicketEventType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the breached cycle.' })
  cycle!: number;
  @Field(() => SeverityEnum, { description: 'The severity of the ticket at the time of the breach.' })
  severity!: Severity;
}

type BreachedEvent = Extract<TicketEvent, { type: 'COMMITMENT_BREACHED' }>;

@Resolver(() => CommitmentBreachedEventType)
export class CommitmentBreachedEventResolver {
  @FieldResolver(() => DateTimeScalar, {
    description:
      'The date and time of the breach, in UTC: the due time, or the time of the change of severity that moved the due time into the past.',
  })
  breachedAt(@Root() { breach }: BreachedEvent): EpochMs {
    return breach.at;
  }

  @FieldResolver(() => DateTimeScalar, {
    description: 'The date and time, in UTC, when the service detected the breach.',
  })
  detectedAt(@Root() { breach }: BreachedEvent): EpochMs {
    return breach.detectedAt;
  }

  @FieldResolver(() => BreachCauseEnum, { description: 'The cause of the breach.' })
  breachCause(@Root() { breach }: BreachedEvent): BreachCause {
    return breach.cause;
  }
}
