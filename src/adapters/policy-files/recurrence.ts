import { type DayNumber, daysInMonth, weekdayOf } from '../../domain/calendar/local-date';
import { DAY_MS } from '../../domain/instant';

/**
 * The dates of a recurrence rule of RFC 5545, section 3.3.10, for events of whole days. ADR 022
 * says why no library computes them.
 */

export const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;

export interface RecurrenceRule {
  readonly frequency: (typeof FREQUENCIES)[number];
  readonly interval: number;
  /** The last possible date. */
  readonly until: DayNumber | undefined;
  readonly count: number | undefined;
  /** The first day of a week; 0 is Monday. */
  readonly weekStart: number;
  /** Empty lists are parts that the rule does not have. Negative numbers count from the end. */
  readonly months: readonly number[];
  readonly monthDays: readonly number[];
  readonly yearDays: readonly number[];
  readonly weeks: readonly number[];
  /** `nth` is 0 for every such weekday; 0 is Monday. */
  readonly weekdays: readonly { readonly nth: number; readonly weekday: number }[];
  /** Which of the dates of a period count, e.g. -1 for the last one. */
  readonly positions: readonly number[];
}

/** The parts of a date that rules look at. */
interface CalendarDay {
  readonly day: DayNumber;
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
  readonly dayOfYear: number;
  readonly monthLength: number;
  readonly yearLength: number;
}

/**
 * The dates of the rule from `first` to `last`, ascending.
 *
 * @param start the date of the first event, from which intervals and counts are counted
 * @param spend is called with the number of dates that are looked at
 */
export function recurrenceDates(
  rule: RecurrenceRule,
  start: DayNumber,
  { first, last }: { readonly first: DayNumber; readonly last: DayNumber },
  spend: (dates: number) => void,
): DayNumber[] {
  const origin = calendarDay(start);
  const matches = matcher(rule, origin);
  const indexOf = periodIndex(rule);
  const originIndex = indexOf(origin);
  const end = Math.min(last, rule.until ?? last);
  // Only a count depends on what was before the first date that is wanted.
  const from = startOfPeriod(rule, calendarDay(rule.count === undefined ? Math.max(start, first) : start));
  const found: DayNumber[] = [];
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  let period: DayNumber[] = [];
  let current = Number.NaN;
  const finishPeriod = (): void => {
    for (const day of atPositions(period, rule.positions)) {
      if (day < start || day > end || left <= 0) continue;
      left -= 1;
      if (day >= first) found.push(day);
    }
    period = [];
  };
  const months = rule.months.length > 0 ? rule.months : isOnceAYear(rule) ? [origin.month] : undefined;
  let day = from;
  while (left > 0) {
    spend(1);
    const at = calendarDay(day);
    const index = indexOf(at);
    if (index !== current) {
      finishPeriod();
      current = index;
      if (day > end) break;
    }
    if (months !== undefined && !months.includes(at.month)) {
      day += at.monthLength - at.date + 1;
      continue;
    }
    if ((index - originIndex) % rule.interval === 0 && matches(at)) period.push(day);
    day += 1;
  }
  return found;
}

function calendarDay(day: DayNumber): CalendarDay {
  const utc = new Date(day * DAY_MS);
  const [year, month, date] = [utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate()];
  let monthsBefore = 0;
  for (let before = 1; before < month; before += 1) monthsBefore += daysInMonth(year, before);
  return {
    day,
    year,
    month,
    date,
    weekday: weekdayOf(day),
    dayOfYear: monthsBefore + date,
    monthLength: daysInMonth(year, month),
    yearLength: 337 + daysInMonth(year, 2),
  };
}

const has = (list: readonly unknown[]): boolean => list.length > 0;
const namesDays = ({ monthDays, yearDays, weekdays }: RecurrenceRule): boolean =>
  has(monthDays) || has(yearDays) || has(weekdays);

/** Whether a rule has no part that names days, weeks or months, so that it has the first date. */
const isOnceAYear = (rule: RecurrenceRule): boolean =>
  rule.frequency === 'YEARLY' && !namesDays(rule) && !has(rule.weeks) && !has(rule.months);

