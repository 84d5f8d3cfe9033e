import { fingerprintOf } from '../../application/fingerprint';

/**
 * Of a policy file's data as they are written. Comments, layout and the order of fields do not count; a default that is
 * written out does, and what holidays a region has does not.
 */
export const policyFingerprint = (said: unknown): string => fingerprintOf(said);
