export const POLICY_PARTS = [
  'Severities',
  'Targets',
  'Facts',
  'Classification',
  'Calendars',
  'Pauses',
  'Marks',
  'Settings',
] as const;

/** One difference between two policies, as text. */
export interface PolicyDifference {
  readonly part: (typeof POLICY_PARTS)[number];
  /** The part of the policy that differs, e.g. `SEV2 resolution`. */
  readonly subject: string;
  /** Null if only the other policy has the subject. */
  readonly before: string | null;
  readonly after: string | null;
}

export type DifferenceRow = Omit<PolicyDifference, 'part'>;

/** The rows whose two values differ. */
export const differingRows = (
  rows: readonly (readonly [subject: string, before: string | null, after: string | null])[],
): DifferenceRow[] =>
  rows.filter(([, before, after]) => before !== after).map(([subject, before, after]) => ({ subject, before, after }));

/** The distinct elements of both lists. */
export const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
