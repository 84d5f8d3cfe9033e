import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Cycle, CycleEnd, CycleOutcome, SeverityChange, TicketState } from '../../../domain/ticket/ticket';
import type { Effects } from '../../../domain/ticket/ticket-events';
import { CommitmentKindEnum, CycleOutcomeEnum, SeverityEnum, TicketStateEnum, WaitingReasonEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import { SeverityChangeType } from '../ticket/ticket-parts.type';

@ObjectType('EndedCycle', { description: 'A cycle of a commitment that an event ended.', simpleResolvers: true })
export class EndedCycleType {
  @Field(() => CommitmentKindEnum, { description: 'What was promised.' })
  kind!: CommitmentKind;

  @Field(() => Int, { description: 'Its number among the cycles of its kind.' })
  cycle!: number;
}

type Ended = NonNullable<Effects['ended']>[number];
const endOf = ({ end }: Ended): CycleEnd => end;

@Resolver(() => EndedCycleType)
export class EndedCycleResolver {
  @FieldResolver(() => CycleOutcomeEnum, { description: 'How it ended.' })
  outcome(@Root() ended: Ended): CycleOutcome {
    return endOf(ended).outcome;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was due as things stood then, UTC; null while paused and for best effort.',
  })
  dueAt(@Root() ended: Ended): EpochMs | null {
    return endOf(ended).dueAt;
  }

  @FieldResolver(() => DurationScalar, {
    description: 'Business time that was used; by the wall clock for best effort.',
  })
  elapsed(@Root() ended: Ended): DurationMs {
    return endOf(ended).elapsedMs;
  }
}

@ObjectType('StartedCycle', { description: 'A cycle of a commitment that an event began.', simpleResolvers: true })
export class StartedCycleType {
  @Field(() => CommitmentKindEnum, { description: 'What is promised.' })
  kind!: CommitmentKind;

  @Field(() => SeverityEnum, { description: 'The severity that gave it.' })
  severity!: Severity;

  @Field(() => DateTimeScalar, { description: 'The instant that its clock counts from, UTC.' })
  startedAt!: EpochMs;
}

@Resolver(() => StartedCycleType)
export class StartedCycleResolver {
  @FieldResolver(() => Int, { description: 'Its number among the cycles of its kind.' })
  cycle(@Root() { number }: Cycle): number {
    return number;
  }

  @FieldResolver(() => DurationScalar, {
    nullable: true,
    description: 'Business time that its target is worth from its start; null for best effort.',
  })
  total(@Root() { totalMs }: Cycle): DurationMs | null {
    return totalMs;
  }
}

@ObjectType('EventEffects', {
  description: 'What an event did to the state, the severity and the clocks.',
  simpleResolvers: true,
})
export class EventEffectsType {
  @Field(() => TicketStateEnum, { description: 'The state that it led to.' })
  state!: TicketState;

  @Field(() => SeverityChangeType, { nullable: true, description: 'The change of severity; null for none.' })
  severityChange!: SeverityChange | null;
}

@Resolver(() => EventEffectsType)
export class EventEffectsResolver {
  @FieldResolver(() => Boolean, { description: 'Whether it counts as a response: the first action taken.' })
  responds(@Root() effects: Effects): boolean {
    return effects.responds === true;
  }

  @FieldResolver(() => [EndedCycleType], { description: 'The cycles that it ended.' })
  ended(@Root() effects: Effects): readonly Ended[] {
    return effects.ended ?? [];
  }

  @FieldResolver(() => [StartedCycleType], { description: 'The cycles that it began.' })
  started(@Root() effects: Effects): readonly Cycle[] {
    return effects.started ?? [];
  }

  @FieldResolver(() => [WaitingReasonEnum], { description: 'What the ticket waits for no longer.' })
  waitingEnded(@Root() effects: Effects): readonly WaitingReason[] {
    return effects.waitingEnded ?? [];
  }
}
