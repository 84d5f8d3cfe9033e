import type { Policy } from '../../domain/policy/policy';
import { knownPolicy, type Pinned, pinnedPolicy } from '../policies/pinned-policy';
import type { Policies } from '../ports/policies';
import type { TicketStore } from '../ports/ticket-store';

/** A policy that a ticket is pinned to is not in memory yet. */
class PolicyNotLoaded extends Error {
  override readonly name = 'PolicyNotLoaded';
  constructor(readonly pinned: Pinned) {
    super(`Policy ${nameOf(pinned)} is not loaded`);
  }
}

export const isPolicyNotLoaded = (error: unknown): boolean => error instanceof PolicyNotLoaded;

/**
 * Runs an attempt that needs the policies of tickets. If a policy is not in memory, the attempt
 * ends, the policy is loaded, and the attempt starts again. Waiting for a second connection while
 * holding one can deadlock on the pool.
 *
 * `policyOf` throws for a policy that cannot be loaded; tickets pinned to it cannot be decided.
 */
export async function withPinnedPolicies<T>(
  { policies, store }: { readonly policies: Policies; readonly store: Pick<TicketStore, 'isStoreFault'> },
  attempt: (policyOf: (pinned: Pinned) => Policy) => Promise<T>,
): Promise<T> {
  const unloadable = new Map<string, unknown>();
  const policyOf = (pinned: Pinned): Policy => {
    const policy = knownPolicy(policies, pinned);
    if (policy !== null) return policy;
    if (unloadable.has(nameOf(pinned))) throw unloadable.get(nameOf(pinned));
    throw new PolicyNotLoaded(pinned);
  };
  for (;;) {
    try {
      return await attempt(policyOf);
    } catch (error) {
      if (!(error instanceof PolicyNotLoaded)) throw error;
      try {
        await pinnedPolicy(policies, error.pinned);
      } catch (fault) {
        if (store.isStoreFault(fault)) throw fault;
        unloadable.set(nameOf(error.pinned), fault);
      }
    }
  }
}

const nameOf = ({ policyId, policyVersion }: Pinned): string => `${policyId}/${policyVersion}`;
