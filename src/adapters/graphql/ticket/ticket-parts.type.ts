import { Field, ObjectType } from 'type-graphql';
import type { Actor } from '../../../domain/actor';
import type { Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { CommandType } from '../../../domain/ticket/commands';
import type { SeverityChange, SeverityChangeCause, Workaround } from '../../../domain/ticket/ticket';
import { ActorType } from '../base/actor.type';
import { CommandEnum, SeverityChangeCauseEnum, SeverityEnum, WaitingReasonEnum } from '../base/enums';
import { DateTimeScalar } from '../base/scalars';
import { CommitmentType, type CommitmentView } from '../commitment/commitment.type';
import { ImpactType } from './impact.type';

@ObjectType('Waiting', { description: 'A reason why a ticket waits.', simpleResolvers: true })
export class WaitingType {
  @Field(() => WaitingReasonEnum, { description: 'The reason.' })
  reason!: WaitingReason;

  @Field(() => DateTimeScalar, {
    description: 'The date and time, in UTC, when the ticket started to wait for this reason.',
  })
  since!: EpochMs;
}

@ObjectType('Workaround', {
  description: 'A workaround: a measure that lowers the impact of an issue before its cause is removed.',
  simpleResolvers: true,
})
export class WorkaroundType implements Omit<Workaround, 'appliedBy'> {
  @Field(() => String, { description: 'The description of the workaround.' })
  description!: string;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when the workaround was applied.' })
  appliedAt!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who applied the workaround.' })
  by!: Actor;

  @Field(() => SeverityEnum, { description: 'The severity of the ticket before the workaround.' })
  severityBefore!: Severity;

  @Field(() => SeverityEnum, { description: 'The severity that followed from the remaining impacts.' })
  severityAfter!: Severity;

  @Field(() => [ImpactType], { description: 'The impacts before the workaround.' })
  impactsBefore!: readonly Impact[];

  @Field(() => [ImpactType], { description: 'The impacts that remained after the workaround.' })
  impactsAfter!: readonly Impact[];

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The date and time, in UTC, when the workaround was withdrawn. Null while it is not withdrawn.',
  })
  withdrawnAt!: EpochMs | null;
}

@ObjectType('SeverityChange', { description: 'A change of the severity of a ticket.', simpleResolvers: true })
export class SeverityChangeType implements SeverityChange {
  @Field(() => SeverityEnum, { description: 'The severity before the change.' })
  from!: Severity;

  @Field(() => SeverityEnum, { description: 'The severity after the change.' })
  to!: Severity;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, of the change.' })
  at!: EpochMs;

  @Field(() => ActorType, { description: 'The actor who made the change.' })
  by!: Actor;

  @Field(() => SeverityChangeCauseEnum, { description: 'The cause of the change.' })
  cause!: SeverityChangeCause;

  @Field(() => String, {
    nullable: true,
    description: 'The reason for the change, or the description of the workaround. Null when none was given.',
  })
  reason!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The due time, in UTC, of the `RESOLUTION` commitment before the change. Null when no time was promised or the clock was paused.',
  })
  deadlineBefore!: EpochMs | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The due time, in UTC, of the `RESOLUTION` commitment after the change. Null when no time was promised or the clock was paused.',
  })
  deadlineAfter!: EpochMs | null;
}

@ObjectType('AllowedAction', {
  description:
    'Whether a ticket currently accepts a command of the caller. The input of a command can be a further reason to refuse it.',
  simpleResolvers: true,
})
export class AllowedActionType {
  @Field(() => CommandEnum, { description: 'The command.' })
  command!: CommandType;

  @Field(() => Boolean, { description: 'Whether the caller may use the command and the ticket accepts it.' })
  allowed!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The reason why the command is not allowed, as a sentence in English. Null when it is allowed.',
  })
  reason!: string | null;
}

const NOT_PROMISED =
  'Null when the policy has promised none on this ticket, and together with a `BEYOND_CALENDAR` error.';

@ObjectType('Sla', { description: 'The three commitments of a ticket, evaluated at the time of the request.' })
export class SlaType {
  @Field(() => CommitmentType, {
    nullable: true,
    description: `The commitment to take a first action. ${NOT_PROMISED}`,
  })
  response!: CommitmentView | null;

  @Field(() => CommitmentType, {
    nullable: true,
    description: `The commitment to send regular messages. ${NOT_PROMISED}`,
  })
  update!: CommitmentView | null;

  @Field(() => CommitmentType, {
    nullable: true,
    description: `The commitment to resolve the ticket fully. ${NOT_PROMISED}`,
  })
  resolution!: CommitmentView | null;
}
