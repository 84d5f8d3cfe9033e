import { Field, ObjectType } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { CommandType } from '../../../domain/ticket/commands';
import type { SeverityChange, SeverityChangeCause, Workaround } from '../../../domain/ticket/ticket';
import { ActorType, ImpactType } from '../base/common.type';
import { CommandEnum, SeverityChangeCauseEnum, SeverityEnum, WaitingReasonEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { CommitmentType, type CommitmentView } from '../commitment/commitment.type';

@ObjectType('Waiting', { description: 'Something that a ticket waits for.', simpleResolvers: true })
export class WaitingType {
  @Field(() => WaitingReasonEnum, { description: 'What for.' })
  reason!: WaitingReason;

  @Field(() => DateTimeScalar, { description: 'Since when, UTC.' })
  since!: EpochMs;
}

@ObjectType('Workaround', { description: 'What was done so that less is broken.', simpleResolvers: true })
export class WorkaroundType implements Omit<Workaround, 'appliedBy'> {
  @Field(() => String, { description: 'What was done.' })
  description!: string;

  @Field(() => DateTimeScalar, { description: 'When, UTC.' })
  appliedAt!: EpochMs;

  @Field(() => ActorType, { description: 'By whom.' })
  by!: Actor;

  @Field(() => SeverityEnum, { description: 'The severity before it.' })
  severityBefore!: Severity;

  @Field(() => SeverityEnum, { description: 'The severity that what remained earned.' })
  severityAfter!: Severity;

  @Field(() => [ImpactType], { description: 'The impacts before it.' })
  impactsBefore!: readonly Impact[];

  @Field(() => [ImpactType], { description: 'The impacts that remained.' })
  impactsAfter!: readonly Impact[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was taken back, UTC; null while it stands.' })
  withdrawnAt!: EpochMs | null;
}

@ObjectType('SeverityChange', { description: "A change of a ticket's severity.", simpleResolvers: true })
export class SeverityChangeType implements SeverityChange {
  @Field(() => SeverityEnum, { description: 'The severity before.' })
  from!: Severity;

  @Field(() => SeverityEnum, { description: 'The severity after.' })
  to!: Severity;

  @Field(() => DateTimeScalar, { description: 'When, UTC.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'By whom.' })
  by!: Actor;

  @Field(() => SeverityChangeCauseEnum, { description: 'What changed it.' })
  cause!: SeverityChangeCause;

  @Field(() => String, { nullable: true, description: 'The reason given, or what the workaround was; null for none.' })
  reason!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the RESOLUTION was due before, UTC; null where nothing was promised or its clock stood still.',
  })
  deadlineBefore!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the RESOLUTION is due after, UTC; null where nothing is promised or its clock stands still.',
  })
  deadlineAfter!: EpochMs | null;
}

@ObjectType('AllowedAction', {
  description: 'Whether a ticket takes a command now, as far as can be told without its input.',
  simpleResolvers: true,
})
export class AllowedActionType {
  @Field(() => CommandEnum, { description: 'The command.' })
  command!: CommandType;

  @Field(() => Boolean, { description: 'Whether it is taken.' })
  allowed!: boolean;

  @Field(() => String, { nullable: true, description: 'Why it is not, in one English sentence; null where it is.' })
  reason!: string | null;
}

/** What is promised on a ticket; a part is null only together with an error `BEYOND_CALENDAR`. */
@ObjectType('Sla', { description: 'The three commitments of a ticket, as they stand at the instant of the answer.' })
export class SlaType {
  @Field(() => CommitmentType, {
    nullable: true,
    description: 'The first action. Null only with an error BEYOND_CALENDAR.',
  })
  response!: CommitmentView | null;

  @Field(() => CommitmentType, {
    nullable: true,
    description: 'Regular messages. Null only with an error BEYOND_CALENDAR.',
  })
  update!: CommitmentView | null;

  @Field(() => CommitmentType, {
    nullable: true,
    description: 'Full resolution. Null only with an error BEYOND_CALENDAR.',
  })
  resolution!: CommitmentView | null;
}
