import type { EpochMs } from '../../domain/instant';
import { withCalendars } from '../../domain/policy/calendar-replacements';
import { ImpactTally, impactOn, type PolicyImpact } from '../../domain/policy/dry-run';
import type { Policy } from '../../domain/policy/policy';
import type { Caller } from '../ports/caller';
import type { Services } from '../ports/services';
import type { TicketFilter } from '../ports/ticket-filter';
import { pinnedPolicy } from './pinned-policy';

/**
 * What a policy would have meant for the open tickets of the clients that it is for, each on its client's own calendars.
 * It may take long: histories are read some hundred at a time, decided and let go.
 */
export async function policyImpact(
  { policies, reader }: Pick<Services, 'policies' | 'reader'>,
  caller: Caller,
  policy: Policy,
  now: EpochMs,
): Promise<PolicyImpact> {
  const terms = await policies.terms();
  const calendars = new Map(terms.map((own) => [own.clientId, own.calendars]));
  // A client without a policy of its own has that of the service.
  const named = (own: (typeof terms)[number]): string => own.policy ?? policies.defaultPolicyId;
  const client: TicketFilter['client'] =
    policy.id === policies.defaultPolicyId
      ? { nin: terms.filter((own) => named(own) !== policy.id).map(({ clientId }) => clientId) }
      : { in: terms.filter((own) => named(own) === policy.id).map(({ clientId }) => clientId) };
  const tally = new ImpactTally(policy);
  const open: TicketFilter = { state: { in: ['open', 'workaroundApplied'] }, client };
  for await (const events of reader.histories(caller, open, now)) {
    const [opening] = events;
    if (opening?.type !== 'SUBMITTED') throw new Error('A history begins with SUBMITTED');
    const own = await pinnedPolicy(policies, opening);
    const impact = impactOn(events, own, withCalendars(policy, calendars.get(opening.clientId) ?? {}), now);
    if (impact !== null) tally.add(impact);
  }
  return tally.result;
}
