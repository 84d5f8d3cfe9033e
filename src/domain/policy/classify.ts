import type { Audience, Consequence, Impact } from '../impact';
import { nearestTo } from '../nearest';
import { compareUrgency, type Severity } from '../severity';
import type { Refusal } from '../ticket/refusals';
import { ANY_AUDIENCE, codesOf, type Facts, unknownFactsIn } from './facts';
import type { Basis, PolicyDocument, Rule } from './policy';

/** The severity of a set of impacts, and the clause of the policy that determines it. */
export interface Classification {
  readonly severity: Severity;
  /** The name of the rule in the policy, e.g. `2a`. */
  readonly clause: string;
  readonly basis: Basis;
  /** What the published clause means, or the reason for the house rule. */
  readonly text: string;
}

/**
 * A classification; or a refusal, for a word that the policy does not have, for a pair that no
 * clause covers, and for an empty list.
 */
export type ClassifyOutcome =
  | { readonly ok: true; readonly classification: Classification }
  | {
      readonly ok: false;
      readonly refusal: Extract<Refusal, { code: 'UnknownFact' | 'ContradictoryImpact' | 'InvalidInput' }>;
    };

type Pair = Pick<Impact, 'audience' | 'consequence'>;
type PairKey = string;
/** What classifies impacts. */
export type Classifier = Pick<PolicyDocument, 'rules' | 'facts'>;

/** The rule that determines the severity of a pair, with its position in the policy. */
interface Decision {
  readonly rule: Rule;
  readonly place: number;
}

/** The more urgent severity precedes; between equal severities, the earlier rule. */
const precedes = (a: Decision, b: Decision): boolean =>
  (compareUrgency(a.rule.severity, b.rule.severity) || a.place - b.place) < 0;

const keyOf = (audience: Audience, consequence: Consequence): PairKey => `${audience}/${consequence}`;

/** The number of pairs that a rule covers. */
export const pairCount = ({ audience, consequences }: Rule, { audiences }: Facts): number =>
  (audience === ANY_AUDIENCE ? audiences.length : 1) * consequences.length;

/** The pairs that a rule covers. */
const pairsOf = (rule: Pick<Rule, 'audience' | 'consequences'>, facts: Facts): Pair[] =>
  (rule.audience === ANY_AUDIENCE ? codesOf(facts.audiences) : [rule.audience]).flatMap((audience) =>
    rule.consequences.map((consequence) => ({ audience, consequence })),
  );

/** The first pair of facts that the first rule of a policy covers. */
export function firstPair({ rules, facts }: Classifier): Pair {
  const [pair] = rules.slice(0, 1).flatMap((rule) => pairsOf(rule, facts));
  if (pair === undefined) throw new Error('The policy has no rule');
  return pair;
}

/** For every pair that a rule covers, the rule that determines its severity. */
export function decidingRules({ rules, facts }: Classifier): ReadonlyMap<PairKey, Decision> {
  const byPair = new Map<PairKey, Decision>();
  for (const [place, rule] of rules.entries()) {
    const candidate: Decision = { rule, place };
    for (const { audience, consequence } of pairsOf(rule, facts)) {
      const key = keyOf(audience, consequence);
      const known = byPair.get(key);
      if (known === undefined || precedes(candidate, known)) byPair.set(key, candidate);
    }
  }
  return byPair;
}

// The key is the list of rules: a compiled policy shares it with its document.
const tables = new WeakMap<readonly Rule[], ReadonlyMap<PairKey, Decision>>();

function tableOf(policy: Classifier): ReadonlyMap<PairKey, Decision> {
  const known = tables.get(policy.rules);
  if (known !== undefined) return known;
  const table = decidingRules(policy);
  tables.set(policy.rules, table);
  return table;
}

/**
 * Classifies impacts: the most urgent severity that any impact has, and the first clause of that
 * severity, in the policy's order, that matches an impact. Needs one lookup for each impact.
 *
 * Refuses the first pair that has a code without a fact (`UnknownFact`) or that no rule covers
 * (`ContradictoryImpact`), and an empty list (`InvalidInput`).
 */
export function classify(policy: Classifier, impacts: readonly Pair[]): ClassifyOutcome {
  const table = tableOf(policy);
  let decision: Decision | undefined;
  for (const { audience, consequence } of impacts) {
    const earned = table.get(keyOf(audience, consequence));
    if (earned === undefined) {
      const [unknown] = unknownFactsIn(policy.facts, { audience, consequence });
      const refusal =
        unknown === undefined
          ? ({ code: 'ContradictoryImpact', audience, consequence } as const)
          : ({ code: 'UnknownFact', ...unknown, nearest: nearestTo(unknown.value, unknown.known) ?? null } as const);
      return { ok: false, refusal };
    }
    if (decision === undefined || precedes(earned, decision)) decision = earned;
  }
  if (decision === undefined) {
    return { ok: false, refusal: { code: 'InvalidInput', field: 'impacts', expected: 'at least one impact' } };
  }
  const { severity, clause, basis, text } = decision.rule;
  return { ok: true, classification: { severity, clause, basis, text } };
}
