import { fingerprintOf } from '../../application/fingerprint';

/**
 * The fingerprint of a policy file's data as written. Comments, layout and the order of fields do
 * not change it. A default that is written out does; the holidays of a region do not.
 */
export const policyFingerprint = (said: unknown): string => fingerprintOf(said);
