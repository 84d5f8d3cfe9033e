import type { RefusalCode } from './answer';
import type { Impact } from './history';
import { type Policy, type Rule, rank } from './policy';

/** Why these impacts cannot be classified, or nothing. */
export function impactsRefusal(policy: Policy, impacts: readonly Impact[]): RefusalCode | undefined {
  if (impacts.length === 0) return 'NoImpacts';
  for (const { audience, consequence } of impacts) {
    if (!policy.audiences.includes(audience) || !policy.consequences.includes(consequence)) return 'UnknownCode';
  }
  return impacts.every((impact) => ruleFor(policy, impact) !== undefined) ? undefined : 'ContradictoryImpact';
}

/** The highest severity that any impact earns. */
export function severityOf(policy: Policy, impacts: readonly Impact[]): string {
  const ranks = impacts.map((impact) => rank(policy, ruleFor(policy, impact)?.severity ?? ''));
  return policy.severities[Math.min(...ranks)] ?? '';
}

/** Of the rules that cover a pair, one of the highest severity. */
function ruleFor(policy: Policy, { audience, consequence }: Impact): Rule | undefined {
  return policy.rules
    .filter((rule) => rule.audience === 'ANY' || rule.audience === audience)
    .filter((rule) => rule.consequences.includes(consequence))
    .sort((a, b) => rank(policy, a.severity) - rank(policy, b.severity))[0];
}

export function sameImpacts(a: readonly Impact[], b: readonly Impact[]): boolean {
  const codes = (impacts: readonly Impact[]) =>
    [...new Set(impacts.map((impact) => `${impact.audience} ${impact.consequence}`))].sort().join();
  return codes(a) === codes(b);
}
