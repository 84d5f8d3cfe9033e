import { invalidCursor } from '../../../application/ports/pagination';

/**
 * A position in a list: the value of the sort key as text, and the value that orders equal keys.
 */
export interface Position {
  readonly key: string | null;
  readonly tie: string;
}

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** No cursor of this service is longer. */
const LONGEST = 400;

function decode(cursor: string): string {
  if (cursor === '' || cursor.length > LONGEST) throw invalidCursor();
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  // Decoding skips characters that are not base64url and replaces bytes that are not UTF-8.
  if (encode(text) !== cursor) throw invalidCursor();
  return text;
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
    throw invalidCursor();
  }
  if (!Array.isArray(parts) || parts.length < 2 || parts.length > 3) throw invalidCursor();
  const [of, tie, key = null]: unknown[] = parts;
  if (of !== list || typeof tie !== 'string' || !accepts.isTie(tie)) throw invalidCursor();
  if (key === null ? !accepts.nullable : typeof key !== 'string' || !accepts.isKey(key)) throw invalidCursor();
  const position: Position = { key: key as string | null, tie };
  // Other JSON of the same meaning, with spaces or escapes, is no cursor of this service.
  if (encodePosition(list, position) !== cursor) throw invalidCursor();
  return position;
}
