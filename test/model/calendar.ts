import { Temporal } from '../support/temporal';
import { ofDay, type PartOfDay, wholeAndPartHolidays, type YamlHolidays } from './holidays';

const DAY_MS = 86_400_000;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Half-open, in milliseconds: of the local day, or since the epoch. */
export type Interval = readonly [from: number, to: number];

export interface YamlCalendar {
  readonly zone: string;
  readonly week: Partial<Record<(typeof WEEKDAYS)[number], readonly string[]>>;
  readonly holidays?: YamlHolidays;
  readonly special?: Readonly<Record<string, readonly string[]>>;
}

interface Definition {
  readonly zone: string;
  readonly week: readonly (readonly Interval[])[];
  readonly holidays: ReadonlySet<string>;
  readonly partDays: readonly PartOfDay[];
  readonly special: ReadonlyMap<string, readonly Interval[]>;
  /** The first and the last year whose holidays are known. */
  readonly years: readonly [number, number];
}

/** The answer lies outside the years whose holidays are known, or the calendar never opens. */
export class BeyondCalendar extends Error {}

export function readCalendar(yaml: YamlCalendar): Definition {
  const { whole, parts } = wholeAndPartHolidays(yaml.holidays);
  return {
    zone: yaml.zone,
    week: WEEKDAYS.map((day) => intervals(yaml.week[day] ?? [])),
    holidays: whole,
    partDays: parts,
    special: new Map(Object.entries(yaml.special ?? {}).map(([date, hours]) => [date, intervals(hours)])),
    years: yaml.holidays === undefined ? [1990, 2090] : [yaml.holidays.horizon.from, yaml.holidays.horizon.to],
  };
}

/**
 * Business time by its one definition: the calendar is open where the local clock is in one of the
 * local date's intervals. The time line is cut where the zone's offset changes. Between two cuts,
 * local time is the instant plus a constant.
 */
export class ModelCalendar {
  private readonly stretches: readonly { from: number; to: number; offset: number }[];
  private readonly hours = new Map<number, readonly Interval[]>();

  constructor(private readonly definition: Definition) {
    this.stretches = stretchesOf(definition.zone);
  }

  isOpen(at: number): boolean {
    for (const [from] of this.openFrom(at)) return from === at;
    return false;
  }

  /** The earliest instant by which `ms` of open time have passed since `start`. */
  add(start: number, ms: number): number {
    if (ms === 0) return start;
    let left = ms;
    for (const [from, to] of this.openFrom(start)) {
      if (left <= to - from) return from + left;
      left -= to - from;
    }
    throw new BeyondCalendar();
  }

  between(a: number, b: number): number {
    if (b < a) return -this.between(b, a);
    let sum = 0;
    for (const [from, to] of this.openFrom(a, b)) sum += Math.min(to, b) - from;
    return sum;
  }

  addBusinessDays(start: number, days: number, end: 'sameTime' | 'closeOfBusiness'): number {
    const moved = this.nextOpen(start);
    if (days === 0) return moved;
    const local = moved + this.offsetAt(moved);
    let date = Math.floor(local / DAY_MS);
    for (let left = days; left > 0; ) {
      date += 1;
      if (this.hoursOn(date).length > 0) left -= 1;
    }
    const open = this.openOn(date);
    const closings = open.map(([, to]) => to);
    const last = closings.at(-1) ?? 0;
    if (end === 'closeOfBusiness') return last;
    const same = this.instantOf(date * DAY_MS + (local - Math.floor(local / DAY_MS) * DAY_MS));
    if (open.some(([from, to]) => from <= same && same < to)) return same;
    return closings.filter((closing) => closing <= same).at(-1) ?? open[0]?.[0] ?? last;
  }

  private nextOpen(start: number): number {
    for (const [from] of this.openFrom(start)) return from;
    throw new BeyondCalendar();
  }

