import { withCalendars } from '../../domain/policy/calendar-replacements';
import type { Policy } from '../../domain/policy/policy';
import type { Ticket } from '../../domain/ticket/ticket';
import type { Policies } from '../ports/policies';

/** The policy version that a ticket is pinned to, and the calendars that it counts on. */
export type Pinned = Pick<Ticket, 'policyId' | 'policyVersion' | 'calendars'>;

/** At once where the version was read before: a list of tickets costs no turn of the event loop per row. */
export function pinnedPolicy(policies: Policies, pinned: Pinned): Policy | Promise<Policy> {
  const { policyId, policyVersion, calendars } = pinned;
  return (
    knownPolicy(policies, pinned) ??
    policies.version(policyId, policyVersion).then((policy) => {
      if (policy !== null) return withCalendars(policy, calendars);
      throw new Error(`Policy ${policyId}/${policyVersion} was never published, but a ticket is pinned to it`);
    })
  );
}

/** The same without waiting; null where the version has not been read yet. */
export function knownPolicy(policies: Policies, { policyId, policyVersion, calendars }: Pinned): Policy | null {
  const policy = policies.known(policyId, policyVersion);
  return policy === null ? null : withCalendars(policy, calendars);
}
