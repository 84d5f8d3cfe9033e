import type { DurationMs, EpochMs } from '../instant';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Local wall-clock times `HH:MM` or `HH:MM:SS`, half-open; `24:00` ends a day. */
export type LocalInterval = readonly [opens: string, closes: string];

/** A holiday of a part of a local date. Wall-clock times as in `LocalInterval`. */
export interface PartDayHoliday {
  readonly date: string;
  readonly from: string;
  readonly to: string;
  readonly name: string | null;
}

/** A business calendar as data. */
export interface CalendarDefinition {
  /** An IANA zone name. */
  readonly timeZone: string;
  /** The open intervals of each weekday, any number. A weekday that is left out is closed. */
  readonly week: Readonly<Partial<Record<Weekday, readonly LocalInterval[]>>>;
  /**
   * Local dates `YYYY-MM-DD` that are closed all day, and parts of dates that are closed. A part of
   * a date that is closed all day has no effect.
   */
  readonly holidays: readonly (string | PartDayHoliday)[];
  /** The names of holidays of whole days, by date. They have no effect. */
  readonly holidayNames?: Readonly<Record<string, string>>;
  /**
   * Dates with their own hours: `YYYY-MM-DD`, or `MM-DD` for every year that has the date. They
   * take precedence over the weekday and over a holiday, and a date of one year over that of every
   * year.
   */
  readonly special: Readonly<Record<string, readonly LocalInterval[]>>;
  /** The first and last local year whose holidays are known. Absent if there is no limit. */
  readonly knownYears?: { readonly from: number; readonly to: number };
}

/** Whether a date of `special` is one of every year, `MM-DD`. */
export const isYearly = (date: string): boolean => date.length === 'MM-DD'.length;

/** A period of one kind, half-open. `holiday` is the name of a HOLIDAY; null if it has none. */
export interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: 'OPEN' | 'CLOSED' | 'HOLIDAY';
  readonly holiday: string | null;
}

/**
 * A compiled calendar. Every method but `stretches` is a few binary searches, for any span.
 *
 * All methods throw `CalendarError`: if the calendar cannot answer (`isUnanswerable`), for an
 * instant that is not a whole number of milliseconds, and for an invalid amount.
 */
export interface BusinessCalendar {
  readonly definition: CalendarDefinition;
  isOpen(at: EpochMs): boolean;
  /** The earliest instant at which `open` milliseconds of open time have passed since `start`. */
  add(start: EpochMs, open: DurationMs): EpochMs;
  /** The N-th working date after the start. `docs/DOMAIN.md` has the rules of business days. */
  addBusinessDays(start: EpochMs, days: number, end?: 'SAME_TIME' | 'CLOSE_OF_BUSINESS'): EpochMs;
  /** Open milliseconds from `a` to `b`; negative when `b` is before `a`. */
  between(a: EpochMs, b: EpochMs): DurationMs;
  /**
   * The periods from `a` to `b`, without gaps; adjacent periods differ. Empty if `b` is not after
   * `a`. Closed time on a holiday is HOLIDAY, even if the date is a Sunday or has its own hours; of
   * a holiday of a part of the date, the closed time in that part.
   * The periods are computed one by one while the result is read, because there can be very many.
   */
  stretches(a: EpochMs, b: EpochMs): Iterable<Stretch>;
}
