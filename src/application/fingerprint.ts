import { createHash } from 'node:crypto';

/**
 * The SHA-256 of a value as JSON, in hexadecimal. The order of fields does not change it.
 *
 * @param nulls whether a field that is null changes it, or equals one that is left out
 */
export function fingerprintOf(value: unknown, nulls: 'COUNT' | 'LEFT_OUT' = 'COUNT'): string {
  const json = JSON.stringify(value ?? null, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const fields = Object.entries(part).filter(([, inner]) => nulls === 'COUNT' || inner !== null);
    return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(json).digest('hex');
}
