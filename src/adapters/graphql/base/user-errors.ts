import { Field, InterfaceType } from 'type-graphql';
import { withoutCredentials } from '../../../application/access/without-credentials';
import { firstProblems } from '../../../application/first-problems';
import type { Impact } from '../../../domain/impact';
import { explainRefusal, type Refusal, type RefusalCode } from '../../../domain/ticket/refusals';
import { describeEnum } from './enums';
import { toGlobalId } from './global-id';
import type { InputProblem } from './input-rules';

/** A refusal in the form of a payload. */
export type UserErrorValue = Refusal & { readonly message: string; readonly path: readonly string[] | null };

const UserErrorCodeEnum = describeEnum<RefusalCode>(
  'UserErrorCode',
  'The code of a user error. Each code has an object type of the same meaning.',
  {
    IllegalTransition: 'The lifecycle does not allow the command in the current state of the ticket.',
    UnknownFact: 'The policy has no audience or consequence with this code.',
    ContradictoryImpact: 'No clause of the policy covers the pair of audience and consequence.',
    SeverityNotLowered: 'A workaround at this severity must lower the severity.',
    ImpactNotLowered: 'A workaround at this severity must lower the impact.',
    AlreadyAcknowledged: 'The ticket is already acknowledged.',
    AlreadyWaiting: 'The ticket already waits for this reason.',
    NotWaiting: 'The ticket does not wait for this reason.',
    FollowUpNeeded: 'The ticket is closed and takes no messages. A new ticket has to follow it up.',
    NothingProposed: 'No lowering of the severity is proposed.',
    ApproverIsProposer: 'The agent who proposed a lowering cannot approve it.',
    NothingToWaive: 'The ticket has no breach that can be waived.',
    NoSuchBreach: 'The cycle of the commitment is not breached or does not exist.',
    AlreadyWaived: 'The breach is already waived.',
    NoWaiverProposed: 'No waiver is proposed for the breach.',
    ApproverIsWitness: 'The agent whose late entry proposed a waiver can neither approve nor reject it.',
    OverrideWithoutEffect: 'The ticket already has the severity of the override.',
    ReclassifiedSinceWorkaround: 'The ticket was reclassified after the workaround was applied.',
    OutOfOrder: 'The time of the command is before an event of the ticket that a person caused.',
    InTheFuture: '`occurredAt` is in the future.',
    ReasonNeeded: 'It happened so long ago that a reason for the late entry is needed.',
    BeyondCalendar: 'The calendar cannot determine a deadline.',
    InvalidInput: 'The value of an input field is invalid.',
    NotFound: 'The object does not exist, or the caller may not see it.',
    VersionConflict: 'The ticket has changed since the expected version.',
    IdempotencyKeyReused: 'The idempotency key was already used with another input.',
    DuplicateExternalId: 'The client already has a ticket with this `externalId`.',
    InvalidPolicy: 'The text of the policy has an error.',
    UnknownPolicy: 'No policy with this name is published.',
    UnknownCalendar: 'The policy has no calendar with this name.',
    CalendarInUse: 'The terms of a client refer to a calendar that the text of the policy does not have.',
    CalendarEndsTooSoon: 'A calendar of the policy ends before a target that starts now.',
    EncryptionKeyMissing: 'The service has no key with which it could encrypt or decrypt the secrets of a webhook.',
    TooManyWebhooks: 'The service, or the clients of the caller, have as many webhooks as they can have.',
  },
);

@InterfaceType('UserError', {
  description:
    'A reason why a request was refused. A refused request changes nothing. Each type of error has fields of its own with the details.',
  resolveType: (error: UserErrorValue) => error.code,
})
export abstract class UserErrorType {
  @Field(() => UserErrorCodeEnum, {
    description: 'The code of the error. Later versions of the API may add codes.',
  })
  code!: RefusalCode;

  @Field(() => String, {
    description: 'A sentence in English for people. It says what was refused and what would be accepted.',
  })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'The path to the part of the input that the error concerns, starting with the argument. Positions in lists count from 0. Null when the error concerns no part of the input.',
  })
  path!: readonly string[] | null;
}

/** The options of the object type of an error. Its name is the code of the refusal. */
export const options = (description: string) => ({ implements: UserErrorType, description, simpleResolvers: true });

const ID_FIELDS = {
  Ticket: 'ticketId',
  Client: 'clientId',
  ApiKey: 'apiKeyId',
  Agent: 'agentId',
  Webhook: 'webhookId',
  WebhookDelivery: 'deliveryId',
} as const;

/** The input field that a refusal concerns; empty for the input as a whole. */
function fieldOf(refusal: Refusal, impacts: readonly Pick<Impact, 'audience' | 'consequence'>[]): readonly string[] {
  switch (refusal.code) {
    case 'UnknownFact': {
      const half = refusal.kind === 'AUDIENCE' ? 'audience' : 'consequence';
      const place = impacts.findIndex((impact) => impact[half] === refusal.value);
      return place < 0 ? [] : [IMPACTS, String(place), half];
    }
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
    case 'OutOfOrder':
    case 'InTheFuture':
      return ['occurredAt'];
    case 'ReasonNeeded':
      return ['lateReason'];
    case 'OverrideWithoutEffect':
      return ['override', 'severity'];
    case 'NoSuchBreach':
    case 'AlreadyWaived':
    case 'NoWaiverProposed':
      return ['cycle'];
    case 'InvalidInput':
      return refusal.field.split('.');
    case 'NotFound':
      return [ID_FIELDS[refusal.kind]];
    case 'VersionConflict':
      return ['expectedVersion'];
    case 'IdempotencyKeyReused':
      return ['idempotencyKey'];
    case 'DuplicateExternalId':
      return ['externalId'];
    case 'InvalidPolicy':
    case 'CalendarInUse':
    case 'CalendarEndsTooSoon':
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

/** The position in an input of the parts that a refusal can concern. */
export interface InputShape {
  /** The argument that holds the input; empty if the facts are arguments themselves. */
  readonly argument: readonly string[];
  readonly impacts: readonly Pick<Impact, 'audience' | 'consequence'>[];
  /** Fields that have another name in this input. */
  readonly names?: Readonly<Record<string, string>>;
}

/** A refusal with its message, its path in the input, and global ids in place of UUIDs. */
export function userErrorOf(refusal: Refusal, shape: InputShape): UserErrorValue {
  const shown: Refusal =
    refusal.code === 'NotFound' ? { ...refusal, id: toGlobalId(refusal.kind, refusal.id) } : refusal;
  const [first, ...rest] = fieldOf(refusal, shape.impacts);
  const field = first === undefined ? [] : [shape.names?.[first] ?? first, ...rest];
  return userError(shown, [...shape.argument, ...field]);
}

/** A user error without credentials: the facts of a refusal repeat texts of the input. */
function userError(refusal: Refusal, path: readonly string[]): UserErrorValue {
  const facts = Object.entries(refusal).map(([name, fact]) => [
    name,
    typeof fact === 'string' ? withoutCredentials(fact) : fact,
  ]);
  return { ...Object.fromEntries(facts), message: withoutCredentials(explainRefusal(refusal)), path };
}

/** The problems of an input as user errors. */
export const invalidInputs = (problems: readonly InputProblem[], argument: readonly string[]): UserErrorValue[] =>
  firstProblems(problems, (expected) => ({ path: [], expected })).map(({ path, expected }) => {
    const refusal: Refusal = { code: 'InvalidInput', field: path.join('.') || 'input', expected };
    return userError(refusal, [...argument, ...path]);
  });
