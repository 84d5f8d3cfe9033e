import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Cycle, CycleEnd, CycleOutcome, SeverityChange, TicketState } from '../../../domain/ticket/ticket';
import type { Effects } from '../../../domain/ticket/ticket-events';
import { CommitmentKindEnum, describeEnum, SeverityEnum, TicketStateEnum, WaitingReasonEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { SeverityChangeType } from '../ticket/ticket-parts.type';

const CycleOutcomeEnum = describeEnum<CycleOutcome>('CycleOutcome', 'The outcome of an ended cycle of a commitment.', {
  FULFILLED: 'The commitment was fulfilled.',
  SUPERSEDED: 'A change of severity replaced the cycle with another one.',
  CANCELLED: 'The ticket was closed without a resolution.',
});

@ObjectType('EndedCycle', { description: 'A cycle of a commitment that an event ended.', simpleResolvers: true })
export class EndedCycleType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'The number of the cycle. It counts from 1 for each kind of commitment.' })
  cycle!: number;
}

type Ended = NonNullable<Effects['ended']>[number];
const endOf = ({ end }: Ended): CycleEnd => end;

@Resolver(() => EndedCycleType)
export class EndedCycleResolver {
  @FieldResolver(() => CycleOutcomeEnum, { description: 'The outcome of the cycle.' })
  outcome(@Root() ended: Ended): CycleOutcome {
    return endOf(ended).outcome;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The due time of the cycle, in UTC, as calculated at its end. A pause that was running at the end does not move it. Null for best effort.',
  })
  dueAt(@Root() ended: Ended): EpochMs | null {
    return endOf(ended).dueAt;
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'The elapsed business time of the cycle, without pauses. For best effort, the elapsed wall-clock time, pauses included. Null when the calendar cannot compute it.',
  })
  elapsed(@Root() ended: Ended): DurationMs | null {
    return endOf(ended).elapsedMs;
  }
}

@ObjectType('StartedCycle', { description: 'A cycle of a commitment that an event started.', simpleResolvers: true })
export class StartedCycleType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;

  @Field(() => SeverityEnum, { description: 'The severity whose target applies to the cycle.' })
  severity!: Severity;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, from which the clock counts.' })
  startedAt!: EpochMs;
}

@Resolver(() => StartedCycleType)
export class StartedCycleResolver {
  @FieldResolver(() => Int, { description: 'The number of the cycle. It counts from 1 for each kind of commitment.' })
  cycle(@Root() { number }: Cycle): number {
    return number;
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description:
      'The total business time of the cycle, from its start to its due time without pauses. Null for best effort.',
  })
  total(@Root() { totalMs }: Cycle): DurationMs | null {
    return totalMs;
  }
}

@ObjectType('EventEffects', {
  description: 'The effects of an event on the state, the severity and the commitments of a ticket.',
  simpleResolvers: true,
})
export class EventEffectsType {
  @Field(() => TicketStateEnum, { description: 'The state of the ticket after the event.' })
  state!: TicketState;

  @Field(() => SeverityChangeType, {
    nullable: true,
    description: 'The change of the severity. Null when the severity did not change.',
  })
  severityChange!: SeverityChange | null;
}

@Resolver(() => EventEffectsType)
export class EventEffectsResolver {
  @FieldResolver(() => Boolean, { description: 'Whether the event is the first action that counts as a response.' })
  responds(@Root() effects: Effects): boolean {
    return effects.responds === true;
  }

  @FieldResolver(() => [EndedCycleType], { description: 'The cycles that the event ended.' })
  ended(@Root() effects: Effects): readonly Ended[] {
    return effects.ended ?? [];
  }

  @FieldResolver(() => [StartedCycleType], { description: 'The cycles that the event started.' })
  started(@Root() effects: Effects): readonly Cycle[] {
    return effects.started ?? [];
  }

  @FieldResolver(() => [WaitingReasonEnum], {
    description: 'The waiting reasons that the event ended.',
  })
  waitingEnded(@Root() effects: Effects): readonly WaitingReason[] {
    return effects.waitingEnded ?? [];
  }
}
