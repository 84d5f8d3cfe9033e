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
 * A calendar that cannot be compiled, or a question it cannot answer without guessing:
 * - `INVALID_CALENDAR`, `INVALID_TIME_ZONE`: the definition is wrong; the message names the field;
 * - `NEVER_OPEN`: no open time at all, or none after the asked instant;
 * - `BEYOND_KNOWN_YEARS`: an instant of question or answer lies in a year whose holidays are not known;
 * - `OUT_OF_RANGE`: an instant of question or answer lies outside the years 1 to 9999 (UTC);
 * - `INVALID_INSTANT`: not a whole number of milliseconds;
 * - `INVALID_AMOUNT`: negative, not finite, or a broken number of business days.
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
