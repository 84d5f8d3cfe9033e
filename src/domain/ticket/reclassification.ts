import type { Actor } from '../actor';
import { distinctImpacts, type Impact } from '../impact';
import { type Classification, classify } from '../policy/classify';
import type { Policy } from '../policy/policy';
import { isLessUrgent } from '../severity';
import type { Command } from './commands';
import type { DecisionContext } from './decision-context';
import type { Override, Proposal } from './ticket';

type Reclassify = Extract<Command, { type: 'reclassify' }>;

/** Classifies impacts that `decide` has accepted. Throws for impacts that no clause covers. */
export function classified(policy: Policy, impacts: readonly Impact[]): Classification {
  const outcome = classify(policy, impacts);
  if (!outcome.ok) throw new Error(`Accepted impacts that cannot be classified: ${outcome.refusal.code}`);
  return outcome.classification;
}

/** The change that a reclassification asks for. It takes effect at once or after approval. */
export function reclassification({ ticket, policy, at, actor: by }: DecisionContext, command: Reclassify): Proposal {
  if ('override' in command) {
    const { severity, reason } = command.override;
    return { severity, isOverride: true, impacts: ticket.impacts, clause: ticket.clause, reason, at, by };
  }
  const impacts = distinctImpacts(command.impacts);
  const { severity, clause } = classified(policy, impacts);
  return { severity, isOverride: false, impacts, clause, reason: command.reason, at, by };
}

/**
 * Whether a reclassification lowers the severity and the policy requires another agent's approval.
 * False for an import, which records what was in effect.
 */
export function lowersOnlyWithApproval(context: DecisionContext, command: Reclassify): boolean {
  const { policy, ticket, actor } = context;
  if (actor.kind === 'IMPORT') return false;
  if (policy.loweringApproval === 'NEVER') return false;
  if (policy.loweringApproval === 'OVERRIDES' && !('override' in command)) return false;
  return isLessUrgent(reclassification(context, command).severity, ticket.severity);
}

/** The override that a reclassification sets; null if the severity follows from its impacts. */
export function overrideOf({ isOverride, severity, reason, at, by }: Proposal, approvedBy?: Actor): Override | null {
  if (!isOverride) return null;
  const override = { severity, reason: reason ?? '', at, by };
  return approvedBy === undefined ? override : { ...override, approvedBy };
}
