import { Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import {
  breachedCycles,
  type CommitmentStatus,
  type CycleView,
  type CycleViews,
  isNotMeasured,
  keptViews,
  nextDue,
  viewCommitment,
} from '../../../domain/commitment/view';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { type CommitmentKind, type Target, targetOfCycle } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { CommitmentKindEnum, CommitmentStatusEnum, SeverityEnum } from '../base/enums';
import { DateTimeScalar, DurationScalar } from '../base/scalars';
import type { JudgedTicket, RequestContext } from '../context';
import { CommitmentCycleType, CYCLE_FIELDS, fulfilledAt, type JudgedCycle, percentOf } from './cycle.type';
import { type Explained, ExplanationType, explanationOf } from './explanation.type';
import { TargetType } from './target.type';

const NOT_MEASURED = 'Null when the commitment is not measured.';

/** A commitment of an evaluated ticket. `latest` is null if it is not measured. */
export interface CommitmentView {
  readonly judged: JudgedTicket;
  readonly kind: CommitmentKind;
  readonly latest: CycleView | null;
}

const VIEWS = ({ ticket, policy, at }: JudgedTicket): CycleViews => keptViews(ticket, policy, at);

const commitmentOf =
  (kind: CommitmentKind) =>
  (judged: JudgedTicket): CommitmentView | null => {
    const { ticket, policy, at } = judged;
    const latest = viewCommitment(ticket, policy, kind, at, judged.once(VIEWS));
    return latest === null && !isNotMeasured(ticket, policy, kind) ? null : { judged, kind, latest };
  };

/**
 * The commitments of an evaluated ticket, each for `JudgedTicket.once`; null for one that was never
 * promised.
 */
export const COMMITMENT_OF = {
  RESPONSE: commitmentOf('RESPONSE'),
  UPDATE: commitmentOf('UPDATE'),
  RESOLUTION: commitmentOf('RESOLUTION'),
} as const;

const cyclesOf =
  (kind: CommitmentKind) =>
  (judged: JudgedTicket): readonly JudgedCycle[] => {
    const { ticket, policy, at } = judged;
    return ticket.cycles
      .filter((cycle) => cycle.kind === kind)
      .map((cycle) => ({ ...judged.once(VIEWS)(cycle), ticket, policy, at }));
  };

const CYCLES_OF = {
  RESPONSE: cyclesOf('RESPONSE'),
  UPDATE: cyclesOf('UPDATE'),
  RESOLUTION: cyclesOf('RESOLUTION'),
} as const;

/** The cycle that is due next, for `JudgedTicket.once`. */
export const NEXT_DUE = (judged: JudgedTicket): CycleView | null =>
  nextDue(judged.ticket, judged.policy, judged.at, judged.once(VIEWS));

/** The breached cycles, for `JudgedTicket.once`. */
export const BREACHES = (judged: JudgedTicket): readonly CycleView[] =>
  breachedCycles(judged.ticket, judged.policy, judged.at, judged.once(VIEWS));

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
  target(@Root() { latest, judged }: CommitmentView): Target | null {
    return latest === null ? null : targetOfCycle(judged.policy, latest.cycle);
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
  cycles(@Root() { judged, kind }: CommitmentView): readonly JudgedCycle[] {
    return judged.once(CYCLES_OF[kind]);
  }

  @FieldResolver(() => ExplanationType, {
    nullable: true,
    description:
      'How the due time of the latest cycle is calculated. Null when the commitment is not measured, and when the calendar does not reach to the due time.',
  })
  explain(@Root() { latest, judged }: CommitmentView, @Ctx() context: RequestContext): Explained | null {
    const { ticket, policy, at } = judged;
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
