import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { Audience, Consequence, Impact } from '../../../domain/impact';
import type { EpochMs } from '../../../domain/instant';
import type { CommitmentKind, WaitingReason } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { CommandType } from '../../../domain/ticket/commands';
import { explainRefusal, type Refusal, type RefusalCode } from '../../../domain/ticket/refusals';
import type { TicketState } from '../../../domain/ticket/ticket';
import { NotFoundKindEnum, UserErrorCodeEnum } from './api-enums';
import {
  AudienceEnum,
  CommandEnum,
  CommitmentKindEnum,
  ConsequenceEnum,
  SeverityEnum,
  TicketStateEnum,
  WaitingReasonEnum,
} from './enums';
import { toGlobalId } from './global-id';
import type { InputProblem } from './input-rules';
import { DateTimeScalar } from './scalars';

/** A refusal as a payload carries it. */
export type UserErrorValue = Refusal & { readonly message: string; readonly path: readonly string[] | null };

@InterfaceType('UserError', {
  description:
    'Why something that was asked for was not done; nothing of it has happened. Each type of error has the facts as fields of its own.',
  resolveType: (error: UserErrorValue) => error.code,
})
export abstract class UserErrorType {
  @Field(() => UserErrorCodeEnum, { description: 'Names the type of the error; new ones may be added.' })
  code!: RefusalCode;

  @Field(() => String, { description: 'One sentence for people: what was refused and what would be taken. English.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The part of the input that it is about, from the argument down; list positions count from 0.',
  })
  path!: readonly string[] | null;
}

/** What every concrete error is: an object type that is found by its refusal's code. */
export const options = (description: string) => ({ implements: UserErrorType, description, simpleResolvers: true });

@ObjectType('IllegalTransition', options('The lifecycle does not take this command in this state.'))
export class IllegalTransitionType extends UserErrorType {
  @Field(() => TicketStateEnum, { description: 'The state that the ticket is in.' })
  state!: TicketState;
  @Field(() => CommandEnum, { description: 'The command that was asked for.' })
  command!: CommandType;
  @Field(() => [CommandEnum], { description: 'The commands that the ticket takes now.' })
  allowed!: readonly CommandType[];
}

@ObjectType('ContradictoryImpact', options('No clause of the policy covers this pair; it contradicts itself.'))
export class ContradictoryImpactType extends UserErrorType {
  @Field(() => AudienceEnum, { description: 'Who was said to be hit.' })
  audience!: Audience;
  @Field(() => ConsequenceEnum, { description: 'What they were said not to be able to do.' })
  consequence!: Consequence;
}

@ObjectType('SeverityNotLowered', options('A workaround at this severity has to lower the severity, and does not.'))
export class SeverityNotLoweredType extends UserErrorType {
  @Field(() => SeverityEnum, { description: 'The severity before.' })
  before!: Severity;
  @Field(() => SeverityEnum, { description: 'The severity that the remaining impacts earn.' })
  after!: Severity;
}

@ObjectType('ImpactNotLowered', options('A workaround at this severity has to lower the impact, and does not.'))
export class ImpactNotLoweredType extends UserErrorType {
  @Field(() => SeverityEnum, { description: 'The severity before.' })
  before!: Severity;
  @Field(() => SeverityEnum, { description: 'The severity that the remaining impacts earn.' })
  after!: Severity;
  @Field(() => Boolean, { description: 'Whether the remaining impacts are those of before; notes do not count.' })
  sameImpacts!: boolean;
}

@ObjectType('AlreadyAcknowledged', options('The ticket is acknowledged already; that happens once.'))
export class AlreadyAcknowledgedType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'When it was, UTC.' })
  acknowledgedAt!: EpochMs;
}

@ObjectType('AlreadyWaiting', options('The ticket waits for this reason already.'))
export class AlreadyWaitingType extends UserErrorType {
  @Field(() => WaitingReasonEnum, { description: 'The reason.' })
  reason!: WaitingReason;
  @Field(() => DateTimeScalar, { description: 'Since when, UTC.' })
  since!: EpochMs;
}

@ObjectType('NotWaiting', options('The ticket does not wait for this reason.'))
export class NotWaitingType extends UserErrorType {
  @Field(() => WaitingReasonEnum, { description: 'The reason.' })
  reason!: WaitingReason;
}

@ObjectType('NothingProposed', options('No lowering of the severity is proposed, so none can be approved or rejected.'))
export class NothingProposedType extends UserErrorType {}

@ObjectType('ApproverIsProposer', options('Whoever proposed a lowering cannot approve it; another agent has to.'))
export class ApproverIsProposerType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'When it was proposed, UTC.' })
  proposedAt!: EpochMs;
}

@ObjectType('NothingToWaive', options('The ticket has no breach that is not waived already.'))
export class NothingToWaiveType extends UserErrorType {}

@ObjectType('NoSuchBreach', options('The cycle of the commitment is not breached, or there is no such cycle.'))
export class NoSuchBreachType extends UserErrorType {
  @Field(() => CommitmentKindEnum, { description: 'The commitment.' })
  commitment!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the cycle.' })
  cycle!: number;
}

@ObjectType('AlreadyWaived', options('The breach is waived already.'))
export class AlreadyWaivedType extends UserErrorType {
  @Field(() => CommitmentKindEnum, { description: 'The commitment.' })
  commitment!: CommitmentKind;
  @Field(() => Int, { description: 'The number of the cycle.' })
  cycle!: number;
  @Field(() => DateTimeScalar, { description: 'When it was waived, UTC.' })
  waivedAt!: EpochMs;
}

