import { type CalendarDefinition, WEEKDAYS } from '../../src/domain/calendar/business-calendar';
import { Temporal } from './temporal';

interface Tick {
  readonly at: number;
  readonly date: string;
  readonly time: string;
  readonly open: boolean;
}

/**
 * The definition of business time taken literally: look at the wall clock, tick by tick, and count.
 * It answers only within its window, only for multiples of its tick, slowly, and shares no code
 * with the compiled calendar.
 */
export class NaiveCalendar {
  private readonly ticks: readonly Tick[];

  constructor(
    private readonly definition: CalendarDefinition,
    private readonly from: number,
    to: number,
    private readonly tickMs = 60_000,
  ) {
    const wallClock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: definition.timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    const ticks: Tick[] = [];
    const hoursOf = new Map<string, readonly (readonly [string, string])[]>();
    for (let at = from; at < to; at += tickMs) {
      const [date = '', time = ''] = wallClock.format(at).split(' ');
      let hours = hoursOf.get(date);
      if (hours === undefined) {
        hours = this.hoursOn(date);
        hoursOf.set(date, hours);
      }
      ticks.push({
        at,
        date,
        time,
        open: hours.some((interval) => isIn(interval, time)) && !this.isPartDay(date, time),
      });
    }
    this.ticks = ticks;
  }

  isOpen(at: number): boolean {
    return this.ticks[(at - this.from) / this.tickMs]?.open ?? false;
  }

  between(a: number, b: number): number {
    let count = 0;
    for (let i = (a - this.from) / this.tickMs; i < (b - this.from) / this.tickMs; i += 1) {
      if (this.ticks[i]?.open) count += 1;
    }
    return count * this.tickMs;
  }

  /** Nothing where the answer lies outside the window. */
  add(start: number, open: number): number | undefined {
    let left = open;
    if (left === 0) return start;
    for (let i = (start - this.from) / this.tickMs; i < this.ticks.length; i += 1) {
      if (this.ticks[i]?.open) left -= this.tickMs;
      if (left === 0) return (this.ticks[i]?.at ?? 0) + this.tickMs;
    }
    return undefined;
  }

  addBusinessDays(start: number, days: number, end: 'SAME_TIME' | 'CLOSE_OF_BUSINESS'): number | undefined {
    const moved = this.ticks.find((tick) => tick.at >= start && tick.open);
    if (moved === undefined || days === 0) return moved?.at;
    const dates = [
      ...new Set(this.ticks.filter((tick) => tick.open && tick.date > moved.date).map((tick) => tick.date)),
    ];
    const target = dates.sort()[days - 1];
    if (target === undefined) return undefined;
    const onTarget = this.ticks.filter((tick) => tick.date === target && tick.open);
    const closings = onTarget
      .map((tick) => tick.at + this.tickMs)
      .filter((at) => !onTarget.some((tick) => tick.at === at));
    if (end === 'CLOSE_OF_BUSINESS') return closings.at(-1);
    const at = Temporal.PlainDateTime.from(`${target}T${moved.time}`).toZonedDateTime(this.definition.timeZone, {
      disambiguation: 'compatible',
    }).epochMilliseconds;
    if (this.isOpen(at)) return at;
    return closings.filter((closing) => closing <= at).at(-1) ?? onTarget[0]?.at;
  }

  /** Whether a holiday of a part of the day closes the date, which has no special hours, then. */
  private isPartDay(date: string, time: string): boolean {
    if (this.specialOn(date) !== undefined) return false;
    return this.definition.holidays.some(
      (holiday) =>
        typeof holiday !== 'string' && holiday.date === date && isIn([full(holiday.from), full(holiday.to)], time),
    );
  }

  private specialOn(date: string): CalendarDefinition['special'][string] | undefined {
    return this.definition.special[date] ?? this.definition.special[date.slice('YYYY-'.length)];
  }

  private hoursOn(date: string): readonly (readonly [string, string])[] {
    const weekday = WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? 'mon';
    const hours =
      this.specialOn(date) ?? (this.definition.holidays.includes(date) ? [] : (this.definition.week[weekday] ?? []));
    return hours.map(([opens, closes]) => [full(opens), full(closes)] as const);
  }
}

const full = (time: string): string => (time.length === 5 ? `${time}:00` : time);
const isIn = ([from, to]: readonly [string, string], time: string): boolean => from <= time && time < to;
