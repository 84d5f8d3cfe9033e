import { fingerprintOf } from '../../../application/fingerprint';
import type { Idempotency } from '../../../application/ports/idempotency';
import type { MutationInput } from './mutation.input';

/** The fingerprint is equal for inputs that are equal; a field that is left out equals null. */
export function idempotencyOf(mutation: string, given: MutationInput): Idempotency | null {
  const { idempotencyKey, clientMutationId: _ours, ...input } = given;
  if (idempotencyKey == null) return null;
  return { key: idempotencyKey, fingerprint: fingerprintOf({ mutation, input }, 'LEFT_OUT') };
}
