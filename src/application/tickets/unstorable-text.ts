import type { Refusal } from '../../domain/ticket/refusals';
import type { Change } from './change';

// PostgreSQL stores no NUL in a text, and no half of a surrogate pair.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * Refuses a change that brings a text which the database cannot store, naming the first such field.
 */
export function unstorableText({ submit, steps, actor, idempotency }: Change): Refusal | null {
  const field =
    (submit === null ? null : firstIn(submit.input, '')) ??
    firstIn(steps, 'steps') ??
    firstIn(actor, 'actor') ??
    firstIn(idempotency, 'idempotency');
  return field === null
    ? null
    : { code: 'InvalidInput', field, expected: 'text without NUL characters and without halves of surrogate pairs' };
}

/** The path of the first text that cannot be stored. */
function firstIn(value: unknown, path: string): string | null {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    const found = firstIn(part, path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

/** The text without what cannot be stored. */
export const withoutUnstorable = (text: string): string => text.replaceAll(/\0|\p{Surrogate}/gu, '');
