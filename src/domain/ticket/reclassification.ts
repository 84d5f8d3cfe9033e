import type { Actor } from '../actor';
import { distinctImpacts, type Impact } from '../impact';
import { type Classification, classify } from '../policy/classify';
import type { Policy } from '../policy/policy';
import { isLessUrgent } from '../severity';
import type { Command } from './commands';
import type { Override, Proposal } from './ticket';
import type { Deciding } from './ticket-machine';

type Reclassify = Extract<Command, { type: 'reclassify' }>;

/** What impacts earn that are known to be consistent: `decide` has refused all others before. */
export function classified(policy: Policy, impacts: readonly Impact[]): Classification {
  const outcome = classify(policy, impacts);
  if (!outcome.ok) throw new Error(`Accepted impacts that contradict themselves: ${outcome.refusal.code}`);
  return outcome.classification;
}

/** What a reclassification would make of the ticket; it holds at once, or once it is approved. */
export function reclassification({ ticket, policy, at, actor: by }: Deciding, command: Reclassify): Proposal {
  if ('override' in command) {
    const { severity, reason } = command.override;
    return { severity, isOverride: true, impacts: ticket.impacts, clause: ticket.clause, reason, at, by };
  }
  const impacts = distinctImpacts(command.impacts);
  const { severity, clause } = classified(policy, impacts);
  return { severity, isOverride: false, impacts, clause, reason: command.reason, at, by };
}

/** Whether it lowers the severity in a way that the policy wants another agent to approve. An import tells what held. */
export function needsApproval(deciding: Deciding, command: Reclassify): boolean {
  const { policy, ticket, actor } = deciding;
  if (actor.kind === 'IMPORT') return false;
  if (policy.loweringApproval === 'NEVER') return false;
  if (policy.loweringApproval === 'OVERRIDES' && !('override' in command)) return false;
  return isLessUrgent(reclassification(deciding, command).severity, ticket.severity);
}

/** The override that a reclassification sets; null where its severity follows from its impacts. */
export function overrideOf({ isOverride, severity, reason, at, by }: Proposal, approvedBy?: Actor): Override | null {
  if (!isOverride) return null;
  const override = { severity, reason: reason ?? '', at, by };
  return approvedBy === undefined ? override : { ...override, approvedBy };
}
