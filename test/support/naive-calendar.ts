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
      ticks.push({ at, date, time, open: hours.some(([opens, closes]) => opens <= time && time < closes) });
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

  private hoursOn(date: string): readonly (readonly [string, string])[] {
    const full = (time: string): string => (time.length === 5 ? `${time}:00` : time);
    const weekday = WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? 'mon';
    const special = this.definition.special[date];
    const hours = special ?? (this.definition.holidays.includes(date) ? [] : (this.definition.week[weekday] ?? []));
    return hours.map(([opens, closes]) => [full(opens), full(closes)] as const);
  }
}
