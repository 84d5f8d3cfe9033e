import { type DayNumber, dayNumberOf, parseDate } from '../../domain/calendar/local-date';
import { DAY_MS } from '../../domain/instant';
import { thousands } from '../../domain/thousands';
import { fitText, NAME } from '../../domain/value-rules';
import { type FileHoliday, WHOLE_DAY } from './holiday-list';
import { type IcsEvent, type IcsProblem, type IcsProperty, icsEvents } from './ics-events';
import { FREQUENCIES, type RecurrenceRule, recurrenceDates } from './recurrence';

/** Holidays from the events of an iCalendar file. Each date of an event is a whole holiday. */

/**
 * The dates that the files of a policy may make a program look at, in rules and in events of many
 * days. A yearly rule looks at 42 dates of a year at most, one of weeks or days at all.
 */
export const MAX_ICS_DATES = 1_000_000;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** What is left of `MAX_ICS_DATES` for all files of a policy. */
export interface IcsBudget {
  dates: number;
}

/** The event cannot be used; the message continues "the event …". */
class UnusableEvent extends Error {}
class TooManyDates extends Error {}

/** The holidays of a file in the years `from` to `to`. */
export function icsHolidays(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
  budget: IcsBudget,
  report: (problem: IcsProblem) => void,
): readonly FileHoliday[] {
  const window = { first: dayNumberOf(from, 1, 1), last: dayNumberOf(to + 1, 1, 1) - 1 };
  const spend = (dates: number): void => {
    budget.dates -= dates;
    if (budget.dates < 0) throw new TooManyDates();
  };
  const events = icsEvents(text.replace(/^\uFEFF/, ''), report);
  const holidays: FileHoliday[] = [];
  try {
    const moved = movedDates(events);
    for (const event of events) {
      try {
        holidays.push(...holidaysOf(event, window, moved, spend));
      } catch (error) {
        if (!(error instanceof UnusableEvent)) throw error;
        report({ line: event.line, message: `the event ${titleOf(event)}${error.message}` });
      }
    }
  } catch (error) {
    if (!(error instanceof TooManyDates)) throw error;
    report({ message: `has rules of more than ${thousands(MAX_ICS_DATES)} dates, the maximum of a policy` });
  }
  return holidays;
}

type Window = { readonly first: DayNumber; readonly last: DayNumber };

function holidaysOf(
  event: IcsEvent,
  window: Window,
  moved: ReadonlyMap<string, ReadonlySet<DayNumber>>,
  spend: (dates: number) => void,
): FileHoliday[] {
  if (textOf(event, 'status')?.toUpperCase() === 'CANCELLED') return [];
  if (propertiesOf(event, 'exrule').length > 0) {
    throw new UnusableEvent('has an EXRULE, which RFC 5545 no longer has; list the dates as EXDATE');
  }
  const start = datesOf(event, 'dtstart')[0];
  if (start === undefined) throw new UnusableEvent('has no DTSTART');
  const length = lengthOf(event, start);
  const days = new Set<DayNumber>();
  const add = (day: DayNumber): void => {
    if (day + length <= window.first || day > window.last) return;
    days.add(day);
  };
  // An event that began before the window can reach into it.
  const reach = { first: window.first - length + 1, last: window.last };
  add(start);
  for (const day of datesOf(event, 'rdate')) add(day);
  for (const rule of propertiesOf(event, 'rrule')) {
    for (const day of recurrenceDates(ruleOf(rule), start, reach, spend)) add(day);
  }
  const isOverride = propertiesOf(event, 'recurrence-id').length > 0;
  const left = new Set(datesOf(event, 'exdate'));
  const elsewhere = isOverride ? undefined : moved.get(textOf(event, 'uid') ?? '');
  const name = fitText('SUMMARY', NAME, (textOf(event, 'summary') ?? '').replace(/\s+/g, ' '), () => undefined);
  return [...days].flatMap((day) => {
    if (left.has(day) || elsewhere?.has(day) === true) return [];
    const first = Math.max(day, window.first);
    const count = Math.min(day + length - 1, window.last) - first + 1;
    spend(count);
    return Array.from({ length: count }, (_, index) => ({ date: dateText(first + index), ...WHOLE_DAY, name }));
  });
}

/** The dates of recurrences that other events of the same UID replace. */
function movedDates(events: readonly IcsEvent[]): ReadonlyMap<string, ReadonlySet<DayNumber>> {
  const moved = new Map<string, Set<DayNumber>>();
  for (const event of events) {
    const uid = textOf(event, 'uid');
    for (const [, parameters, type, value] of propertiesOf(event, 'recurrence-id')) {
      const day = dayOf(type, value);
      // `holidaysOf` reports a date of another form.
      if (uid === undefined || day === undefined || 'range' in parameters) continue;
      moved.set(uid, (moved.get(uid) ?? new Set()).add(day));
    }
  }
  return moved;
}