  /** The open intervals from `start` on that begin before `end`, in order of time. */
  private *openFrom(start: number, end = Number.POSITIVE_INFINITY): Generator<Interval> {
    for (const { from, to, offset } of this.stretches) {
      if (to <= start || from >= end) continue;
      const first = Math.max(from, start);
      for (let date = Math.floor((first + offset) / DAY_MS); date * DAY_MS - offset < Math.min(to, end); date += 1) {
        for (const [opens, closes] of this.hoursOn(date)) {
          const a = Math.max(date * DAY_MS + opens - offset, first);
          const b = Math.min(date * DAY_MS + closes - offset, to);
          if (a < b && a < end) yield [a, b];
        }
      }
    }
  }

  /** The open intervals of one local date, those that touch joined, in order of time. */
  private openOn(date: number): Interval[] {
    const open: Interval[] = [];
    for (const { from, to, offset } of this.stretches) {
      if (to < (date - 2) * DAY_MS || from > (date + 2) * DAY_MS) continue;
      for (const [opens, closes] of this.hoursOn(date)) {
        const a = Math.max(date * DAY_MS + opens - offset, from);
        const b = Math.min(date * DAY_MS + closes - offset, to);
        if (a >= b) continue;
        const last = open.at(-1);
        if (last !== undefined && last[1] === a) open[open.length - 1] = [last[0], b];
        else open.push([a, b]);
      }
    }
    return open;
  }

  /** A local date's hours. Dates are counted in days since 1970-01-01. */
  private hoursOn(date: number): readonly Interval[] {
    const known = this.hours.get(date);
    if (known !== undefined) return known;
    const text = new Date(date * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const year = Number(text.slice(0, 'YYYY'.length));
    if (year < this.definition.years[0] || year > this.definition.years[1]) throw new BeyondCalendar();
    const hours = joined(this.definedHours(date, text));
    this.hours.set(date, hours);
    return hours;
  }

  private definedHours(date: number, text: string): readonly Interval[] {
    const special = this.definition.special.get(text) ?? this.definition.special.get(text.slice('YYYY-'.length));
    if (special !== undefined) return special;
    if (this.definition.holidays.has(text)) return [];
    let hours = this.definition.week[(date + 4) % 7] ?? [];
    for (const part of this.definition.partDays) {
      if (part.date === text) hours = hours.flatMap((interval) => without(interval, [part.from, part.to]));
    }
    return hours;
  }

  private offsetAt(at: number): number {
    return this.stretches.find(({ from, to }) => from <= at && at < to)?.offset ?? 0;
  }

  /** A local time that occurs twice is the first; one that is skipped is later by the gap. */
  private instantOf(local: number): number {
    const there = this.stretches.find(({ from, to, offset }) => from <= local - offset && local - offset < to);
    if (there !== undefined) return local - there.offset;
    const gap = this.stretches.findLast(({ from, offset }) => from <= local - offset);
    return local - (gap?.offset ?? 0);
  }
}

function stretchesOf(zone: string): { from: number; to: number; offset: number }[] {
  const stretches: { from: number; to: number; offset: number }[] = [];
  let at = Temporal.Instant.from('1990-01-01T00:00Z').toZonedDateTimeISO(zone);
  const end = Temporal.Instant.from('2090-01-01T00:00Z').epochMilliseconds;
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    const to = Math.min(next?.epochMilliseconds ?? end, end);
    stretches.push({ from: at.epochMilliseconds, to, offset: at.offsetNanoseconds / 1_000_000 });
    if (next === null || to === end) return stretches;
    at = next;
  }
}

function intervals(hours: readonly string[]): Interval[] {
  return hours.map((text) => {
    const [from = '', to = ''] = text.split('-');
    return [ofDay(from), ofDay(to)];
  });
}

function joined(hours: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const [from, to] of [...hours].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)];
    else result.push([from, to]);
  }
  return result;
}

function without([from, to]: Interval, [holeFrom, holeTo]: Interval): Interval[] {
  const rest: Interval[] = [
    [from, Math.min(to, holeFrom)],
    [Math.max(from, holeTo), to],
  ];
  return rest.filter(([a, b]) => a < b);
}
