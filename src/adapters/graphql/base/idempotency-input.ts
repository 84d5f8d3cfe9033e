import { fingerprintOf } from '../../../application/fingerprint';
import type { Idempotency } from '../../../application/ports/idempotency';
import type { MutationInput } from '../ticket/ticket-mutations.input';

/** The fingerprint is equal for two inputs that ask for the same; a field left out is as good as null. */
export function idempotencyOf(mutation: string, given: MutationInput): Idempotency | null {
  const { idempotencyKey, clientMutationId: _ours, ...input } = given;
  if (idempotencyKey == null) return null;
  return { key: idempotencyKey, fingerprint: fingerprintOf({ mutation, input }, 'LEFT_OUT') };
}
