import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { CycleView } from '../../../domain/commitment/view';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { BreachCause, Waiver } from '../../../domain/ticket/ticket';
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
}
