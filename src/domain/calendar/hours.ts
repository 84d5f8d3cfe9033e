import { DAY_MS } from '../instant';
import { CalendarError } from './calendar-error';
import { type CalendarDefinition, type LocalInterval, WEEKDAYS } from './definition';
import { type DayNumber, parseDate, weekdayOf } from './local-date';

/**
 * Opening and closing times in turn, in milliseconds of local time since 00:00, ascending. Empty
 * for a closed date.
 */
export type Hours = readonly number[];

const CLOSED: Hours = [];
const TIME = /^(\d{2}):(\d{2})(?::(\d{2}))?$/;

/** The checked hours of each local date. Does not use the time zone. */
export class OpeningHours {
  private readonly week: readonly Hours[];
  /** The hours of holidays and of special dates. A special date takes precedence over a holiday. */
  private readonly exceptions = new Map<DayNumber, Hours>();
  /** The names of the holidays; null for a holiday without a name. */
  readonly holidays = new Map<DayNumber, string | null>();
  /** The last date that can be open; undefined if the calendar has weekly hours. */
  readonly lastDay: DayNumber | undefined;

  /**
   * @throws CalendarError `INVALID_CALENDAR`, which names the field; `NEVER_OPEN` without any hours
   */
  constructor(definition: CalendarDefinition) {
    for (const key of Object.keys(definition.week)) {
      if (!WEEKDAYS.some((weekday) => weekday === key)) {
        throw invalid(`week: ${JSON.stringify(key)} is not a weekday; write ${WEEKDAYS.join(', ')}`);
      }
    }
    this.week = WEEKDAYS.map((weekday) => parseHours(definition.week[weekday] ?? [], `week.${weekday}`));
    definition.holidays.forEach((date, index) => {
      const day = parseDateOf(date, `holidays[${index}]`);
      this.exceptions.set(day, CLOSED);
      this.holidays.set(day, definition.holidayNames?.[date] ?? null);
    });
    const openDays: DayNumber[] = [];
    for (const [date, intervals] of Object.entries(definition.special)) {
      const day = parseDateOf(date, 'special');
      const hours = parseHours(intervals, `special[${JSON.stringify(date)}]`);
      this.exceptions.set(day, hours);
      if (hours.length > 0) openDays.push(day);
    }
    const weekly = this.week.some((hours) => hours.length > 0);
    if (!weekly && openDays.length === 0) {
      throw new CalendarError(
        'NEVER_OPEN',
        `The calendar of ${definition.timeZone} is never open: give at least one weekday or one special date an interval.`,
      );
    }
    if (!weekly) this.lastDay = openDays.reduce((last, day) => Math.max(last, day));
    checkKnownYears(definition.knownYears);
  }

  on(day: DayNumber): Hours {
    return this.exceptions.get(day) ?? this.week[weekdayOf(day)] ?? CLOSED;
  }

  /**
   * True only if no date from `first` to `last` has hours. A fast check that can miss closed
   * periods.
   */
  surelyClosed(first: DayNumber, last: DayNumber): boolean {
    if (this.lastDay === undefined) return false;
    if (first > this.lastDay) return true;
    for (const [day, hours] of this.exceptions) if (hours.length > 0 && day >= first && day <= last) return false;
    return true;
  }
}

const invalid = (sentence: string): CalendarError => new CalendarError('INVALID_CALENDAR', `${sentence}.`);

const parseDateOf = (date: string, field: string): DayNumber => {
  const day = parseDate(date);
  if (day === undefined) throw invalid(`${field}: ${JSON.stringify(date)} is not a date that exists; write YYYY-MM-DD`);
  return day;
};

/** Accepts intervals in any order. Joins those that touch or overlap. */
const parseHours = (intervals: readonly LocalInterval[], field: string): Hours => {
  const parsed = intervals.map((interval, index) => {
    const name = `${field}[${index}]`;
    if (interval.length !== 2) throw invalid(`${name}: an interval is a pair of times, e.g. ["09:00","17:00"]`);
    const opens = parseTime(interval[0], name);
    const closes = parseTime(interval[1], name);
    if (opens >= closes) {
      throw invalid(
        `${name}: "${interval[0]}" to "${interval[1]}" does not end after it begins; an interval ends at "24:00" at the latest, and a shift over midnight is two intervals on two days`,
      );
    }
    return { opens, closes };
  });
  parsed.sort((a, b) => a.opens - b.opens);
  const hours: number[] = [];
  for (const { opens, closes } of parsed) {
    const end = hours.at(-1);
    if (end !== undefined && opens <= end) hours[hours.length - 1] = Math.max(end, closes);
    else hours.push(opens, closes);
  }
  return hours;
};

const parseTime = (text: string, field: string): number => {
  const match = TIME.exec(text);
  const [hour, minute, second] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 0)];
  const time = ((hour * 60 + minute) * 60 + second) * 1000;
  if (match === null || minute > 59 || second > 59 || time > DAY_MS) {
    throw invalid(`${field}: ${JSON.stringify(text)} is not a time; write HH:MM or HH:MM:SS, from 00:00 to 24:00`);
  }
  return time;
};

const checkKnownYears = (known: CalendarDefinition['knownYears']): void => {
  if (known === undefined) return;
  const isYear = (year: number): boolean => Number.isInteger(year) && year >= 1 && year <= 9999;
  if (!isYear(known.from) || !isYear(known.to) || known.from > known.to) {
    throw invalid('knownYears: from and to are years from 1 to 9999, and from is not after to');
  }
};
