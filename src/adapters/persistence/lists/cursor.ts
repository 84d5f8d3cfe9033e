import { InvalidCursor } from '../../../application/ports/pagination';

/**
 * A position in a list: the value of the sort key as text, and the value that orders equal keys.
 */
export interface Position {
  readonly key: string | null;
  readonly tie: string;
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

function decode(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips characters that are not base64url, so the result is compared with the input.
  if (cursor === '' || bytes.toString('base64url') !== cursor) throw new InvalidCursor();
  return bytes.toString('utf8');
}

/** @param list the name of the list and its order; a cursor of another list is refused */
export const encodePosition = (list: string, { key, tie }: Position): string =>
  encode(JSON.stringify(key === null ? [list, tie] : [list, tie, key]));

/**
 * @param accepts tests the form of keys and ties; `nullable` says whether a key can be null
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

/** The cursor of an event in the event log. */
export const encodeEventCursor = (xid: string, id: string): string => encode(`${xid}:${id}`);
