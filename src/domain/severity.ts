/** The severity levels, most urgent first. A policy declares which of them it uses. */
export const SEVERITIES = ['SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5'] as const;
export type Severity = (typeof SEVERITIES)[number];

const RANK: Readonly<Record<Severity, number>> = { SEV1: 1, SEV2: 2, SEV3: 3, SEV4: 4, SEV5: 5 };

/** Negative when `a` is more urgent than `b`, positive when less, zero when equal. */
export const compareUrgency = (a: Severity, b: Severity): number => RANK[a] - RANK[b];

export const isMoreUrgent = (a: Severity, b: Severity): boolean => compareUrgency(a, b) < 0;
export const isLessUrgent = (a: Severity, b: Severity): boolean => compareUrgency(a, b) > 0;
