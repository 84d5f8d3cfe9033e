import { AUDIENCES, type Audience, type Consequence, type Impact } from '../impact';
import { compareUrgency, type Severity } from '../severity';
import type { Refusal } from '../ticket/refusals';
import type { Basis, PolicyDocument, Rule } from './policy';

/** What a set of impacts earns, and the clause of the policy that decided it. */
export interface Classification {
  readonly severity: Severity;
  /** The rule's name, so that the classification can be disputed with the policy in hand, e.g. `2a`. */
  readonly clause: string;
  readonly basis: Basis;
  /** The meaning of the clause's published wording, or the reason of the house ruling. */
  readonly text: string;
}

/** `ok` tells the two apart; the refusals are a pair that no clause covers, and no impact at all. */
export type ClassifyOutcome =
  | { readonly ok: true; readonly classification: Classification }
  | { readonly ok: false; readonly refusal: Extract<Refusal, { code: 'ContradictoryImpact' | 'InvalidInput' }> };

type Pair = Pick<Impact, 'audience' | 'consequence'>;
type PairKey = `${Audience}/${Consequence}`;

/** The rule that decides a pair on its own, with its place in the policy. */
interface Decision {
  readonly rule: Rule;
  readonly place: number;
}

/** A more urgent severity wins; between equal severities the rule that stands first. */
const precedes = (a: Decision, b: Decision): boolean =>
  (compareUrgency(a.rule.severity, b.rule.severity) || a.place - b.place) < 0;

const keyOf = (audience: Audience, consequence: Consequence): PairKey => `${audience}/${consequence}`;

/** The pairs that a rule claims. */
const pairsOf = (rule: Pick<Rule, 'audience' | 'consequences'>): Pair[] =>
  (rule.audience === 'ANY' ? AUDIENCES : [rule.audience]).flatMap((audience) =>
    rule.consequences.map((consequence) => ({ audience, consequence })),
  );

/** For every pair that any rule claims, the one rule that decides it. */
export function decidingRules(rules: readonly Rule[]): ReadonlyMap<PairKey, Decision> {
  const byPair = new Map<PairKey, Decision>();
  for (const [place, rule] of rules.entries()) {
    const candidate: Decision = { rule, place };
    for (const { audience, consequence } of pairsOf(rule)) {
      const key = keyOf(audience, consequence);
      const known = byPair.get(key);
      if (known === undefined || precedes(candidate, known)) byPair.set(key, candidate);
    }
  }
  return byPair;
}

// Keyed by the rules and not by the policy: a compiled policy shares them with the document it was made from.
const tables = new WeakMap<readonly Rule[], ReadonlyMap<PairKey, Decision>>();

function tableOf(rules: readonly Rule[]): ReadonlyMap<PairKey, Decision> {
  const known = tables.get(rules);
  if (known !== undefined) return known;
  const table = decidingRules(rules);
  tables.set(rules, table);
  return table;
}

/**
 * Severity from facts: the highest that any impact earns, named by the first clause, in the policy's order, among those
 * of that severity which any impact matches. One look-up per impact.
 *
 * A pair that no rule claims contradicts itself and is refused before anything else is looked at; the first one is named.
 */
export function classify(policy: Pick<PolicyDocument, 'rules'>, impacts: readonly Pair[]): ClassifyOutcome {
  const table = tableOf(policy.rules);
  let decision: Decision | undefined;
  for (const { audience, consequence } of impacts) {
    const earned = table.get(keyOf(audience, consequence));
    if (earned === undefined) return { ok: false, refusal: { code: 'ContradictoryImpact', audience, consequence } };
    if (decision === undefined || precedes(earned, decision)) decision = earned;
  }
  if (decision === undefined) {
    return { ok: false, refusal: { code: 'InvalidInput', field: 'impacts', expected: 'at least one impact' } };
  }
  const { severity, clause, basis, text } = decision.rule;
  return { ok: true, classification: { severity, clause, basis, text } };
}
