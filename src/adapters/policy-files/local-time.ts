import type { LocalInterval } from '../../domain/calendar/business-calendar';

const INTERVAL = /^((?:[01]\d|2[0-3]):[0-5]\d)\s*-\s*((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const MONTH_DAY = /^\d{2}-\d{2}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Parses `08:00-17:00`; returns a message if it is not valid. Times are compared as text. */
export function parseInterval(written: string): LocalInterval | string {
  const match = INTERVAL.exec(written.trim());
  const [, opens, closes] = match ?? [];
  if (opens === undefined || closes === undefined) {
    return `takes HH:MM-HH:MM from 00:00 to 24:00, such as 08:00-17:00, not "${written.slice(0, 40)}"`;
  }
  if (opens >= closes) {
    return `opens at ${opens} and must close later; an overnight shift takes two intervals, ${opens}-24:00 and one from 00:00 on the next day`;
  }
  return [opens, closes];
}

/**
 * What is wrong with the intervals of one day; undefined if they do not overlap. They may touch.
 */
export function intervalsProblem(intervals: readonly LocalInterval[]): string | undefined {
  const sorted = [...intervals].sort(([a], [b]) => a.localeCompare(b));
  for (const [index, [opens, closes]] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && next[0] < closes) {
      return `takes intervals that do not overlap; ${opens}-${closes} and ${next[0]}-${next[1]} do`;
    }
  }
  return undefined;
}

/**
 * What is wrong with a date; undefined if it is a `YYYY-MM-DD` date of the proleptic Gregorian
 * calendar.
 */
export function realDateProblem(written: string): string | undefined {
  const [, year, month, day] = DATE.exec(written) ?? [];
  if (year === undefined) return `takes a date YYYY-MM-DD, not "${written.slice(0, 40)}"`;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? undefined : `takes an existing date; there is no ${written}`;
}

/** What is wrong with a date of `special`: `YYYY-MM-DD`, or `MM-DD` for every year. */
export function specialDateProblem(written: string): string | undefined {
  if (DATE.test(written)) return realDateProblem(written);
  if (!MONTH_DAY.test(written))
    return `takes a date YYYY-MM-DD, or MM-DD for every year, not "${written.slice(0, 40)}"`;
  // The 29th of February is a date of leap years.
  return realDateProblem(`2000-${written}`) === undefined
    ? undefined
    : `takes an existing date; there is no ${written}`;
}

/** The minute of a day as `HH:MM`; 1440 is `24:00`. */
export const timeText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(Math.floor(minute % 60)).padStart(2, '0')}`;

/** What is wrong with a time; undefined if it is one from `00:00` to `24:00`. */
export const timeProblem = (written: string): string | undefined =>
  TIME.test(written) ? undefined : `takes a time HH:MM from 00:00 to 24:00, not "${written.slice(0, 40)}"`;

/** The year of a date `YYYY-MM-DD`. */
export const yearOf = (date: string): number => Number(date.slice(0, 4));

/** The date (`YYYY-MM-DD`) that is `days` later; negative `days` give an earlier date. */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
