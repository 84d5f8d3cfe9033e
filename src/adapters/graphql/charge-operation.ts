import { OperationTypeNode } from 'graphql';
import type { RateLimits } from '../../application/ports/rate-limits';
import type { OperationContext } from './context';

/** So many characters of a document cost 1. */
const CHARACTERS_PER_COST = 4;

/**
 * Counts the parsing and the check of a document that this process has not kept, also of one that
 * is refused then. Otherwise a caller could have any number of them checked.
 *
 * @throws RateLimited, before it is parsed
 */
export async function chargeDocument(
  limits: RateLimits,
  { caller, operation }: OperationContext,
  { length }: string,
): Promise<void> {
  const { cost, refusal } = await limits.spend(caller, Math.ceil(length / CHARACTERS_PER_COST));
  if (refusal !== null) throw refusal;
  if (operation !== null) operation.cost = cost;
}

/** The time that the characters of a document pay for. What its check takes beyond it counts. */
const PAID_CHECK_MS = 20;
/** So much time of a core costs 1. */
const MICROSECONDS_PER_COST = 5;

/**
 * Counts the time of the validation of a document if it is long: the same characters can take a
 * hundred times as long, because each field is compared with the others of its name.
 */
export async function chargeValidation(limits: RateLimits, { caller }: OperationContext, ms: number): Promise<void> {
  const beyond = ms - PAID_CHECK_MS;
  if (beyond > 0) await limits.owe(caller, Math.ceil((beyond * 1_000) / MICROSECONDS_PER_COST));
}

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
  if (operation !== null) {
    const ofDocument = operation.cost?.requested ?? 0;
    // Each event of a subscription would repeat it.
    const isSubscription = operation.definition?.operation === OperationTypeNode.SUBSCRIPTION;
    operation.cost = isSubscription ? null : { ...cost, requested: cost.requested + ofDocument };
  }
  if (refusal !== null) throw refusal;
}
