import type { LocalInterval } from '../../domain/calendar/business-calendar';

const INTERVAL = /^((?:[01]\d|2[0-3]):[0-5]\d)\s*-\s*((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads `08:00-17:00`. Returns what is wrong with it otherwise. Times `HH:MM` compare as text. */
export function parseInterval(written: string): LocalInterval | string {
  const match = INTERVAL.exec(written.trim());
  const [, opens, closes] = match ?? [];
  if (opens === undefined || closes === undefined) {
    return `takes HH:MM-HH:MM from 00:00 to 24:00, such as 08:00-17:00, not "${written.slice(0, 40)}"`;
  }
  if (opens >= closes) {
    return `opens at ${opens} and has to close after that; write an overnight shift as two intervals, ${opens}-24:00 and one from 00:00 on the next day`;
  }
  return [opens, closes];
}

/** What is wrong with the intervals of one day. They may touch and must not overlap. */
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
 * What is wrong with a date. It has to be a date `YYYY-MM-DD` of the proleptic Gregorian calendar.
 */
export function realDateProblem(written: string): string | undefined {
  const [, year, month, day] = DATE.exec(written) ?? [];
  if (year === undefined) return `takes a date YYYY-MM-DD, not "${written.slice(0, 40)}"`;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return real ? undefined : `takes a date of the calendar; there is no ${written}`;
}

/** The year of a date `YYYY-MM-DD`. */
export const yearOf = (date: string): number => Number(date.slice(0, 4));

/** The date a number of days later. */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
