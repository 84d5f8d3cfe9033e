import type { DurationMs, EpochMs } from '../instant';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Local wall-clock times `HH:MM` or `HH:MM:SS`, half-open; `24:00` ends a day. */
export type LocalInterval = readonly [opens: string, closes: string];

/** A business calendar as data. */
export interface CalendarDefinition {
  /** An IANA zone name. */
  readonly timeZone: string;
  /** Per weekday any number of open intervals; a weekday left out is closed. */
  readonly week: Readonly<Partial<Record<Weekday, readonly LocalInterval[]>>>;
  /** Whole local dates `YYYY-MM-DD` that are closed. */
  readonly holidays: readonly string[];
  /** Names of the holidays, by date; for people. */
  readonly holidayNames?: Readonly<Record<string, string>>;
  /** Dates with hours of their own; they win over the weekday and over a holiday. */
  readonly special: Readonly<Record<string, readonly LocalInterval[]>>;
  /** The first and last local year for which holidays are known; absent where the calendar needs none. */
  readonly knownYears?: { readonly from: number; readonly to: number };
}

/** A part of the line of time, half-open; `holiday` is the name of a HOLIDAY, null where it has none. */
export interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: 'OPEN' | 'CLOSED' | 'HOLIDAY';
  readonly holiday: string | null;
}

/** A compiled calendar. Every method but `stretches` is a few binary searches, whatever the span. */
export interface BusinessCalendar {
  readonly definition: CalendarDefinition;
  isOpen(at: EpochMs): boolean;
  /** The earliest instant by which `open` milliseconds of open time have passed since `start`. */
  add(start: EpochMs, open: DurationMs): EpochMs;
  /** The N-th working date after the (moved) start; see the rules of business days in docs/DOMAIN.md. */
  addBusinessDays(start: EpochMs, days: number, end?: 'SAME_TIME' | 'CLOSE_OF_BUSINESS'): EpochMs;
  /** Open milliseconds from `a` to `b`; negative when `b` is before `a`. */
  between(a: EpochMs, b: EpochMs): DurationMs;
  /**
   * The time from `a` to `b` part by part, without gaps, neighbours unlike; none where `b` is not after `a`. Closed time on
   * a date that is one of the holidays is HOLIDAY, also where that date is a Sunday or has hours of its own. Made as it is
   * read, for there may be a great many.
   */
  stretches(a: EpochMs, b: EpochMs): Iterable<Stretch>;
}
