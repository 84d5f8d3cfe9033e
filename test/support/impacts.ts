import type { Audience, Consequence, Impact } from '../../src/domain/impact';

export const impact = (audience: Audience, consequence: Consequence, note: string | null = null): Impact => ({
  audience,
  consequence,
  note,
});

/**
 * Impacts that earn each severity under the policy of `policies/cimcloud.yaml`; also valid as input
 * of the API.
 */
export const SEV1: readonly Impact[] = [impact('ALL_END_USERS', 'ORDERING_BLOCKED')];
export const SEV2: readonly Impact[] = [impact('SOME_END_USERS', 'ORDERING_BLOCKED')];
export const SEV3: readonly Impact[] = [impact('ADMINISTRATORS', 'DEGRADED')];
export const SEV4: readonly Impact[] = [impact('NOBODY', 'QUESTION')];

/**
 * What remains when a workaround helps everyone and the cause is still there: SEV4 under a clause
 * of its own.
 */
export const CONTAINED: readonly Impact[] = [impact('NOBODY', 'DEGRADED')];

/** Impacts that contradict themselves: no one is affected, and yet orders are blocked. */
export const CONTRADICTION: readonly Impact[] = [impact('NOBODY', 'ORDERING_BLOCKED')];
