import type { StoredTicket } from '../ports/stored-ticket';

/**
 * Whether the row of a ticket equals the ticket that its events fold to. An empty value (null,
 * false, 0, an empty text, list or object) equals an absent field: a field that was added after the
 * ticket was written has the default of its column in the row, and its initial value in the folded
 * ticket.
 *
 * The number and the instants of recording exist only in the row and are not compared.
 */
export function matchesLog(stored: StoredTicket, folded: StoredTicket | null): boolean {
  return folded !== null && sameApartFromEmpty(ticketIn(stored), ticketIn(folded));
}

const ticketIn = ({ number, createdAt, updatedAt, asOf, ...ticket }: StoredTicket) => ticket;

/** Whether two values of plain data are equal if an empty value counts as absent, at any depth. */
export function sameApartFromEmpty(a: unknown, b: unknown): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    // The position of an element matters, so an empty element is compared and not left out.
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((element, index) => sameApartFromEmpty(element, b[index]))
    );
  }
  if (!isRecord(a) || !isRecord(b)) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => sameApartFromEmpty(a[name], b[name]));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === false || value === 0 || value === '';
}
