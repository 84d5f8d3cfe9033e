/** Who is hit. */
export const AUDIENCES = ['ALL_END_USERS', 'SOME_END_USERS', 'ADMINISTRATORS', 'NOBODY'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** What they cannot do. */
export const CONSEQUENCES = [
  'ORDERING_BLOCKED',
  'ALL_ORDER_IMPORT_BLOCKED',
  'DEGRADED',
  'ORDER_DATA_FLOW',
  'NON_ORDER_DATA_FLOW',
  'QUESTION',
  'TRAINING',
  'DOCUMENTATION',
] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

/** One pair of facts that a ticket is classified by. The note is for people and decides nothing. */
export interface Impact {
  readonly audience: Audience;
  readonly consequence: Consequence;
  readonly note: string | null;
}

const pairOf = (impact: Impact): string => `${impact.audience}/${impact.consequence}`;

/** The same pairs of facts, whatever their order, repetition and notes. */
export function sameImpacts(a: readonly Impact[], b: readonly Impact[]): boolean {
  const left = new Set(a.map(pairOf));
  const right = new Set(b.map(pairOf));
  return left.size === right.size && [...left].every((pair) => right.has(pair));
}

/** Each pair once, in the order given; of a repeated pair the first note that is not null stays. */
export function distinctImpacts(impacts: readonly Impact[]): Impact[] {
  const byPair = new Map<string, Impact>();
  for (const impact of impacts) {
    const known = byPair.get(pairOf(impact));
    if (known === undefined || (known.note === null && impact.note !== null)) byPair.set(pairOf(impact), impact);
  }
  return [...byPair.values()];
}
