import type { EpochMs } from '../../domain/instant';
import { withCalendars } from '../../domain/policy/calendar-replacements';
import { ImpactTally, impactOn, type PolicyImpact } from '../../domain/policy/dry-run';
import type { Policy } from '../../domain/policy/policy';
import type { Caller } from '../ports/caller';
import type { ClientTerms } from '../ports/policies';
import type { Services } from '../ports/services';
import type { TicketFilter } from '../ports/ticket-filter';
import { pinnedPolicy } from './pinned-policy';

/**
 * Computes how a policy would have affected the open tickets of the clients that use it, each under
 * the calendar replacements of its client. This can take long: all histories are read, page by
 * page, and replayed.
 */
export async function policyImpact(
  { policies, reader }: Pick<Services, 'policies' | 'reader'>,
  caller: Caller,
  policy: Policy,
  now: EpochMs,
): Promise<PolicyImpact> {
  const terms = await policies.terms(caller);
  const calendars = new Map(terms.map(({ clientId, calendars }) => [clientId, calendars]));
  const policyIdOf = (client: ClientTerms): string => client.policy ?? policies.defaultPolicyId;
  // `terms` lists only clients that have terms; all others use the default policy.
  const client: TicketFilter['client'] =
    policy.id === policies.defaultPolicyId
      ? { nin: terms.filter((one) => policyIdOf(one) !== policy.id).map(({ clientId }) => clientId) }
      : { in: terms.filter((one) => policyIdOf(one) === policy.id).map(({ clientId }) => clientId) };
  const tally = new ImpactTally(policy);
  const open: TicketFilter = { state: { in: ['open', 'workaroundApplied'] }, client };
  for await (const events of reader.histories(caller, open, now)) {
    const [opening] = events;
    if (opening?.type !== 'SUBMITTED') throw new Error('The history of a ticket does not begin with SUBMITTED');
    const own = await pinnedPolicy(policies, opening);
    const impact = impactOn(events, own, withCalendars(policy, calendars.get(opening.clientId) ?? {}), now);
    if (impact !== null) tally.add(impact);
  }
  return tally.result;
}
