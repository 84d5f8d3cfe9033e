import { Arg, type ClassType, Field, InputType } from 'type-graphql';
import { fingerprintOf } from '../../../application/fingerprint';
import type { Caller } from '../../../application/ports/caller';
import type { Idempotency, KeyUse } from '../../../application/ports/idempotency';
import type { Refusal } from '../../../domain/ticket/refusals';
import { NAME } from '../../../domain/value-rules';
import { leaveToMutation, Text } from './input-rules';
import { optional } from './optional';

/** The fields that the input of every mutation has. */
@InputType()
export abstract class MutationInput {
  @Field(() => String, {
    ...optional,
    description:
      'A key of your choice that makes it safe to repeat the request, 1 to 200 characters. A repeated request with the same key and the same input returns the first result and changes nothing. The same key with another input is refused. A refusal because of the state of a ticket is a result too; invalid input, and input that names what does not exist, uses up no key. Keys belong to the caller and are kept for at least 24 hours.',
  })
  @Text(NAME)
  idempotencyKey?: string | null;

  @Field(() => String, {
    ...optional,
    description: 'A value of your choice that the payload returns unchanged, at most 200 characters.',
  })
  @Text({ ...NAME, blank: true })
  clientMutationId?: string | null;
}

/** The paths of user errors begin with the name of a mutation's only argument. */
export const ARGUMENT = ['input'];

/** The only argument of the mutation that the decorated method implements. */
export const Input =
  (type: () => ClassType): ParameterDecorator =>
  (target, mutation, index) =>
    Arg('input', type, {
      description: `The input of \`${String(mutation)}\`.`,
      validateFn: leaveToMutation,
    })(target, mutation as string, index);

/**
 * The idempotency key of an input, if it has one. Equal inputs have equal fingerprints; a field
 * that is left out equals null.
 */
export function idempotencyOf(mutation: string, given: MutationInput): Idempotency | null {
  const { idempotencyKey, clientMutationId: _ours, ...input } = given;
  if (idempotencyKey == null) return null;
  return { key: idempotencyKey, fingerprint: fingerprintOf({ mutation, input }, 'LEFT_OUT') };
}

/** The use of the idempotency key of an input by its caller; null if it has none. */
export function keyUseOf(mutation: string, given: MutationInput, { actor }: Pick<Caller, 'actor'>): KeyUse | null {
  const idempotency = idempotencyOf(mutation, given);
  return idempotency === null ? null : { by: actor, ...idempotency };
}

/** Why a mutation of one object was refused: there is no such object, or the key was reused. */
export const refusalOfOne = (
  outcome: 'KEY_REUSED' | null,
  kind: 'ApiKey' | 'Agent',
  id: string,
  use: KeyUse | null,
): Refusal =>
  outcome === null ? { code: 'NotFound', kind, id } : { code: 'IdempotencyKeyReused', key: use?.key ?? '' };
