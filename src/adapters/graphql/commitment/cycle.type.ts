import { Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { CommitmentStatus, CycleView } from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { type CommitmentKind, type Policy, type Target, targetOfCycle } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Ticket } from '../../../domain/ticket/ticket';
import { CommitmentKindEnum, CommitmentStatusEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { TargetType } from './target.type';

/** A cycle evaluated at an instant, with its ticket and policy. */
export type JudgedCycle = CycleView & { readonly ticket: Ticket; readonly policy: Policy; readonly at: EpochMs };

/** The descriptions of the fields that a commitment shares with its cycles. */
export const CYCLE_FIELDS = {
  elapsed:
    'The elapsed business time of the cycle, without pauses. For best effort, the elapsed wall-clock time, pauses included. Null when the calendar cannot compute it.',
  remaining:
    'The business time left until the cycle is due. Negative when it is overdue. Null for best effort, and when the calendar cannot compute it.',
  percentElapsed:
    'The elapsed time in percent of the total time of the cycle. More than 100 when it is overdue. Null for best effort, and when the calendar cannot compute it.',
  missedBeats:
    'The number of updates that fell due and were not sent, including the breached one. Always 0 for commitments of other kinds.',
  dueAt:
    'The due time of the cycle, in UTC. Null while the clock is paused, for best effort, and while the status is `UNKNOWN`.',
  atRiskAt:
    'The date and time, in UTC, when the cycle reached or will reach the `atRisk` mark of the policy. Null for best effort, while the clock is paused before the mark, and while the status is `UNKNOWN` unless the mark was reached before.',
} as const;

export const percentOf = ({ elapsedMs, cycle }: CycleView): number | null =>
  elapsedMs === null || cycle.totalMs === null || cycle.totalMs === 0
    ? null
    : Math.round((elapsedMs / cycle.totalMs) * 10_000) / 100;
export const fulfilledAt = ({ cycle: { end } }: CycleView): EpochMs | null =>
  end?.outcome === 'FULFILLED' ? end.at : null;

@ObjectType('CommitmentCycle', {
  description:
    'A cycle of a commitment: one run of its clock, from its start until it is fulfilled, superseded or cancelled.',
  simpleResolvers: true,
})
export class CommitmentCycleType {
  @Field(() => CommitmentStatusEnum, { description: 'The status of the cycle, evaluated at the time of the request.' })
  status!: CommitmentStatus;

  @Field(() => Boolean, { description: 'Whether the commitment is best effort: the policy promises no time.' })
  bestEffort!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: CYCLE_FIELDS.dueAt })
  dueAt!: EpochMs | null;

  @Field(() => DateTimeScalar, { nullable: true, description: CYCLE_FIELDS.atRiskAt })
  atRiskAt!: EpochMs | null;

  @Field(() => Int, { description: CYCLE_FIELDS.missedBeats })
  missedBeats!: number;
}

@Resolver(() => CommitmentCycleType)
export class CommitmentCycleResolver {
  @FieldResolver(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind(@Root() { cycle }: CycleView): CommitmentKind {
    return cycle.kind;
  }

  @FieldResolver(() => Int, { description: 'The number of the cycle. It counts from 1 for each kind of commitment.' })
  number(@Root() { cycle }: CycleView): number {
    return cycle.number;
  }

  @FieldResolver(() => SeverityEnum, { description: 'The severity whose target applies to the cycle.' })
  severity(@Root() { cycle }: CycleView): Severity {
    return cycle.severity;
  }

  @FieldResolver(() => TargetType, { description: 'The target that applies to the cycle.' })
  target(@Root() { policy, cycle }: JudgedCycle): Target {
    return targetOfCycle(policy, cycle);
  }

  @FieldResolver(() => DateTimeScalar, { description: 'The date and time, in UTC, from which the clock counts.' })
  startedAt(@Root() { cycle }: CycleView): EpochMs {
    return cycle.startedAt;
  }

  @FieldResolver(() => DateTimeScalar, {
    description:
      'The date and time, in UTC, from which the cycle applies. It is later than `startedAt` when the cycle took over the start of the previous one.',
  })
  appliesFrom(@Root() { cycle }: CycleView): EpochMs {
    return cycle.appliesFrom;
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'The total business time of the cycle, from its start to its due time without pauses. Null for best effort, and when the calendar cannot compute it.',
  })
  total(@Root() { cycle }: CycleView): DurationMs | null {
    return cycle.totalMs;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the commitment was fulfilled. Null when it was not.',
  })
  fulfilledAt(@Root() view: CycleView): EpochMs | null {
    return fulfilledAt(view);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the cycle was fulfilled, superseded or cancelled. Null while it has not ended.',
  })
  endedAt(@Root() { cycle }: CycleView): EpochMs | null {
    return cycle.end?.at ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the cycle was breached: its due time, or the time of the change of severity that moved the due time into the past. Null when it was not breached.',
  })
  breachedAt(@Root() { breach }: CycleView): EpochMs | null {
    return breach?.at ?? null;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: CYCLE_FIELDS.elapsed })
  elapsed(@Root() { elapsedMs }: CycleView): DurationMs | null {
    return elapsedMs;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: CYCLE_FIELDS.remaining })
  remaining(@Root() { remainingMs }: CycleView): DurationMs | null {
    return remainingMs;
  }

  @FieldResolver(() => Float, { nullable: true, description: CYCLE_FIELDS.percentElapsed })
  percentElapsed(@Root() view: CycleView): number | null {
    return percentOf(view);
  }
}