/** The number of the period of the rule in which a date lies: its year, month, week or day. */
const periodIndex = ({ frequency, weekStart }: RecurrenceRule): ((at: CalendarDay) => number) => {
  switch (frequency) {
    case 'YEARLY':
      return ({ year }) => year;
    case 'MONTHLY':
      return ({ year, month }) => year * 12 + month;
    case 'WEEKLY':
      // The first days of weeks are not multiples of 7, and fractions of a week would not be exact.
      return ({ day, weekday }) => Math.floor((day - daysSince(weekStart, weekday)) / 7);
    case 'DAILY':
      return ({ day }) => day;
  }
};

const startOfPeriod = ({ frequency, weekStart }: RecurrenceRule, at: CalendarDay): DayNumber => {
  switch (frequency) {
    case 'YEARLY':
      return at.day - at.dayOfYear + 1;
    case 'MONTHLY':
      return at.day - at.date + 1;
    case 'WEEKLY':
      return at.day - daysSince(weekStart, at.weekday);
    case 'DAILY':
      return at.day;
  }
};

/** The days from the start of the week to a weekday. */
const daysSince = (weekStart: number, weekday: number): number => (weekday - weekStart + 7) % 7;

/** Whether dates match all parts of the rule; a part that it lacks is that of the first event. */
function matcher(rule: RecurrenceRule, origin: CalendarDay): (at: CalendarDay) => boolean {
  const { frequency, months, monthDays, yearDays, weeks, weekdays, weekStart } = rule;
  const hasDays = namesDays(rule);
  const isYearly = frequency === 'YEARLY';
  const ofWeekday = isYearly ? has(weeks) && !hasDays : frequency === 'WEEKLY' && !has(weekdays);
  const ofDate = (isYearly && !has(weeks) && !hasDays) || (frequency === 'MONTHLY' && !hasDays);
  const ofMonth = isOnceAYear(rule);
  const nthInYear = isYearly && !has(months);
  const isIn = (list: readonly number[], number: number, length: number): boolean =>
    list.includes(number) || list.includes(number - length - 1);
  const isNth = (nth: number, number: number, length: number): boolean =>
    nth > 0 ? nth === Math.ceil(number / 7) : -nth === Math.ceil((length - number + 1) / 7);
  return (at) =>
    (!ofMonth || at.month === origin.month) &&
    (!ofDate || at.date === origin.date) &&
    (!ofWeekday || at.weekday === origin.weekday) &&
    (!has(months) || months.includes(at.month)) &&
    (!has(monthDays) || isIn(monthDays, at.date, at.monthLength)) &&
    (!has(yearDays) || isIn(yearDays, at.dayOfYear, at.yearLength)) &&
    (!has(weeks) || isInWeek(weeks, at, weekStart)) &&
    (!has(weekdays) ||
      weekdays.some(
        ({ nth, weekday }) =>
          weekday === at.weekday &&
          (nth === 0 || (nthInYear ? isNth(nth, at.dayOfYear, at.yearLength) : isNth(nth, at.date, at.monthLength))),
      ));
}

/**
 * Whether a date lies in one of the weeks, by their number in the year that has most of the week.
 * Around the new year this can be another year than that of the date: 29 December 2025 is the
 * Monday of the first week of 2026.
 */
function isInWeek(weeks: readonly number[], at: CalendarDay, weekStart: number): boolean {
  // The fourth day of a week lies in the year that the week belongs to.
  const fourth = calendarDay(at.day - daysSince(weekStart, at.weekday) + 3);
  const week = Math.ceil(fourth.dayOfYear / 7);
  const weeksInYear = week + Math.floor((fourth.yearLength - fourth.dayOfYear) / 7);
  return weeks.includes(week) || weeks.includes(week - weeksInYear - 1);
}

const atPositions = (days: readonly DayNumber[], positions: readonly number[]): readonly DayNumber[] =>
  positions.length === 0
    ? days
    : days.filter((_, index) => positions.includes(index + 1) || positions.includes(index - days.length));
