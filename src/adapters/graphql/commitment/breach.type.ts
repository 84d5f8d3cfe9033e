import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { CycleView } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { BreachCause, ProposedWaiver, RejectedWaiver, Waiver } from '../../../domain/ticket/ticket';
import { ActorType } from '../base/actor.type';
import { BreachCauseEnum, CommitmentKindEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';

@ObjectType('Waiver', {
  description: 'A waiver of a breach. The breach stays recorded, and reports show figures with and without waivers.',
  simpleResolvers: true,
})
export class WaiverType implements Waiver {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the breach was waived.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who waived the breach.' })
  by!: Actor;

  @Field(() => String, { description: 'The reason for the waiver.' })
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of the event of the ticket that proposed the waiver. Null when an agent waived the breach without a proposal.',
  })
  evidence?: number;
}

@ObjectType('ProposedWaiver', {
  description:
    'A waiver that an event proposes: it was recorded after the breach and shows that the deadline was met. It has no effect until another agent approves it.',
  simpleResolvers: true,
})
export class ProposedWaiverType implements ProposedWaiver {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the event happened.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who caused the event. Another agent has to approve the waiver.' })
  by!: Actor;

  @Field(() => Int, { description: 'The number of the event, which is the evidence.' })
  evidence!: number;

  @Field(() => String, {
    nullable: true,
    description: 'The reason why the event was recorded late. Null when none was given.',
  })
  reason!: string | null;
}

@ObjectType('RejectedWaiver', {
  description: 'The rejection of a proposed waiver. The breach counts.',
  simpleResolvers: true,
})
export class RejectedWaiverType implements RejectedWaiver {
  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the waiver was rejected.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who rejected the waiver.' })
  by!: Actor;

  @Field(() => String, { description: 'The reason for the rejection.' })
  reason!: string;

  @Field(() => Int, { description: 'The number of the event that had proposed the waiver.' })
  evidence!: number;
}

@ObjectType('Breach', {
  description: 'A breach of a commitment: its due time passed before it was fulfilled. A breach is never erased.',
})
export class BreachType {}

/** Resolves on the view of the breached cycle. */
@Resolver(() => BreachType)
export class BreachResolver {
  @FieldResolver(() => CommitmentKindEnum, { description: 'The kind of the breached commitment.' })
  kind(@Root() { cycle }: CycleView): CommitmentKind {
    return cycle.kind;
  }

  @FieldResolver(() => Int, { description: 'The number of the breached cycle.' })
  cycle(@Root() { cycle }: CycleView): number {
    return cycle.number;
  }

  @FieldResolver(() => SeverityEnum, { description: 'The severity whose target applied to the breached cycle.' })
  severity(@Root() { cycle }: CycleView): Severity {
    return cycle.severity;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'The due time of the cycle, in UTC. It is never null.',
  })
  dueAt(@Root() { dueAt }: CycleView): EpochMs | null {
    return dueAt;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time of the breach, in UTC: the due time, or the time of the change of severity that moved the due time into the past. It is never null.',
  })
  breachedAt(@Root() { breach }: CycleView): EpochMs | null {
    return breach?.at ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the service detected and recorded the breach. Null while it is not recorded.',
  })
  detectedAt(@Root() { cycle }: CycleView): EpochMs | null {
    return cycle.breach?.detectedAt ?? null;
  }

  @FieldResolver(() => BreachCauseEnum, { nullable: true, description: 'The cause of the breach. It is never null.' })
  cause(@Root() { breach }: CycleView): BreachCause | null {
    return breach?.cause ?? null;
  }

  @FieldResolver(() => SeverityEnum, {
    nullable: true,
    description:
      'The severity of the ticket at the time of the breach. It can differ from the severity of the cycle. It is never null.',
  })
  severityAtBreach(@Root() { breach }: CycleView): Severity | null {
    return breach?.severity ?? null;
  }

  @FieldResolver(() => WaiverType, {
    nullable: true,
    description: 'The waiver of the breach. Null when the breach is not waived.',
  })
  waiver(@Root() { breach }: CycleView): Waiver | null {
    return breach?.waiver ?? null;
  }

  @FieldResolver(() => ProposedWaiverType, {
    nullable: true,
    description: 'The waiver that a late entry proposes. Null when none is proposed, and once it is decided.',
  })
  proposedWaiver(@Root() { breach }: CycleView): ProposedWaiver | null {
    return breach?.proposedWaiver ?? null;
  }

  @FieldResolver(() => RejectedWaiverType, {
    nullable: true,
    description: 'The rejection of a proposed waiver. Null when none was rejected.',
  })
  rejectedWaiver(@Root() { breach }: CycleView): RejectedWaiver | null {
    return breach?.rejectedWaiver ?? null;
  }
}
