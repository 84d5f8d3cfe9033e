/**
 * An instant in milliseconds since 1970-01-01T00:00:00Z. The domain never reads a clock; callers
 * pass every instant.
 */
export type EpochMs = number;

/** A length of time in milliseconds. On a business calendar, only open time counts. */
export type DurationMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Formats an instant as RFC 3339 in UTC with milliseconds. */
export const toIso = (at: EpochMs): string => new Date(at).toISOString();

/**
 * Whether a text is an instant of the years 1 to 9999 in the form of {@link toIso}. A date that
 * does not exist, such as 30 February, is no instant: parsing alone would move it to another date.
 */
export function isIsoInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || text.startsWith('0000')) return false;
  const at = Date.parse(text);
  return !Number.isNaN(at) && toIso(at) === text;
}

/** The earliest instant, leaving out nulls; null if there is none. */
export const least = (instants: readonly (EpochMs | null)[]): EpochMs | null =>
  instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
