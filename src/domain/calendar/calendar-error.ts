export const CALENDAR_ERROR_CODES = [
  'INVALID_CALENDAR',
  'INVALID_TIME_ZONE',
  'NEVER_OPEN',
  'BEYOND_KNOWN_YEARS',
  'OUT_OF_RANGE',
  'INVALID_INSTANT',
  'INVALID_AMOUNT',
] as const;
export type CalendarErrorCode = (typeof CALENDAR_ERROR_CODES)[number];

/**
 * A calendar that cannot be compiled, or a question that a calendar cannot answer:
 * - `INVALID_CALENDAR`, `INVALID_TIME_ZONE`: the definition is wrong; the message names the field;
 * - `NEVER_OPEN`: there is no open time at all, or none after the given instant;
 * - `BEYOND_KNOWN_YEARS`: the question or the answer lies in a year whose holidays are not known;
 * - `OUT_OF_RANGE`: the question or the answer lies outside the years 1 to 9999 (UTC);
 * - `INVALID_INSTANT`: the instant is not a whole number of milliseconds;
 * - `INVALID_AMOUNT`: the amount is negative or not finite, or the number of days is not whole.
 */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';

  constructor(
    readonly code: CalendarErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const UNANSWERABLE: ReadonlySet<CalendarErrorCode> = new Set(['NEVER_OPEN', 'BEYOND_KNOWN_YEARS', 'OUT_OF_RANGE']);

/**
 * Whether the calendar and the question are valid but there is no answer, because the open time or
 * the known years of the calendar end before it. All other errors are faults of a definition or of
 * the code that asks.
 */
export const isUnanswerable = (error: unknown): error is CalendarError =>
  error instanceof CalendarError && UNANSWERABLE.has(error.code);

/** The answer of a calendar; null if the calendar cannot answer (`isUnanswerable`). */
export function answerOrNull<T>(answer: () => T): T | null {
  try {
    return answer();
  } catch (error) {
    if (isUnanswerable(error)) return null;
    throw error;
  }
}
