import { fingerprintOf } from '../fingerprint';

/**
 * Of what a policy says, as a file's data or as a document: equal for two exactly if they say the same, also after one of
 * them was stored as `jsonb`. Comments, layout and the order of fields do not count.
 */
export const policyFingerprint = (said: unknown): string => fingerprintOf(said);
