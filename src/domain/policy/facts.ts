import type { Audience, Consequence } from '../impact';

/** A word that impacts are stated in. */
export interface Fact {
  /** Capital letters, digits and `_`; unique in its list. */
  readonly code: string;
  /** A short name for people. */
  readonly title: string;
  /** What the fact means. */
  readonly text: string;
}

/** The vocabulary of a policy: who can be affected, and what they cannot do. */
export interface Facts {
  readonly audiences: readonly Fact[];
  readonly consequences: readonly Fact[];
}

/** The half of an impact that a fact is. */
export type FactKind = 'AUDIENCE' | 'CONSEQUENCE';

/** The most characters of the code of a fact. */
export const LONGEST_CODE = 64;
/** The code of a fact, such as `ALL_END_USERS`. */
export const FACT_CODE = new RegExp(`^[A-Z][A-Z0-9_]{0,${LONGEST_CODE - 1}}$`);

/** In a rule, the audience that stands for every audience. It is not a code of a fact. */
export const ANY_AUDIENCE = 'ANY';

export const codesOf = (facts: readonly Fact[]): string[] => facts.map(({ code }) => code);

/** An impact has a code that is not a word of the policy. */
export interface UnknownFact {
  readonly kind: FactKind;
  readonly value: string;
  readonly known: readonly string[];
}

/** The codes of an impact that the vocabulary does not have, the audience first. */
export function unknownFactsIn(
  { audiences, consequences }: Facts,
  { audience, consequence }: { readonly audience: Audience; readonly consequence: Consequence },
): readonly UnknownFact[] {
  const halves: readonly UnknownFact[] = [
    { kind: 'AUDIENCE', value: audience, known: codesOf(audiences) },
    { kind: 'CONSEQUENCE', value: consequence, known: codesOf(consequences) },
  ];
  return halves.filter(({ value, known }) => !known.includes(value));
}

/**
 * The vocabulary of a policy that does not state one: the facts were the same for all policies
 * before each policy had its own.
 */
export const FORMER_FACTS: Facts = {
  audiences: [
    { code: 'ALL_END_USERS', title: 'All end users', text: 'All shoppers of the site.' },
    { code: 'SOME_END_USERS', title: 'Some end users', text: 'Some shoppers of the site, but not all.' },
    {
      code: 'ADMINISTRATORS',
      title: 'Administrators',
      text: 'The administrators of the site, including users of the control panel.',
    },
    { code: 'NOBODY', title: 'Nobody', text: 'No one is affected.' },
  ],
  consequences: [
    { code: 'ORDERING_BLOCKED', title: 'Ordering is blocked', text: 'Orders cannot be placed.' },
    {
      code: 'ALL_ORDER_IMPORT_BLOCKED',
      title: 'No order is imported',
      text: 'No order reaches the ERP (enterprise resource planning) system.',
    },
    { code: 'DEGRADED', title: 'Degraded', text: 'The site works, but badly.' },
    {
      code: 'ORDER_DATA_FLOW',
      title: 'Order data does not flow',
      text: 'Order data does not flow to or from a third party, such as an ERP system.',
    },
    {
      code: 'NON_ORDER_DATA_FLOW',
      title: 'Other data does not flow',
      text: 'Other data does not flow to or from a third party.',
    },
    { code: 'QUESTION', title: 'Question', text: 'A general question about functionality.' },
    { code: 'TRAINING', title: 'Training', text: 'A request for training.' },
    { code: 'DOCUMENTATION', title: 'Documentation', text: 'A question or request about documentation.' },
  ],
};