/** The number of dates of each occurrence. */
function lengthOf(event: IcsEvent, start: DayNumber): number {
  for (const [, parameters] of propertiesOf(event, 'recurrence-id')) {
    if ('range' in parameters) throw new UnusableEvent('replaces all later events of its rule; end the rule instead');
  }
  datesOf(event, 'recurrence-id');
  const end = datesOf(event, 'dtend')[0];
  if (end !== undefined) {
    if (end < start) throw new UnusableEvent('ends before it begins');
    // Some programs write the same date for an event of one day.
    return Math.max(end - start, 1);
  }
  const duration = textOf(event, 'duration');
  if (duration === undefined) return 1;
  const [, weeks, days] = /^\+?P(?:(\d{1,4})W|(\d{1,5})D)$/.exec(duration) ?? [];
  const length = Number(weeks ?? 0) * 7 + Number(days ?? 0);
  if (length > 0) return length;
  throw new UnusableEvent(`takes a DURATION of whole days, such as P2D, not ${duration.slice(0, 20)}`);
}

const propertiesOf = ({ properties }: IcsEvent, name: string): readonly IcsProperty[] =>
  properties.filter(([found]) => found === name);

function textOf(event: IcsEvent, name: string): string | undefined {
  const value = propertiesOf(event, name)[0]?.[3];
  return typeof value === 'string' ? value : undefined;
}

/** The name of the event with a space after it, to find it in the file. */
function titleOf(event: IcsEvent): string {
  const title = textOf(event, 'summary')?.slice(0, 60).replace(/\s+/g, ' ').trim();
  return title ? `"${title}" ` : '';
}

/** All dates of the properties of a name. */
function datesOf(event: IcsEvent, name: string): DayNumber[] {
  return propertiesOf(event, name).flatMap(([, , type, ...values]) =>
    values.map((value) => {
      const day = dayOf(type, value);
      if (day !== undefined) return day;
      const written = name.toUpperCase();
      if (isDate(type, value)) {
        const date = String(value).replace('T::', '').slice(0, 20);
        throw new UnusableEvent(`has a ${written} that does not exist: ${date}`);
      }
      throw new UnusableEvent(
        `has a time of day in ${written}; holidays of a file are whole days, such as ${written};VALUE=DATE:20261225; put a part of a day under plus`,
      );
    }),
  );
}

/** The library makes `2026-12-25T::` of a date that is not declared as one. */
const isDate = (type: string, value: unknown): boolean =>
  type === 'date' || (typeof value === 'string' && value.endsWith('T::'));

const dayOf = (type: string, value: unknown): DayNumber | undefined =>
  isDate(type, value) ? parseDate(String(value).replace('T::', '')) : undefined;

const dateText = (day: DayNumber): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** A rule in the form of the library, such as `{ freq: 'YEARLY', bymonth: 11, byday: ['4TH'] }`. */
function ruleOf([, , , value]: IcsProperty): RecurrenceRule {
  const rule = value as Readonly<Record<string, unknown>>;
  const frequency = FREQUENCIES.find((known) => known === rule.freq);
  if (frequency === undefined) {
    throw new UnusableEvent(`has a rule with FREQ=${String(rule.freq)}; holidays recur ${FREQUENCIES.join(', ')}`);
  }
  const parts = [...PARTS, ...PARTS_OF[frequency]];
  const other = Object.keys(rule).find((part) => !parts.includes(part));
  if (other !== undefined) {
    throw new UnusableEvent(`has a rule with ${other.toUpperCase()}, which FREQ=${frequency} does not take here`);
  }
  const weekdays = [rule.byday ?? []].flat().map(weekdayOfRule);
  if (parts.every((part) => part !== 'nth') && weekdays.some(({ nth }) => nth !== 0)) {
    throw new UnusableEvent(`has a rule with a numbered BYDAY, which FREQ=${frequency} does not take`);
  }
  return {
    frequency,
    interval: Math.max(Number(rule.interval ?? 1), 1),
    count: rule.count === undefined ? undefined : Number(rule.count),
    until: untilOf(rule.until),
    // The library counts from Sunday, which is 1.
    weekStart: rule.wkst === undefined ? 0 : (Number(rule.wkst) + 5) % 7,
    months: numbers(rule, 'bymonth'),
    monthDays: numbers(rule, 'bymonthday'),
    yearDays: numbers(rule, 'byyearday'),
    weeks: numbers(rule, 'byweekno'),
    positions: numbers(rule, 'bysetpos'),
    weekdays,
  };
}

/** The parts of a rule, and those that only some frequencies take; `nth` is a numbered BYDAY. */
const PARTS = ['freq', 'interval', 'count', 'until', 'wkst', 'bymonth', 'byday', 'bysetpos'];
const PARTS_OF: Readonly<Record<RecurrenceRule['frequency'], readonly string[]>> = {
  DAILY: ['bymonthday'],
  WEEKLY: [],
  MONTHLY: ['bymonthday', 'nth'],
  YEARLY: ['bymonthday', 'byyearday', 'byweekno', 'nth'],
};

/** `-1MO`: the last Monday. */
function weekdayOfRule(text: unknown): RecurrenceRule['weekdays'][number] {
  const [, nth, weekday = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/i.exec(String(text)) ?? [];
  return { nth: Number(nth ?? 0), weekday: WEEKDAYS.indexOf(weekday.toUpperCase()) };
}

const numbers = (rule: Readonly<Record<string, unknown>>, part: string): number[] =>
  [rule[part] ?? []].flat().map(Number);

/** The date of UNTIL; programs also write a time. */
function untilOf(until: unknown): DayNumber | undefined {
  if (until === undefined) return undefined;
  const day = parseDate(String(until).slice(0, 10));
  if (day === undefined)
    throw new UnusableEvent(`has a rule with an UNTIL that does not exist: ${String(until).slice(0, 20)}`);
  return day;
}
