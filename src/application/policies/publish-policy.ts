import { compilePolicy } from '../../domain/policy/compile-policy';
import type { PolicyImpact } from '../../domain/policy/dry-run';
import type { Policy } from '../../domain/policy/policy';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import { policyImpact } from './dry-run-policy';

export interface PolicyRequest {
  readonly yaml: string;
  /** Whether to only compute the impact, without publishing. */
  readonly dryRun: boolean;
}

export interface PolicyOutcome {
  /** The version with the given content. Null for a dry run and if the policy was refused. */
  readonly policy: Policy | null;
  /** Whether a new version was, or for a dry run would be, created. */
  readonly isNew: boolean;
  /** The effect on the open tickets. Null unless this was an accepted dry run. */
  readonly impact: PolicyImpact | null;
  readonly refusals: readonly Refusal[];
}

/**
 * Publishes a policy as its next version. A dry run computes the effect on the open tickets
 * instead.
 */
export async function publishPolicy(
  services: Pick<Services, 'clock' | 'policies' | 'readPolicy' | 'reader'>,
  caller: Caller,
  { yaml, dryRun }: PolicyRequest,
  idempotency: Idempotency | null,
): Promise<PolicyOutcome> {
  const { policies, readPolicy, clock } = services;
  const read = await readPolicy(yaml, caller.waitSignal);
  if (!read.ok) return refused(read.problems);
  const { text } = read;
  if (!dryRun) {
    const published = await policies.publish({ ...text, by: caller.actor, idempotency }, caller.waitSignal);
    if (!published.ok) return refused(published.refusals);
    const { policy, isNew } = published;
    return { policy, isNew, impact: null, refusals: [] };
  }
  const refusals = await policies.refusalsOf(caller, text.document);
  if (refusals.length > 0) return refused(refusals);
  const latest = await policies.latest(caller, text.document.id, text.document);
  const policy = compilePolicy(text.document, (latest?.version ?? 0) + 1);
  const impact = await policyImpact(services, caller, policy, clock.now());
  return { policy: null, isNew: latest?.isSame !== true, impact, refusals: [] };
}

const refused = (refusals: readonly Refusal[]): PolicyOutcome => ({
  policy: null,
  isNew: false,
  impact: null,
  refusals,
});
