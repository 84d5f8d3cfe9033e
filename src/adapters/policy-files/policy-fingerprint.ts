import { fingerprintOf } from '../../application/fingerprint';

/**
 * The fingerprint of the data of a policy file. Comments, layout and the order of fields do not
 * change it. A default that is written out changes it. The holidays of a region do not.
 */
export const policyFingerprint = (data: unknown): string => fingerprintOf(data);
