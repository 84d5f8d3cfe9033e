import { Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { type CommitmentStatus, type CycleView, viewCommitment, viewCycle } from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { type CommitmentKind, type Policy, type Target, targetOf } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Ticket } from '../../../domain/ticket/ticket';
import { CommitmentKindEnum, CommitmentStatusEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import {
  AT_RISK,
  CommitmentCycleType,
  DUE,
  ELAPSED,
  fulfilledAt,
  type JudgedCycle,
  MISSED,
  PERCENT,
  percentOf,
  REMAINING,
  TargetType,
} from './cycle.type';
import { type Explained, ExplanationType, explanationOf } from './explanation.type';

/** A commitment of a ticket as it stands: its latest cycle, or none where it is not measured. */
export interface CommitmentView {
  readonly ticket: Ticket;
  readonly policy: Policy;
  readonly kind: CommitmentKind;
  readonly at: EpochMs;
  readonly latest: CycleView | null;
}

export const commitmentOf = (ticket: Ticket, policy: Policy, kind: CommitmentKind, at: EpochMs): CommitmentView => ({
  ticket,
  policy,
  kind,
  at,
  latest: viewCommitment(ticket, policy, kind, at),
});

@ObjectType('Commitment', {
  description:
    'A promise to the client as it stands at the instant of the answer: its latest cycle. Where it is not measured, kind and status say so and all else is null.',
  simpleResolvers: true,
})
export class CommitmentType {
  @Field(() => CommitmentKindEnum, { description: 'What is promised.' })
  kind!: CommitmentKind;
}

@Resolver(() => CommitmentType)
export class CommitmentResolver {
  @FieldResolver(() => CommitmentStatusEnum, { description: 'How it stands.' })
  status(@Root() { latest }: CommitmentView): CommitmentStatus {
    return latest?.status ?? 'NOT_MEASURED';
  }

  @FieldResolver(() => SeverityEnum, { nullable: true, description: 'The severity that gave the latest cycle.' })
  severity(@Root() { latest }: CommitmentView): Severity | null {
    return latest?.cycle.severity ?? null;
  }

  @FieldResolver(() => TargetType, { nullable: true, description: 'What is promised.' })
  target(@Root() { latest, policy }: CommitmentView): Target | null {
    return latest === null ? null : targetOf(policy, latest.cycle.severity, latest.cycle.kind);
  }

  @FieldResolver(() => Boolean, { nullable: true, description: 'Whether no time is promised.' })
  bestEffort(@Root() { latest }: CommitmentView): boolean | null {
    return latest?.bestEffort ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'The instant that its clock counts from, UTC.' })
  startedAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.cycle.startedAt ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: DUE })
  dueAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.dueAt ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: AT_RISK })
  atRiskAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.atRiskAt ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was fulfilled, UTC; null where it was not.',
  })
  fulfilledAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest === null ? null : fulfilledAt(latest);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'When the latest cycle was breached, UTC: the due instant, or the change that put it into the past.',
  })
  breachedAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.breach?.at ?? null;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: ELAPSED })
  elapsed(@Root() { latest }: CommitmentView): DurationMs | null {
    return latest?.elapsedMs ?? null;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: REMAINING })
  remaining(@Root() { latest }: CommitmentView): DurationMs | null {
    return latest?.remainingMs ?? null;
  }

  @FieldResolver(() => Float, { nullable: true, description: PERCENT })
  percentElapsed(@Root() { latest }: CommitmentView): number | null {
    return latest === null ? null : percentOf(latest);
  }

  @FieldResolver(() => Int, { nullable: true, description: MISSED })
  missedBeats(@Root() { latest }: CommitmentView): number | null {
    return latest?.missedBeats ?? null;
  }

  @FieldResolver(() => Int, { nullable: true, description: 'The number of the latest cycle, from 1.' })
  cycle(@Root() { latest }: CommitmentView): number | null {
    return latest?.cycle.number ?? null;
  }

  @FieldResolver(() => [CommitmentCycleType], {
    description: 'Every cycle so far, the first first; empty where not measured.',
  })
  cycles(@Root() { ticket, policy, kind, at }: CommitmentView): readonly JudgedCycle[] {
    return ticket.cycles
      .filter((cycle) => cycle.kind === kind)
      .map((cycle) => ({ ...viewCycle(ticket, policy, cycle, at), ticket, policy, at }));
  }

  @FieldResolver(() => ExplanationType, {
    nullable: true,
    description: 'What makes the due instant of the latest cycle; null where it is not measured.',
  })
  explain(@Root() { latest, ticket, policy, at }: CommitmentView, @Ctx() context: RequestContext): Explained | null {
    return latest === null ? null : explanationOf(context, { ...latest, ticket, policy, at });
  }
}

@Resolver(() => CommitmentCycleType)
export class CycleExplanationResolver {
  @FieldResolver(() => ExplanationType, {
    nullable: true,
    description: 'What makes its due instant. Null only with an error BEYOND_CALENDAR.',
  })
  explain(@Root() judged: JudgedCycle, @Ctx() context: RequestContext): Explained {
    return explanationOf(context, judged);
  }
}
