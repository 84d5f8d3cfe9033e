import { withCalendars } from '../../domain/policy/calendar-replacements';
import type { Policy } from '../../domain/policy/policy';
import type { Ticket } from '../../domain/ticket/ticket';
import type { Policies } from '../ports/policies';

/** The policy version that a ticket is pinned to, and its calendar replacements. */
export type Pinned = Pick<Ticket, 'policyId' | 'policyVersion' | 'calendars'>;

/**
 * The policy of a ticket. Not a promise if the version is already in memory, so that a list of
 * tickets does not wait for a turn of the event loop per row.
 */
export function pinnedPolicy(policies: Policies, pinned: Pinned): Policy | Promise<Policy> {
  const { policyId, policyVersion, calendars } = pinned;
  return (
    knownPolicy(policies, pinned) ??
    policies.pinned(policyId, policyVersion).then((policy) => {
      if (policy !== null) return withCalendars(policy, calendars);
      throw new Error(`Policy ${policyId}/${policyVersion} was not found, but a ticket is pinned to it`);
    })
  );
}

/** The policy of a ticket if the version is already in memory, otherwise null. */
export function knownPolicy(policies: Policies, { policyId, policyVersion, calendars }: Pinned): Policy | null {
  const policy = policies.known(policyId, policyVersion);
  return policy === null ? null : withCalendars(policy, calendars);
}
