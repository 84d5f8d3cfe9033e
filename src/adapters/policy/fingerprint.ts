import { createHash } from 'node:crypto';
import type { PolicyDocument } from '../../domain/policy';

/** JSON with the fields of every object in alphabetical order, as two equal documents may differ in theirs. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * SHA-256, in hexadecimal, of everything a policy says: equal for two documents exactly if they promise and read the
 * same, also after one of them was stored as `jsonb`. Comments and layout of the file do not count.
 */
export const policyFingerprint = (document: PolicyDocument): string =>
  createHash('sha256').update(canonicalJson(document)).digest('hex');
