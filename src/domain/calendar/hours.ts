import { DAY_MS } from '../instant';
import { CalendarError } from './calendar-error';
import { type CalendarDefinition, type LocalInterval, WEEKDAYS } from './definition';
import { type DayNumber, type MonthDay, monthDayOf, parseDate, parseMonthDay, weekdayOf } from './local-date';

/**
 * Opening and closing times in turn, in milliseconds of local time since 00:00, ascending. Empty
 * for a closed date.
 */
export type Hours = readonly number[];

/** A holiday on a local date, in milliseconds of local time since 00:00. */
export interface HolidayPart {
  readonly from: number;
  readonly to: number;
  readonly name: string | null;
}

const CLOSED: Hours = [];
const NO_HOLIDAYS: readonly HolidayPart[] = [];
const TIME = /^(\d{2}):(\d{2})(?::(\d{2}))?$/;

/** The checked hours of each local date. Does not use the time zone. */
export class OpeningHours {
  private readonly week: readonly Hours[];
  /** The special hours of every year. */
  private readonly yearly = new Map<MonthDay, Hours>();
  /**
   * The hours of holidays and of the special dates of one year: what applies of all that is defined
   * for the date.
   */
  private readonly exceptions = new Map<DayNumber, Hours>();
  /** The names of the holidays of whole days; null for a holiday without a name. */
  private readonly wholeDays = new Map<DayNumber, string | null>();
  /** The holidays of parts of days, ascending and disjoint. */
  private readonly partDays = new Map<DayNumber, readonly HolidayPart[]>();
  /** The last date that can be open; undefined if the calendar has weekly or yearly hours. */
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
    const dated = new Map<DayNumber, Hours>();
    for (const [date, intervals] of Object.entries(definition.special)) {
      const hours = parseHours(intervals, `special[${JSON.stringify(date)}]`);
      const everyYear = parseMonthDay(date);
      if (everyYear === undefined)
        dated.set(parseDateOf(date, 'special', 'YYYY-MM-DD, or MM-DD for every year'), hours);
      else this.yearly.set(everyYear, hours);
    }
    for (const [index, holiday] of definition.holidays.entries()) {
      this.addHoliday(holiday, `holidays[${index}]`, definition);
    }
    for (const day of this.wholeDays.keys()) this.exceptions.set(day, this.yearlyOn(day) ?? CLOSED);
    for (const [day, parts] of this.partDays) {
      if (!this.wholeDays.has(day)) this.exceptions.set(day, this.yearlyOn(day) ?? without(this.weeklyOn(day), parts));
    }
    for (const [day, hours] of dated) this.exceptions.set(day, hours);

    const openDays = [...dated].filter(([, hours]) => hours.length > 0).map(([day]) => day);
    const recurs = [...this.week, ...this.yearly.values()].some((hours) => hours.length > 0);
    if (!recurs && openDays.length === 0) {
      throw new CalendarError(
        'NEVER_OPEN',
        `The calendar of ${definition.timeZone} is never open: give at least one weekday or one special date an interval.`,
      );
    }
    if (!recurs) this.lastDay = openDays.reduce((last, day) => Math.max(last, day));
    checkKnownYears(definition.knownYears);
  }

  on(day: DayNumber): Hours {
    return this.exceptions.get(day) ?? this.yearlyOn(day) ?? this.weeklyOn(day);
  }

  /** The holidays on a date, ascending and disjoint. */
  holidaysOn(day: DayNumber): readonly HolidayPart[] {
    const name = this.wholeDays.get(day);
    return name === undefined ? (this.partDays.get(day) ?? NO_HOLIDAYS) : [{ from: 0, to: DAY_MS, name }];
  }

  private addHoliday(
    holiday: CalendarDefinition['holidays'][number],
    field: string,
    { holidayNames }: CalendarDefinition,
  ): void {
    if (typeof holiday === 'string') {
      this.wholeDays.set(parseDateOf(holiday, field), holidayNames?.[holiday] ?? null);
      return;
    }
    const { date, from, to, name } = holiday;
    const day = parseDateOf(date, `${field}.date`);
    const [begins = 0, ends = 0] = parseHours([[from, to]], field);
    this.partDays.set(day, disjoint([...(this.partDays.get(day) ?? []), { from: begins, to: ends, name }]));
  }

  private weeklyOn(day: DayNumber): Hours {
    return this.week[weekdayOf(day)] ?? CLOSED;
  }

  private yearlyOn(day: DayNumber): Hours | undefined {
    return this.yearly.size === 0 ? undefined : this.yearly.get(monthDayOf(day));
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

/** The parts in order. Where two overlap, the one that begins first has the time. */
const disjoint = (parts: HolidayPart[]): readonly HolidayPart[] => {
  let end = 0;
  return parts
    .sort((a, b) => a.from - b.from)
    .flatMap((part) => {
      const from = Math.max(part.from, end);
      end = Math.max(end, part.to);
      return from < part.to ? [{ ...part, from }] : [];
    });
};

/** The hours that are left when the time of the holidays is closed. */
const without = (hours: Hours, holidays: readonly HolidayPart[]): Hours =>
  holidays.reduce<Hours>((open, { from, to }) => {
    const left: number[] = [];
    for (let i = 0; i < open.length; i += 2) {
      const [opens = 0, closes = 0] = [open[i], open[i + 1]];
      if (opens < Math.min(closes, from)) left.push(opens, Math.min(closes, from));
      if (Math.max(opens, to) < closes) left.push(Math.max(opens, to), closes);
    }
    return left;
  }, hours);

const invalid = (sentence: string): CalendarError => new CalendarError('INVALID_CALENDAR', `${sentence}.`);

const parseDateOf = (date: string, field: string, form = 'YYYY-MM-DD'): DayNumber => {
  const day = parseDate(date);
  if (day === undefined) throw invalid(`${field}: ${JSON.stringify(date)} is not a date that exists; write ${form}`);
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
