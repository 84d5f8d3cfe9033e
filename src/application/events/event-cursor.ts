import { CursorAhead, CursorExpired, type LogBounds } from '../ports/event-log';
import type { LogPosition } from '../ports/logged-event';

const DIGITS = 16;
const FORM = /^e(\d{16})$/;

/** The cursor of a position. A later cursor is greater as text, in any order of characters. */
export const eventCursorOf = (position: LogPosition): string => `e${String(position).padStart(DIGITS, '0')}`;

/** The position of a cursor; null if it is none. No log reaches the greatest safe integer. */
export function positionOfCursor(cursor: string): LogPosition | null {
  const digits = FORM.exec(cursor)?.[1];
  return digits === undefined ? null : Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/**
 * Checks that all events after a position can be read.
 *
 * @throws CursorExpired, CursorAhead
 */
export function requireKept(position: LogPosition, { removedTo, newest }: LogBounds): void {
  if (position < removedTo) throw new CursorExpired();
  if (position > newest) throw new CursorAhead();
}

/** For a reader who goes on where the log is kept, as `log.after(…).catch(nullIfExpired)`. */
export function nullIfExpired(error: unknown): null {
  if (error instanceof CursorExpired) return null;
  throw error;
}