@ObjectType('OverrideWithoutEffect', options('The override names the severity that the ticket has already.'))
export class OverrideWithoutEffectType extends UserErrorType {
  @Field(() => SeverityEnum, { description: 'That severity.' })
  severity!: Severity;
}

@ObjectType('ReclassifiedSinceWorkaround', options('The ticket was reclassified after the workaround to be withdrawn.'))
export class ReclassifiedSinceWorkaroundType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: 'When the workaround was applied, UTC.' })
  appliedAt!: EpochMs;
}

@ObjectType('OutOfOrder', options("The command's instant is before the ticket's last event."))
export class OutOfOrderType extends UserErrorType {
  @Field(() => DateTimeScalar, { description: "The command's instant, UTC." })
  at!: EpochMs;
  @Field(() => DateTimeScalar, { description: 'The instant of the last event, UTC.' })
  lastEventAt!: EpochMs;
}

@ObjectType('BeyondCalendar', options('The calendar cannot give a deadline without guessing, so none is promised.'))
export class BeyondCalendarType extends UserErrorType {
  @Field(() => String, { description: 'What the calendar does not know.' })
  detail!: string;
}

@ObjectType('InvalidInput', options('A value is outside what its field takes. The value is not repeated.'))
export class InvalidInputType extends UserErrorType {
  @Field(() => String, { description: 'The field of the input, e.g. `impacts.0.note`.' })
  field!: string;
  @Field(() => String, { description: 'What the field takes.' })
  expected!: string;
}

@ObjectType('NotFound', options('There is no such object, or the caller may not see it: the two look the same.'))
export class NotFoundType extends UserErrorType {
  @Field(() => NotFoundKindEnum, { description: 'What was looked for.' })
  kind!: 'Ticket' | 'Client';
  @Field(() => ID, { description: 'The id that was given.' })
  id!: string;
}

@ObjectType('VersionConflict', options('The ticket has changed since it was read: read it again and decide anew.'))
export class VersionConflictType extends UserErrorType {
  @Field(() => Int, { description: 'The version that the input expected.' })
  expected!: number;
  @Field(() => Int, { description: 'The version of the ticket.' })
  actual!: number;
}

@ObjectType('IdempotencyKeyReused', options('The idempotency key was used with another input; use a new one.'))
export class IdempotencyKeyReusedType extends UserErrorType {
  @Field(() => String, { description: 'The key.' })
  key!: string;
}

@ObjectType('DuplicateExternalId', options('The client has a ticket of this externalId already.'))
export class DuplicateExternalIdType extends UserErrorType {
  @Field(() => String, { description: 'That externalId.' })
  externalId!: string;
}

/** The input field that a refusal is about; empty for the input as a whole. */
function fieldOf(refusal: Refusal, impacts: readonly Pick<Impact, 'audience' | 'consequence'>[]): readonly string[] {
  switch (refusal.code) {
    case 'ContradictoryImpact': {
      const place = impacts.findIndex(
        ({ audience, consequence }) => audience === refusal.audience && consequence === refusal.consequence,
      );
      return place < 0 ? [] : [IMPACTS, String(place)];
    }
    case 'SeverityNotLowered':
    case 'ImpactNotLowered':
      return [IMPACTS];
    case 'AlreadyWaiting':
    case 'NotWaiting':
      return ['reason'];
    case 'OverrideWithoutEffect':
      return ['override', 'severity'];
    case 'NoSuchBreach':
    case 'AlreadyWaived':
      return ['cycle'];
    case 'InvalidInput':
      return refusal.field.split('.');
    case 'NotFound':
      return [refusal.kind === 'Client' ? 'clientId' : 'ticketId'];
    case 'VersionConflict':
      return ['expectedVersion'];
    case 'IdempotencyKeyReused':
      return ['idempotencyKey'];
    case 'DuplicateExternalId':
      return ['externalId'];
    case 'InvalidPolicy':
    case 'CalendarInUse':
      return ['yaml'];
    case 'UnknownPolicy':
      return ['policy'];
    case 'UnknownCalendar':
      return ['calendars'];
    default:
      return [];
  }
}

const IMPACTS = 'impacts';

/** Where the parts of an input stand that a refusal may be about. */
export interface InputShape {
  /** The argument that everything is under; none where the facts are arguments themselves. */
  readonly argument: readonly string[];
  readonly impacts: readonly Pick<Impact, 'audience' | 'consequence'>[];
  /** Fields that this input calls otherwise. */
  readonly names?: Readonly<Record<string, string>>;
}

/** A refusal with its sentence, the path of what it is about, and ids as the API knows them. */
export function userErrorOf(refusal: Refusal, shape: InputShape): UserErrorValue {
  const shown: Refusal =
    refusal.code === 'NotFound' ? { ...refusal, id: toGlobalId(refusal.kind, refusal.id) } : refusal;
  const [first, ...rest] = fieldOf(refusal, shape.impacts);
  const field = first === undefined ? [] : [shape.names?.[first] ?? first, ...rest];
  return { ...shown, message: explainRefusal(shown), path: [...shape.argument, ...field] };
}

/** Violated limits of an input, as errors of the payload. */
export const invalidInputs = (problems: readonly InputProblem[], argument: readonly string[]): UserErrorValue[] =>
  problems.map(({ path, expected }) => {
    const refusal: Refusal = { code: 'InvalidInput', field: path.join('.'), expected };
    return { ...refusal, message: explainRefusal(refusal), path: [...argument, ...path] };
  });
