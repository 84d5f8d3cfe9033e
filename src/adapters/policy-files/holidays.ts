import type Holidays from 'date-holidays';
import { didYouMean } from '../../domain/nearest';
import { addDays, yearOf } from './local-time';

/**
 * Public holidays by region, from `date-holidays` (data CC BY-SA 3.0, from Wikipedia's articles).
 * https://github.com/commenthol/date-holidays
 */

/** The names of the holidays by local date `YYYY-MM-DD`, ordered by date. */
export type HolidayDates = ReadonlyMap<string, string>;

/** The years that the tables and lunar calendars of the library cover. */
export const KNOWN_YEARS = { from: 1970, to: 2099 } as const;

// The library's table of Islamic months ends here; it returns no Islamic holidays after it.
const LAST_ISLAMIC_YEAR = 2076;
const ISLAMIC_MONTH = /Muharram|Safar|Rabi al|Jumada|Rajab|Shaban|Ramadan|Shawwal|Dhu al/;

const HOUR_MS = 3_600_000;

/** Loads the library, which takes 0.1 to 0.4 s, so it is loaded only if a policy names a region. */
function library(): typeof Holidays {
  // The CommonJS build exports the class itself; its types say `default`.
  return require('date-holidays') as typeof Holidays;
}

/** The calendar of `US`, `US-LA` or `US-LA-NO`: country, state and region of date-holidays. */
function regionCalendar(region: string): Holidays {
  const [country = '', state, part] = region.split('-');
  const Region = library();
  if (state === undefined) return new Region(country, { types: ['public'] });
  return part === undefined
    ? new Region(country, state, { types: ['public'] })
    : new Region(country, state, part, { types: ['public'] });
}

/** What is wrong with the name of a region; undefined if date-holidays has it. */
export function regionProblem(region: string): string | undefined {
  const levels = new (library())();
  const [country = '', state, part, ...rest] = region.split('-');
  const takes = `takes a region known to date-holidays, such as US, US-LA or US-LA-NO, not "${region.slice(0, 40)}"`;
  const countries = Object.keys(levels.getCountries());
  if (!countries.includes(country)) return takes + didYouMean(country, countries);
  if (state === undefined) return undefined;
  const states = Object.keys(levels.getStates(country) ?? {});
  if (!states.includes(state)) {
    return `${takes}; the states of ${country} are ${states.join(', ') || 'not listed'}`;
  }
  if (part === undefined) return undefined;
  const parts = Object.keys(levels.getRegions(country, state) ?? {});
  if (rest.length === 0 && parts.includes(part)) return undefined;
  return `${takes}; the regions of ${country}-${state} are ${parts.join(', ') || 'not listed'}`;
}

/** What is wrong with the last year of a horizon for this region; undefined if it is valid. */
export function horizonProblem(region: string, lastYear: number): string | undefined {
  if (lastYear <= LAST_ISLAMIC_YEAR) return undefined;
  const lunar = regionCalendar(region)
    .getRules()
    .some((rule) => 'rule' in rule && typeof rule.rule === 'string' && ISLAMIC_MONTH.test(rule.rule));
  return lunar
    ? `takes a year up to ${LAST_ISLAMIC_YEAR} for ${region}, whose Islamic holidays are not known beyond it`
    : undefined;
}

/** The local dates that a holiday covers completely; a partly covered day is not closed. */
function datesOf(holiday: { date: string; start: Date; end: Date }): string[] {
  // "2026-12-24 13:00:00" in local time. A holiday that begins at sunset has the date of its first
  // full day.
  const first = holiday.date.slice(0, 10);
  const startsAt = Number(holiday.date.slice(11, 13)) + Number(holiday.date.slice(14, 16)) / 60;
  const hours = (holiday.end.getTime() - holiday.start.getTime()) / HOUR_MS;
  // The added hour counts a day of 23 hours, when clocks go forward, as a full day.
  const days = Math.floor((startsAt + hours + 1) / 24);
  const begin = startsAt > 0 ? 1 : 0;
  return Array.from({ length: Math.max(days - begin, 0) }, (_, index) => addDays(first, begin + index));
}

/** The public holidays of a year as full local dates, with their names. */
type YearOfHolidays = readonly (readonly [date: string, name: string])[];

/** The size of the cache: about two hundred regions for a century each. */
const MAX_CACHED_YEARS = 20_000;
const expanded = new Map<string, YearOfHolidays>();

// A year takes about 1 ms to compute, and the calendars of a policy often share a region.
function holidaysOf(calendar: () => Holidays, region: string, year: number): YearOfHolidays {
  const key = `${region}/${year}`;
  const known = expanded.get(key);
  if (known !== undefined) return known;
  const found = calendar()
    .getHolidays(year)
    .filter(({ type }) => type === 'public')
    .flatMap((holiday) => datesOf(holiday).map((date) => [date, holiday.name] as const));
  if (expanded.size >= MAX_CACHED_YEARS) expanded.clear();
  expanded.set(key, found);
  return found;
}

/** Returns a function that creates the calendar of the region at its first call. */
function lazily(region: string): () => Holidays {
  let calendar: Holidays | null = null;
  return () => {
    calendar ??= regionCalendar(region);
    return calendar;
  };
}

// One more year on each side: a holiday of several days, or its substitute day, can cross the new
// year.
const yearsFor = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 3 }, (_, index) => from - 1 + index);

/**
 * The public holidays of a region in the years `from` to `to`, with substitute days, as full local
 * dates. The result does not depend on the zone of the host. Names are in the language of the
 * region.
 */
export function publicHolidays(region: string, from: number, to: number): HolidayDates {
  const calendar = lazily(region);
  const found = new Map<string, string>();
  for (const [date, name] of yearsFor(from, to).flatMap((year) => holidaysOf(calendar, region, year))) {
    if (yearOf(date) < from || yearOf(date) > to) continue;
    const known = found.get(date);
    found.set(date, known === undefined || known === name ? name : `${known}, ${name}`);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
