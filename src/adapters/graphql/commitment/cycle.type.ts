import { Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import { type CommitmentStatus, type CycleView } from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import {
  type Basis,
  type CommitmentKind,
  type Policy,
  type Target,
  type TargetUnit,
  targetOf,
} from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { BreachCause, Ticket, Waiver } from '../../../domain/ticket/ticket';
import { ActorType } from '../base/common.type';
import {
  BasisEnum,
  BreachCauseEnum,
  CommitmentKindEnum,
  CommitmentStatusEnum,
  SeverityEnum,
  TargetUnitEnum,
} from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';

/** A cycle as it stands at an instant, with what promised it. */
export type JudgedCycle = CycleView & { readonly ticket: Ticket; readonly policy: Policy; readonly at: EpochMs };

@ObjectType('Target', {
  description: 'What is promised at one severity; amount, unit and calendar are null for best effort.',
})
export class TargetType {
  @Field(() => BasisEnum, { description: 'Whether the vendor published it or the house ruled it.' })
  basis!: Basis;

  @Field(() => String, { description: 'The meaning of the published wording, or the reason of the house ruling.' })
  text!: string;
}

@Resolver(() => TargetType)
export class TargetResolver {
  @FieldResolver(() => Float, { nullable: true, description: 'How many of the unit; null for best effort.' })
  amount(@Root() target: Target): number | null {
    return target.span?.amount ?? null;
  }

  @FieldResolver(() => TargetUnitEnum, { nullable: true, description: 'The unit; null for best effort.' })
  unit(@Root() target: Target): TargetUnit | null {
    return target.span?.unit ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The name of the policy's calendar that it counts on; null for best effort.",
  })
  calendar(@Root() target: Target): string | null {
    return target.span?.calendar ?? null;
  }
}

export const ELAPSED = 'Business time used so far, without pauses; by the wall clock for best effort.';
export const REMAINING = 'Business time left, negative when overdue; null for best effort.';
export const PERCENT = 'Elapsed as a part of the whole, in percent, over 100 when overdue; null for best effort.';
export const MISSED =
  'Updates that fell due and were not sent, the breached one included; 0 for the other commitments.';
export const DUE = 'When it is due, UTC; null while paused and for best effort.';
export const AT_RISK =
  'When it reached or will reach the atRisk mark, UTC; null for best effort and while paused before it.';

export const percentOf = ({ elapsedMs, cycle }: CycleView): number | null =>
  cycle.totalMs === null || cycle.totalMs === 0 ? null : Math.round((elapsedMs / cycle.totalMs) * 10_000) / 100;
export const fulfilledAt = ({ cycle: { end } }: CycleView): EpochMs | null =>
  end?.outcome === 'FULFILLED' ? end.at : null;

@ObjectType('CommitmentCycle', {
  description: "One run of a commitment's clock: from its start to fulfilment, or to the cycle that took its place.",
  simpleResolvers: true,
})
export class CommitmentCycleType {
  @Field(() => CommitmentStatusEnum, { description: 'How it stands at the instant of the answer, or how it ended.' })
  status!: CommitmentStatus;

  @Field(() => Boolean, { description: 'Whether no time is promised.' })
  bestEffort!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: DUE })
  dueAt!: EpochMs | null;

  @Field(() => DateTimeScalar, { nullable: true, description: AT_RISK })
  atRiskAt!: EpochMs | null;

  @Field(() => Int, { description: MISSED })
  missedBeats!: number;
}

@Resolver(() => CommitmentCycleType)
export class CommitmentCycleResolver {
  @FieldResolver(() => CommitmentKindEnum, { description: 'What is promised.' })
  kind(@Root() { cycle }: CycleView): CommitmentKind {
    return cycle.kind;
  }

  @FieldResolver(() => Int, { description: 'Counts from 1 for each kind.' })
  number(@Root() { cycle }: CycleView): number {
    return cycle.number;
  }

  @FieldResolver(() => SeverityEnum, { description: 'The severity that gave it.' })
  severity(@Root() { cycle }: CycleView): Severity {
    return cycle.severity;
  }

