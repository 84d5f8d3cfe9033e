import { type CalendarDefinition, CalendarError, compileCalendar } from '../../domain/calendar/business-calendar';
import type { FieldPath, Report } from '../documents/document-error';
import { namesAt, partAt } from './check-policy';
import { expandAhead, type HolidayDates, horizonProblem, publicHolidays } from './holidays';
import { yearOf } from './local-time';
import { type CalendarEntry, calendarSchema, type HolidaysEntry, holidaysSchema } from './policy-schema';

/** Holidays are expanded for each calendar and each year of its horizon. */
const MOST_CALENDARS = 50;
const NONE: HolidayDates = new Map();

/** The holidays of a calendar as dates. Reports what is wrong with them. */
function expandHolidays(holidays: HolidaysEntry, path: FieldPath, report: Report): HolidayDates {
  const { region, plus = [], minus = [] } = holidays;
  const { from, to } = holidays.horizon;
  const tooFar = region === undefined ? undefined : horizonProblem(region, to);
  if (tooFar !== undefined) report([...path, 'horizon', 'to'], tooFar);

  const regional = region === undefined ? NONE : publicHolidays(region, from, to);
  if (region !== undefined && regional.size === 0) {
    report([...path, 'region'], `takes a region with public holidays; date-holidays knows none for ${region}`);
  }
  for (const [list, dates] of Object.entries({ plus, minus })) {
    for (const [index, date] of dates.entries()) {
      if (yearOf(date) < from || yearOf(date) > to) {
        report([...path, list, index], `takes a date within the horizon, ${from} to ${to}, not ${date}`);
      } else if (list === 'minus' && plus.includes(date)) {
        report([...path, list, index], `${date} is listed under plus as well; keep one`);
      } else if (list === 'minus' && !regional.has(date)) {
        report([...path, list, index], `takes a holiday of the region; ${date} is not one`);
      }
    }
  }
  const all = new Map(regional);
  for (const date of minus) all.delete(date);
  for (const date of plus) if (!all.has(date)) all.set(date, '');
  return new Map([...all].sort(([a], [b]) => a.localeCompare(b)));
}

function toDefinition(entry: CalendarEntry, path: FieldPath, report: Report): CalendarDefinition {
  const special = entry.special ?? {};
  const days = Object.values(entry.week).concat(Object.values(special));
  if (days.every((intervals) => intervals === undefined || intervals.length === 0)) {
    report([...path, 'week'], 'is never open; a calendar takes at least one interval', 'key');
  }
  const week = Object.fromEntries(Object.entries(entry.week).filter(([, intervals]) => intervals !== undefined));
  const common = { timeZone: entry.zone, week, special };
  if (entry.holidays === undefined) return { ...common, holidays: [] };

  const { from, to } = entry.holidays.horizon;
  for (const date of Object.keys(special)) {
    if (yearOf(date) >= from && yearOf(date) <= to) continue;
    report([...path, 'special', date], `takes a date within the horizon, ${from} to ${to}`, 'key');
  }
  const dates = expandHolidays(entry.holidays, [...path, 'holidays'], report);
  const named = [...dates].filter(([, name]) => name !== '');
  return {
    ...common,
    holidays: [...dates.keys()],
    holidayNames: Object.fromEntries(named),
    knownYears: { from, to },
  };
}

/** Reports what the domain rejects in a calendar. */
function checkCompiles(definition: CalendarDefinition, path: FieldPath, report: Report): void {
  try {
    compileCalendar(definition);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    report(path, error.message, 'key');
  }
}

/** Expands the holidays that the file names into the cache, without blocking other requests. */
export async function expandHolidaysAhead(file: unknown): Promise<void> {
  for (const name of namesAt(file, ['calendars']).slice(0, MOST_CALENDARS)) {
    const holidays = partAt(holidaysSchema, file, ['calendars', name, 'holidays']);
    if (holidays?.region === undefined) continue;
    const { from, to } = holidays.horizon;
    await expandAhead(holidays.region, from, to);
  }
}

/** The calendars of the file that have the right shape, with their holidays expanded. */
export function checkCalendars(file: unknown, report: Report): Record<string, CalendarDefinition> {
  const calendars: Record<string, CalendarDefinition> = {};
  const names = namesAt(file, ['calendars']);
  if (names.length > MOST_CALENDARS) {
    report(['calendars'], `takes at most ${MOST_CALENDARS} calendars, not ${names.length}`, 'key');
    return calendars;
  }
  for (const name of names) {
    const path = ['calendars', name];
    const entry = partAt(calendarSchema, file, path);
    if (entry !== undefined) {
      let reported = false;
      const definition = toDefinition(entry, path, (...problem) => {
        reported = true;
        report(...problem);
      });
      if (!reported) checkCompiles(definition, path, report);
      calendars[name] = definition;
    } else {
      // Something else is wrong with the calendar. Its holidays can still be checked.
      const holidays = partAt(holidaysSchema, file, [...path, 'holidays']);
      if (holidays !== undefined) expandHolidays(holidays, [...path, 'holidays'], report);
    }
  }
  return calendars;
}
