import { createHash } from 'node:crypto';
import { folded } from '../../../domain/folded-text';

/**
 * A text as PostgreSQL compares it: equal for texts whose folded forms are equal. It is a hash,
 * because an index has no room for a text of any length, in the form of a UUID, which is stored in
 * 16 bytes. PostgreSQL's own `lower` and `casefold` give other results than JavaScript, and depend
 * on its version and locale.
 */
export const comparisonKey = (text: string): string => hashOf(folded(text));

/** Identifies a text as it is written. */
export function hashOf(text: string): string {
  const hex = createHash('sha256').update(text, 'utf8').digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
