import { Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { type CommitmentStatus, type CycleView, viewCommitment, viewCycle } from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { type CommitmentKind, type Policy, type Target, targetOf } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { Ticket } from '../../../domain/ticket/ticket';
import { CommitmentKindEnum, CommitmentStatusEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { CommitmentCycleType, CYCLE_FIELDS, fulfilledAt, type JudgedCycle, percentOf } from './cycle.type';
import { type Explained, ExplanationType, explanationOf } from './explanation.type';
import { TargetType } from './target.type';

const NOT_MEASURED = 'Null when the commitment is not measured.';

/** A commitment of a ticket, evaluated at an instant. `latest` is null if it is not measured. */
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
    'A promise to the client, such as a first response within four business hours. It shows the latest cycle, evaluated at the time of the request. When it is not measured, only `kind`, `status` and the empty `cycles` have values.',
  simpleResolvers: true,
})
export class CommitmentType {
  @Field(() => CommitmentKindEnum, { description: 'The kind of the commitment.' })
  kind!: CommitmentKind;
}

@Resolver(() => CommitmentType)
export class CommitmentResolver {
  @FieldResolver(() => CommitmentStatusEnum, { description: 'The status of the latest cycle, or `NOT_MEASURED`.' })
  status(@Root() { latest }: CommitmentView): CommitmentStatus {
    return latest?.status ?? 'NOT_MEASURED';
  }

  @FieldResolver(() => SeverityEnum, {
    nullable: true,
    description: 'The severity whose target applies to the latest cycle. Null when the commitment is not measured.',
  })
  severity(@Root() { latest }: CommitmentView): Severity | null {
    return latest?.cycle.severity ?? null;
  }

  @FieldResolver(() => TargetType, {
    nullable: true,
    description: 'The target that applies to the latest cycle. Null when the commitment is not measured.',
  })
  target(@Root() { latest, policy }: CommitmentView): Target | null {
    return latest === null ? null : targetOf(policy, latest.cycle.severity, latest.cycle.kind);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether the commitment is best effort: the policy promises no time. Null when the commitment is not measured.',
  })
  bestEffort(@Root() { latest }: CommitmentView): boolean | null {
    return latest?.bestEffort ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, from which the clock of the latest cycle counts. Null when the commitment is not measured.',
  })
  startedAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.cycle.startedAt ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: `${CYCLE_FIELDS.dueAt} ${NOT_MEASURED}` })
  dueAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.dueAt ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: `${CYCLE_FIELDS.atRiskAt} ${NOT_MEASURED}` })
  atRiskAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.atRiskAt ?? null;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the latest cycle was fulfilled. Null when it was not.',
  })
  fulfilledAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest === null ? null : fulfilledAt(latest);
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description:
      'The date and time, in UTC, when the latest cycle was breached: its due time, or the time of the change of severity that moved the due time into the past. Null when it was not breached.',
  })
  breachedAt(@Root() { latest }: CommitmentView): EpochMs | null {
    return latest?.breach?.at ?? null;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: `${CYCLE_FIELDS.elapsed} ${NOT_MEASURED}` })
  elapsed(@Root() { latest }: CommitmentView): DurationMs | null {
    return latest?.elapsedMs ?? null;
  }

  @FieldResolver(() => DurationScalar, { nullable: true, description: `${CYCLE_FIELDS.remaining} ${NOT_MEASURED}` })
  remaining(@Root() { latest }: CommitmentView): DurationMs | null {
    return latest?.remainingMs ?? null;
  }

  @FieldResolver(() => Float, { nullable: true, description: `${CYCLE_FIELDS.percentElapsed} ${NOT_MEASURED}` })
  percentElapsed(@Root() { latest }: CommitmentView): number | null {
    return latest === null ? null : percentOf(latest);
  }

  @FieldResolver(() => Int, { nullable: true, description: `${CYCLE_FIELDS.missedBeats} ${NOT_MEASURED}` })
  missedBeats(@Root() { latest }: CommitmentView): number | null {
    return latest?.missedBeats ?? null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'The number of the latest cycle. It counts from 1 for each kind of commitment. Null when the commitment is not measured.',
  })
  cycle(@Root() { latest }: CommitmentView): number | null {
    return latest?.cycle.number ?? null;
  }

  @FieldResolver(() => [CommitmentCycleType], {
    description: 'All cycles of the commitment, oldest first. Empty when the commitment is not measured.',
  })
  cycles(@Root() { ticket, policy, kind, at }: CommitmentView): readonly JudgedCycle[] {
    return ticket.cycles
      .filter((cycle) => cycle.kind === kind)
      .map((cycle) => ({ ...viewCycle(ticket, policy, cycle, at), ticket, policy, at }));
  }

  @FieldResolver(() => ExplanationType, {
    nullable: true,
    description:
      'How the due time of the latest cycle is calculated. Null when the commitment is not measured, and when the calendar does not reach to the due time.',
  })
  explain(@Root() { latest, ticket, policy, at }: CommitmentView, @Ctx() context: RequestContext): Explained | null {
    return latest === null ? null : explanationOf(context, { ...latest, ticket, policy, at });
  }
}

@Resolver(() => CommitmentCycleType)
export class CycleExplanationResolver {
  @FieldResolver(() => ExplanationType, {
    nullable: true,
    description:
      'How the due time of the cycle is calculated. Null when the calendar does not reach to the due time, and together with an error.',
  })
  explain(@Root() judged: JudgedCycle, @Ctx() context: RequestContext): Explained | null {
    return explanationOf(context, judged);
  }
}
