import type { Policy } from '../domain/policy';
import type { Ticket } from '../domain/ticket';
import type { Policies } from './ports';

/** The policy version that a ticket is pinned to. */
export type Pinned = Pick<Ticket, 'policyId' | 'policyVersion'>;

/** At once where the version was read before: a list of tickets costs no turn of the event loop per row. */
export function pinnedPolicy(policies: Policies, { policyId, policyVersion }: Pinned): Policy | Promise<Policy> {
  return (
    policies.known(policyId, policyVersion) ??
    policies.version(policyId, policyVersion).then((policy) => {
      if (policy !== null) return policy;
      throw new Error(`Policy ${policyId}/${policyVersion} was never published, but a ticket is pinned to it`);
    })
  );
}
