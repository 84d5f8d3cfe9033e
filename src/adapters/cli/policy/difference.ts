export const POLICY_PARTS = [
  'Severities',
  'Targets',
  'Classification',
  'Calendars',
  'Pauses',
  'Marks',
  'Settings',
] as const;

/** One thing that two policies say otherwise, in words. */
export interface PolicyDifference {
  readonly part: (typeof POLICY_PARTS)[number];
  /** Whom or what it is about, e.g. `SEV2 resolution`. */
  readonly of: string;
  /** Null where only the other has it. */
  readonly before: string | null;
  readonly after: string | null;
}

export type Row = Omit<PolicyDifference, 'part'>;

/** Of rows of a name and two values those whose values differ. */
export const rows = (all: readonly (readonly [of: string, before: string | null, after: string | null])[]): Row[] =>
  all.filter(([, before, after]) => before !== after).map(([of, before, after]) => ({ of, before, after }));

/** What either has, each once. */
export const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
