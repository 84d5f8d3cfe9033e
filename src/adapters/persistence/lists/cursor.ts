import { InvalidCursor } from '../../../application/ports/pagination';

/** The value that a list is ordered by, as the database writes it, and what breaks ties. */
export interface Position {
  readonly key: string | null;
  readonly tie: string;
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

function decode(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is not base64url; a cursor of ours reads back as it was written.
  if (cursor === '' || bytes.toString('base64url') !== cursor) throw new InvalidCursor();
  return bytes.toString('utf8');
}

/** @param list names list and order, so that a cursor of another list is refused. */
export const encodePosition = (list: string, { key, tie }: Position): string =>
  encode(JSON.stringify(key === null ? [list, tie] : [list, tie, key]));

/**
 * @param accepts what the list's keys and ties look like
 * @throws InvalidCursor
 */
export function decodePosition(
  list: string,
  cursor: string,
  accepts: {
    readonly isKey: (key: string) => boolean;
    readonly isTie: (tie: string) => boolean;
    readonly nullable: boolean;
  },
): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(decode(cursor));
  } catch {
    throw new InvalidCursor();
  }
  if (!Array.isArray(parts) || parts.length < 2 || parts.length > 3) throw new InvalidCursor();
  const [of, tie, key = null]: unknown[] = parts;
  if (of !== list || typeof tie !== 'string' || !accepts.isTie(tie)) throw new InvalidCursor();
  if (key === null && accepts.nullable) return { key, tie };
  if (typeof key !== 'string' || !accepts.isKey(key)) throw new InvalidCursor();
  return { key, tie };
}

/** A place in the event log. */
export const encodeEventCursor = (xid: string, id: string): string => encode(`${xid}:${id}`);