  @FieldResolver(() => TargetType, { description: 'What was promised.' })
  target(@Root() { policy, cycle }: JudgedCycle): Target {
    return targetOf(policy, cycle.severity, cycle.kind);
  }

  @FieldResolver(() => DateTimeScalar, { description: 'The instant that its clock counts from, UTC.' })
  startedAt(@Root() { cycle }: CycleView): EpochMs {
    return cycle.startedAt;
  }

  @FieldResolver(() => DateTimeScalar, {
    description: 'The instant from which it applies, UTC; later than startedAt where the start was carried over.',
  })
  appliesFrom(@Root() { cycle }: CycleView): EpochMs {
    return cycle.appliesFrom;
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description: 'Business time that the target is worth from its start; null for best effort.',
  })
  total(@Root() { cycle }: CycleView): DurationMs | null {
    return cycle.totalMs;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was fulfilled, UTC; null where it was not.',
  })
  fulfilledAt(@Root() view: CycleView): EpochMs | null {
    return fulfilledAt(view);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it ended, however it did, UTC; null while it runs.',
  })
  endedAt(@Root() { cycle }: CycleView): EpochMs | null {
    return cycle.end?.at ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it was breached, UTC: the due instant, or the change that put it into the past. Null where it was not.',
  })
  breachedAt(@Root() { breach }: CycleView): EpochMs | null {
    return breach?.at ?? null;
  }

  @FieldResolver(() => DurationScalar, { description: ELAPSED })
  elapsed(@Root() { elapsedMs }: CycleView): DurationMs {
    return elapsedMs;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: REMAINING })
  remaining(@Root() { remainingMs }: CycleView): DurationMs | null {
    return remainingMs;
  }

  @FieldResolver(() => Float, { nullable: true, description: PERCENT })
  percentElapsed(@Root() view: CycleView): number | null {
    return percentOf(view);
  }
}

@ObjectType('Waiver', {
  description: 'Says that a breach is not to be held against those who promised.',
  simpleResolvers: true,
})
export class WaiverType implements Waiver {
  @Field(() => DateTimeScalar, { description: 'When, UTC.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'By whom.' })
  by!: Actor;

  @Field(() => String, { description: 'Why.' })
  reason!: string;
}

@ObjectType('Breach', { description: 'A promise that was not kept. It stays, whatever happens later.' })
export class BreachType {}

/** Resolves on the view of the breached cycle. */
@Resolver(() => BreachType)
export class BreachResolver {
  @FieldResolver(() => CommitmentKindEnum, { description: 'What was promised.' })
  kind(@Root() { cycle }: CycleView): CommitmentKind {
    return cycle.kind;
  }

  @FieldResolver(() => Int, { description: 'The number of the cycle that was breached.' })
  cycle(@Root() { cycle }: CycleView): number {
    return cycle.number;
  }

  @FieldResolver(() => SeverityEnum, { description: 'The severity that gave the cycle.' })
  severity(@Root() { cycle }: CycleView): Severity {
    return cycle.severity;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'When it was due, UTC; null while paused.' })
  dueAt(@Root() { dueAt }: CycleView): EpochMs | null {
    return dueAt;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was breached, UTC: the due instant, or the change that put it into the past.',
  })
  breachedAt(@Root() { breach }: CycleView): EpochMs | null {
    return breach?.at ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was recorded, UTC; null where that is still to come.',
  })
  detectedAt(@Root() { cycle }: CycleView): EpochMs | null {
    return cycle.breach?.detectedAt ?? null;
  }

  @FieldResolver(() => BreachCauseEnum, { nullable: true, description: 'Why.' })
  cause(@Root() { breach }: CycleView): BreachCause | null {
    return breach?.cause ?? null;
  }

  @FieldResolver(() => SeverityEnum, {
    nullable: true,
    description: "The ticket's severity at the breach; that of the cycle may be another.",
  })
  severityAtBreach(@Root() { breach }: CycleView): Severity | null {
    return breach?.severity ?? null;
  }

  @FieldResolver(() => WaiverType, { nullable: true, description: 'Null where nobody waived it.' })
  waiver(@Root() { breach }: CycleView): Waiver | null {
    return breach?.waiver ?? null;
  }
}
