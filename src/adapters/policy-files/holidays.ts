import type Holidays from 'date-holidays';
import { DAY_MS, MINUTE_MS } from '../../domain/instant';
import { didYouMean } from '../../domain/nearest';
import { type FileHoliday, WHOLE_DAY } from './holiday-list';
import { addDays, timeText, yearOf } from './local-time';

/**
 * Public holidays by region, from `date-holidays` (data CC BY-SA 3.0, from Wikipedia's articles).
 * https://github.com/commenthol/date-holidays
 */

/** The years that the tables and lunar calendars of the library cover. */
export const KNOWN_YEARS = { from: 1970, to: 2099 } as const;

// The library's table of Islamic months ends here; it returns no Islamic holidays after it.
const LAST_ISLAMIC_YEAR = 2076;
const ISLAMIC_MONTH = /Muharram|Safar|Rabi al|Jumada|Rajab|Shaban|Ramadan|Shawwal|Dhu al/;

const DAY_MINUTES = DAY_MS / MINUTE_MS;

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

/**
 * The local dates of a holiday of the library, each with the time of it that the holiday takes.
 *
 * Its `date` is "2026-12-24 13:00:00" in local time, or "2026-03-20 00:00:00 -0600" for a holiday
 * that begins at sunset of the evening before. Of the latter only the full dates count: sunset is
 * no time of an office.
 */
function datesOf(holiday: { date: string; start: Date; end: Date; name: string }): FileHoliday[] {
  const { name } = holiday;
  const [first = '', time = '', sunset] = holiday.date.split(' ');
  const begins = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const minutes = begins + (holiday.end.getTime() - holiday.start.getTime()) / MINUTE_MS;
  const nextMidnight = Math.round(minutes / DAY_MINUTES) * DAY_MINUTES;
  // A day on which the clocks change is an hour longer or shorter.
  const ends = Math.abs(minutes - nextMidnight) <= 60 ? nextMidnight : minutes;
  const dates = sunset === undefined ? Math.ceil(ends / DAY_MINUTES) : Math.floor(ends / DAY_MINUTES);
  return Array.from({ length: dates }, (_, index) => {
    const date = addDays(first, index);
    const from = Math.max(begins - index * DAY_MINUTES, 0);
    const to = Math.min(ends - index * DAY_MINUTES, DAY_MINUTES);
    return from === 0 && to === DAY_MINUTES
      ? { date, ...WHOLE_DAY, name }
      : { date, from: timeText(from), to: timeText(to), name };
  });
}

/** The size of the cache: about two hundred regions for a century each. */
const MAX_CACHED_YEARS = 20_000;
const expanded = new Map<string, readonly FileHoliday[]>();

// A year takes about 1 ms to compute, and the calendars of a policy often share a region.
function holidaysOf(calendar: () => Holidays, region: string, year: number): readonly FileHoliday[] {
  const key = `${region}/${year}`;
  const known = expanded.get(key);
  if (known !== undefined) return known;
  const found = calendar()
    .getHolidays(year)
    .filter(({ type }) => type === 'public')
    .flatMap(datesOf);
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
 * The public holidays of a region in the years `from` to `to`, with substitute days. The result
 * does not depend on the zone of the host. Names are in the language of the region.
 */
export function publicHolidays(region: string, from: number, to: number): readonly FileHoliday[] {
  const calendar = lazily(region);
  return yearsFor(from, to)
    .flatMap((year) => holidaysOf(calendar, region, year))
    .filter(({ date }) => yearOf(date) >= from && yearOf(date) <= to);
}
