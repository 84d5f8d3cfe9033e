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

/** The dates that were written last, such as `2026-03-08T`, each at the last digits of its day. */
const DATES: { day: number; date: string }[] = Array.from({ length: 16 }, () => ({ day: Number.NaN, date: '' }));
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => `${number}`.padStart(2, '0'));

/**
 * Formats an instant as RFC 3339 in UTC with milliseconds. The same as `toISOString`, which takes
 * eight times as long: most instants of a ticket are on a few days.
 */
export function toIso(at: EpochMs): string {
  const day = Math.floor(at / DAY_MS);
  const known = DATES[day & 15];
  if (known?.day !== day || !Number.isInteger(at)) {
    const iso = new Date(at).toISOString();
    // `Date` cuts off a fraction, which can lead to another day.
    if (known !== undefined && Number.isInteger(at))
      [known.day, known.date] = [day, iso.slice(0, -'00:00:00.000Z'.length)];
    return iso;
  }
  const ms = at - day * DAY_MS;
  const [hours, minutes] = [Math.floor(ms / HOUR_MS), Math.floor(ms / MINUTE_MS) % 60];
  const [seconds, rest] = [Math.floor(ms / SECOND_MS) % 60, ms % SECOND_MS];
  const zeros = rest < 10 ? '00' : rest < 100 ? '0' : '';
  return `${known.date}${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes]}:${TWO_DIGITS[seconds]}.${zeros}${rest}Z`;
}

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
