/** The code of an audience of the policy: who is affected. */
export type Audience = string;

/** The code of a consequence of the policy: what they cannot do. */
export type Consequence = string;

/** A pair of facts that a ticket is classified by. The note is for people and has no effect. */
export interface Impact {
  readonly audience: Audience;
  readonly consequence: Consequence;
  readonly note: string | null;
}

const pairOf = (impact: Impact): string => `${impact.audience}/${impact.consequence}`;

/** Whether two lists have the same pairs of facts. Order, repetition and notes do not matter. */
export function sameImpacts(a: readonly Impact[], b: readonly Impact[]): boolean {
  const left = new Set(a.map(pairOf));
  const right = new Set(b.map(pairOf));
  return left.size === right.size && [...left].every((pair) => right.has(pair));
}

/** Each pair once, in the given order. A repeated pair keeps its first note that is not null. */
export function distinctImpacts(impacts: readonly Impact[]): Impact[] {
  const byPair = new Map<string, Impact>();
  for (const impact of impacts) {
    const known = byPair.get(pairOf(impact));
    if (known === undefined || (known.note === null && impact.note !== null)) byPair.set(pairOf(impact), impact);
  }
  return [...byPair.values()];
}
