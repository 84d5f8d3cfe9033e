import {
  type CalendarDefinition,
  isYearly,
  type LocalInterval,
  WEEKDAYS,
} from '../../../domain/calendar/business-calendar';
import { COMMITMENT_KINDS, type PolicyDocument } from '../../../domain/policy/policy';
import { countText } from '../quantity-text';
import { type DifferenceRow, differingRows, union } from './policy-difference';

/**
 * The differences between the calendars of two policies, with the severities that use each
 * calendar.
 */
export function calendarDifferences(before: PolicyDocument, after: PolicyDocument): DifferenceRow[] {
  return union(Object.keys(before.calendars), Object.keys(after.calendars)).flatMap((name) => {
    const [old, now] = [before.calendars[name], after.calendars[name]];
    const users = union(usersOf(before, name), usersOf(after, name));
    const subject = users.length === 0 ? name : `${name} (${users.join(', ')})`;
    if (old === undefined || now === undefined) return differingRows([[subject, summary(old), summary(now)]]);
    return [
      ...differingRows([
        [`${subject} zone`, old.timeZone, now.timeZone],
        ...WEEKDAYS.map((day): [string, string, string] => [
          `${subject} ${day}`,
          hours(old.week[day] ?? []),
          hours(now.week[day] ?? []),
        ]),
        [`${subject} holidays known for`, yearsOf(old), yearsOf(now)],
      ]),
      ...holidayRows(subject, old, now),
      ...differingRows(
        union(Object.keys(old.special), Object.keys(now.special))
          .sort()
          .map((date) => [
            `${subject} special ${date}${isYearly(date) ? ' every year' : ''}`,
            specialOf(old, date),
            specialOf(now, date),
          ]),
      ),
    ];
  });
}

/** The severities with a target on the calendar, and `silence` if resolved tickets close by it. */
function usersOf({ severities, closeAfterSilence }: PolicyDocument, calendar: string): string[] {
  const levels = severities
    .filter(({ targets }) => COMMITMENT_KINDS.some((kind) => targets[kind]?.span?.calendar === calendar))
    .map(({ severity }): string => severity);
  return closeAfterSilence.calendar === calendar ? [...levels, 'silence'] : levels;
}

const hours = (intervals: readonly LocalInterval[]): string =>
  intervals.length === 0 ? 'closed' : intervals.map(([opens, closes]) => `${opens}-${closes}`).join(', ');

const specialOf = ({ special }: CalendarDefinition, date: string): string | null => {
  const intervals = special[date];
  return intervals === undefined ? null : hours(intervals);
};

const yearsOf = ({ knownYears }: CalendarDefinition): string | null =>
  knownYears === undefined ? null : `${knownYears.from} to ${knownYears.to}`;

function summary(calendar: CalendarDefinition | undefined): string | null {
  if (calendar === undefined) return null;
  const { timeZone, week, holidays } = calendar;
  const open = WEEKDAYS.filter((day) => (week[day] ?? []).length > 0);
  return `${timeZone}, ${open.join(' ')}, ${holidays.length === 0 ? 'no holidays' : countText(holidays.length, 'holiday')}`;
}

/** Holidays that only one calendar has, in the years that both know, grouped by name. */
function holidayRows(subject: string, old: CalendarDefinition, now: CalendarDefinition): DifferenceRow[] {
  const known = ({ knownYears }: CalendarDefinition, date: string): boolean => {
    const year = Number(date.slice(0, 4));
    return knownYears === undefined || (year >= knownYears.from && year <= knownYears.to);
  };
  const only = (one: CalendarDefinition, other: CalendarDefinition): Map<string, string[]> => {
    const others = new Set(other.holidays.map(holidayText));
    const byName = new Map<string, string[]>();
    for (const holiday of one.holidays) {
      const date = holidayText(holiday);
      if (others.has(date) || !known(other, date)) continue;
      const name = (typeof holiday === 'string' ? one.holidayNames?.[holiday] : holiday.name) ?? 'of its own';
      byName.set(name, [...(byName.get(name) ?? []), date]);
    }
    for (const dates of byName.values()) dates.sort();
    return byName;
  };
  const [removed, added] = [only(old, now), only(now, old)];
  return differingRows(
    union([...removed.keys()], [...added.keys()]).map((name) => [
      `${subject} holiday ${name}`,
      datesText(removed.get(name)),
      datesText(added.get(name)),
    ]),
  );
}

/** `2026-12-25`, or `2026-12-24 12:00-24:00` for a part of a day. */
const holidayText = (holiday: CalendarDefinition['holidays'][number]): string =>
  typeof holiday === 'string' ? holiday : `${holiday.date} ${holiday.from}-${holiday.to}`;

/** More dates than this are shown as a range. */
const MAX_LISTED_DATES = 3;

const datesText = (dates: readonly string[] | undefined): string | null => {
  if (dates === undefined) return null;
  if (dates.length <= MAX_LISTED_DATES) return dates.join(', ');
  return `${dates[0]} to ${dates.at(-1)}, ${countText(dates.length, 'date')}`;
};
