import { createHash } from 'node:crypto';
import { folded } from '../../../domain/folded-text';

/**
 * A text as PostgreSQL compares it: equal for texts whose folded forms are equal. It is a hash,
 * because an index has no room for a text of any length, in the form of a UUID, which is stored in
 * 16 bytes. PostgreSQL's own `lower` and `casefold` give other results than JavaScript, and depend
 * on its version and locale.
 */
export function comparisonKey(text: string): string {
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const key = hashOf(folded(text));
  if (text.length > LONGEST_KNOWN) return key;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(text, key);
  return key;
}

/** The keys of the last texts, because an import needs that of each external id three times. */
const KNOWN = new Map<string, string>();
const MOST_KNOWN = 2_000;
const LONGEST_KNOWN = 200;

/** Identifies a text as it is written. */
export function hashOf(text: string): string {
  const hex = createHash('sha256').update(text, 'utf8').digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
