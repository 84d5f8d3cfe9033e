import {
  type CalendarDefinition,
  CalendarError,
  compileCalendar,
  isYearly,
} from '../../domain/calendar/business-calendar';
import type { FieldPath, ReportProblem } from '../documents/document-error';
import { namesAt, partAt } from './check-policy';
import { calendarHolidays, type FileHoliday } from './holiday-list';
import { horizonProblem, publicHolidays } from './holidays';
import { type IcsBudget, icsHolidays, MAX_ICS_DATES } from './ics-holidays';
import { yearOf } from './local-time';
import type { PolicyFolder } from './policy-folder';
import { type CalendarEntry, calendarSchema, type HolidaysEntry, holidaysSchema } from './policy-schema';

/** Each calendar is expanded for every year of its horizon, which takes time. */
const MAX_CALENDARS = 50;

/** What the calendars of one policy share while they are checked. */
interface IcsFiles {
  readonly folder: PolicyFolder;
  readonly budget: IcsBudget;
}

/** The holidays of an iCalendar file; reports its problems. */
function holidaysOfFile(
  name: string,
  horizon: HolidaysEntry['horizon'],
  { folder, budget }: IcsFiles,
  report: (message: string) => void,
): readonly FileHoliday[] {
  const file = folder(name);
  if ('failure' in file) {
    report(`${name} ${file.failure}`);
    return [];
  }
  let isReported = false;
  const found = icsHolidays(file.text, horizon, budget, ({ line, message }) => {
    isReported = true;
    report(`${name}${line === undefined ? '' : `:${line}`} ${message}`);
  });
  if (found.length === 0 && !isReported) {
    report(`${name} has no holidays in the years of the horizon, ${horizon.from} to ${horizon.to}`);
  }
  return found;
}

/** The expanded holidays of a calendar; reports their problems. */
function expandHolidays(
  holidays: HolidaysEntry,
  path: FieldPath,
  report: ReportProblem,
  files: IcsFiles,
): readonly FileHoliday[] {
  const { region, ics, plus = [], minus = [] } = holidays;
  const { from, to } = holidays.horizon;
  const tooFar = region === undefined ? undefined : horizonProblem(region, to);
  if (tooFar !== undefined) report([...path, 'horizon', 'to'], tooFar);

  const regional = region === undefined ? [] : publicHolidays(region, from, to);
  if (region !== undefined && regional.length === 0) {
    report([...path, 'region'], `takes a region with public holidays; date-holidays has none for ${region}`);
  }
  const reportFile = (message: string): void => report([...path, 'ics'], message);
  const filed = ics === undefined ? [] : holidaysOfFile(ics, holidays.horizon, files, reportFile);
  const [added, removed] = [new Set(plus.map(({ date }) => date)), new Set(minus)];
  const listed = [...regional, ...filed];
  const known = new Set(listed.map(({ date }) => date));
  const sources = ics === undefined ? 'the region' : region === undefined ? ics : `the region or of ${ics}`;
  for (const [list, dates] of Object.entries({ plus: plus.map(({ date }) => date), minus })) {
    for (const [index, date] of dates.entries()) {
      if (yearOf(date) < from || yearOf(date) > to) {
        report([...path, list, index], `takes a date within the horizon, ${from} to ${to}, not ${date}`);
      } else if (list === 'minus' && added.has(date)) {
        report([...path, list, index], `${date} is also listed under plus; keep one`);
      } else if (list === 'minus' && !known.has(date)) {
        report([...path, list, index], `takes a holiday of ${sources}; ${date} is not one`);
      }
    }
  }
  return [...listed.filter(({ date }) => !removed.has(date)), ...plus];
}

function toDefinition(
  entry: CalendarEntry,
  path: FieldPath,
  report: ReportProblem,
  files: IcsFiles,
): CalendarDefinition {
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
    if (isYearly(date) || (yearOf(date) >= from && yearOf(date) <= to)) continue;
    report([...path, 'special', date], `takes a date within the horizon, ${from} to ${to}`, 'key');
  }
  const holidays = expandHolidays(entry.holidays, [...path, 'holidays'], report, files);
  return { ...common, ...calendarHolidays(holidays), knownYears: { from, to } };
}

/** Reports the error if the domain cannot compile the calendar. */
function checkCompiles(definition: CalendarDefinition, path: FieldPath, report: ReportProblem): void {
  try {
    compileCalendar(definition);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    report(path, error.message, 'key');
  }
}

/**
 * The calendars of the file with expanded holidays, without those of an invalid shape; reports
 * their problems.
 */
export function checkCalendars(
  file: unknown,
  report: ReportProblem,
  folder: PolicyFolder,
): Record<string, CalendarDefinition> {
  const files: IcsFiles = { folder, budget: { dates: MAX_ICS_DATES } };
  const calendars: Record<string, CalendarDefinition> = {};
  const names = namesAt(file, ['calendars']);
  if (names.length > MAX_CALENDARS) {
    report(['calendars'], `takes at most ${MAX_CALENDARS} calendars, not ${names.length}`, 'key');
    return calendars;
  }
  for (const name of names) {
    const path = ['calendars', name];
    const entry = partAt(calendarSchema, file, path);
    if (entry !== undefined) {
      let isReported = false;
      const reported: ReportProblem = (...problem) => {
        isReported = true;
        report(...problem);
      };
      const definition = toDefinition(entry, path, reported, files);
      if (!isReported) checkCompiles(definition, path, report);
      calendars[name] = definition;
    } else {
      // The calendar is invalid elsewhere; its holidays can still be checked.
      const holidays = partAt(holidaysSchema, file, [...path, 'holidays']);
      if (holidays !== undefined) expandHolidays(holidays, [...path, 'holidays'], report, files);
    }
  }
  return calendars;
}
