import { createHash } from 'node:crypto';

/** JSON with the fields of every object in alphabetical order, as two equal documents may differ in theirs. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * SHA-256, in hexadecimal, of what a policy says, as a file's data or as a document: equal for two exactly if they say the
 * same, also after one of them was stored as `jsonb`. Comments, layout and the order of fields do not count.
 */
export const policyFingerprint = (said: unknown): string =>
  createHash('sha256').update(canonicalJson(said)).digest('hex');
