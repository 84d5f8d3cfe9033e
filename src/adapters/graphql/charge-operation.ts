import { OperationTypeNode } from 'graphql';
import type { RateLimits } from '../../application/ports/rate-limits';
import type { OperationContext } from './context';

/**
 * Counts an operation for the limits of its caller, before it waits for a place. Of a subscription,
 * that is its start: an event is never refused, because it would be lost.
 *
 * @param fields the size of the operation
 * @throws RateLimited
 */
export async function chargeOperation(
  limits: RateLimits,
  { caller, operation }: OperationContext,
  fields: number,
): Promise<void> {
  const { cost, refusal } = await limits.spend(caller, Math.max(1, fields));
  // Each event would repeat it.
  const isSubscription = operation?.definition?.operation === OperationTypeNode.SUBSCRIPTION;
  if (operation !== null && !isSubscription) operation.cost = cost;
  if (refusal !== null) throw refusal;
}
