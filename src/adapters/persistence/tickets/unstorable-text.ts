import type { Change } from '../../../application/tickets/change-tickets';
import type { Refusal } from '../../../domain/ticket/refusals';

// PostgreSQL stores no NUL in a text, and no half of a surrogate pair.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** The refusal of the first text, within what a change brings, that the database cannot store. */
export function unstorableField(change: Change): Refusal | null {
  const field =
    (change.submit === null ? null : firstIn(change.submit.input, '')) ??
    firstIn(change.steps, 'steps') ??
    firstIn(change.actor, 'actor') ??
    firstIn(change.idempotency, 'idempotency');
  return field === null
    ? null
    : { code: 'InvalidInput', field, expected: 'text without NUL characters and without halves of surrogate pairs' };
}

function firstIn(value: unknown, path: string): string | null {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    const found = firstIn(part, path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}
