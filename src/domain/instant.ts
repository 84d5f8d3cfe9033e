/** An instant: milliseconds since 1970-01-01T00:00:00Z. The core never reads a clock; every instant is handed in. */
export type EpochMs = number;

/** A length of time in milliseconds; on a business calendar, of open time. */
export type DurationMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** RFC 3339, UTC, milliseconds: the one form in which instants leave the core. */
export const toIso = (at: EpochMs): string => new Date(at).toISOString();

/** Whether a text is an instant in the form of {@link toIso}. */
export const isIsoInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));

/** The earliest of them; null where there is none. */
export const least = (instants: readonly (EpochMs | null)[]): EpochMs | null =>
  instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
