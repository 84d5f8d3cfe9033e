import { DAY_MS, type DurationMs, type EpochMs, toIso } from '../instant';
import { CalendarError } from './calendar-error';
import type { BusinessCalendar, CalendarDefinition, Stretch } from './definition';
import { OpeningHours } from './hours';
import { dayNumberOf } from './local-date';
import { OpenTimeline } from './open-timeline';
import { stretchesOf } from './stretches';
import { WorkingDates } from './working-dates';
import { WIDEST_OFFSET_MS, ZoneOffsets } from './zone-offsets';

const EARLIEST: EpochMs = dayNumberOf(1, 1, 1) * DAY_MS;
const LATEST: EpochMs = dayNumberOf(10_000, 1, 1) * DAY_MS - 1;

const compiled = new WeakMap<CalendarDefinition, BusinessCalendar>();

/**
 * Checks and compiles a definition; each definition once. This takes about a microsecond per
 * holiday, and some milliseconds for the first use of a zone. Each year is compiled when it is
 * first needed, in about half a millisecond.
 *
 * @throws CalendarError `INVALID_CALENDAR`, `INVALID_TIME_ZONE`, or `NEVER_OPEN` if no date has
 *   open hours
 */
export function compileCalendar(definition: CalendarDefinition): BusinessCalendar {
  const calendar = compiled.get(definition) ?? new CompiledCalendar(definition);
  compiled.set(definition, calendar);
  return calendar;
}

class CompiledCalendar implements BusinessCalendar {
  private readonly hours: OpeningHours;
  private readonly zone: ZoneOffsets;
  private readonly timeline: OpenTimeline;
  private readonly workingDates: WorkingDates;
  /** Every instant between these two is valid. `examine` checks the others. */
  private readonly surelyFrom: EpochMs;
  private readonly surelyTo: EpochMs;
  /** No result lies after this instant. */
  private readonly horizon: EpochMs;
  private readonly lastSpecialDay: number | undefined;

  constructor(readonly definition: CalendarDefinition) {
    const hours = new OpeningHours(definition);
    this.hours = hours;
    this.zone = ZoneOffsets.of(definition.timeZone);
    this.timeline = new OpenTimeline(hours, this.zone);
    this.workingDates = new WorkingDates(hours, this.zone, this.timeline);
    this.lastSpecialDay = hours.lastDay;
    const known = definition.knownYears;
    const knownTo = known === undefined ? LATEST : dayNumberOf(known.to + 1, 1, 1) * DAY_MS;
    this.surelyFrom = known === undefined ? EARLIEST : dayNumberOf(known.from, 1, 1) * DAY_MS + WIDEST_OFFSET_MS;
    this.surelyTo = known === undefined ? LATEST : knownTo - WIDEST_OFFSET_MS;
    const lastOpen = hours.lastDay === undefined ? LATEST : (hours.lastDay + 1) * DAY_MS;
    this.horizon = Math.min(LATEST, knownTo + WIDEST_OFFSET_MS, lastOpen + WIDEST_OFFSET_MS);
  }

  isOpen(at: EpochMs): boolean {
    this.check(at);
    return this.timeline.isOpen(at);
  }

  add(start: EpochMs, open: DurationMs): EpochMs {
    this.check(start);
    const amount = wholeMilliseconds(open);
    return amount === 0 ? start : this.reach(start, amount);
  }

  addBusinessDays(start: EpochMs, days: number, end: 'SAME_TIME' | 'CLOSE_OF_BUSINESS' = 'SAME_TIME'): EpochMs {
    this.check(start);
    if (!Number.isSafeInteger(days) || days < 0) {
      throw new CalendarError('INVALID_AMOUNT', `${days} is not an amount of business days; give 0, 1, 2 and so on.`);
    }
    // One millisecond of open time ends one millisecond after the next opening.
    const moved = this.reach(start, 1) - 1;
    if (days === 0) return moved;
    const local = moved + this.zone.offsetAt(moved);
    const day = Math.floor(local / DAY_MS);
    const target = this.workingDates.after(day, days, Math.floor((this.horizon + WIDEST_OFFSET_MS) / DAY_MS));
    if (target === undefined) throw this.beyondHorizon(start);
    const at = end === 'CLOSE_OF_BUSINESS' ? this.closeOfBusiness(target) : this.sameTime(target, local - day * DAY_MS);
    this.check(at);
    return at;
  }

  between(a: EpochMs, b: EpochMs): DurationMs {
    this.check(a);
    this.check(b);
    // The subtraction avoids -0.
    return a <= b ? this.timeline.between(a, b) : 0 - this.timeline.between(b, a);
  }

  stretches(a: EpochMs, b: EpochMs): Iterable<Stretch> {
    this.check(a);
    this.check(b);
    return stretchesOf(this.timeline, this.zone, this.hours, a, b);
  }

  private reach(start: EpochMs, open: DurationMs): EpochMs {
    const at = this.timeline.reach(start, open, this.horizon);
    if (at === undefined) throw this.beyondHorizon(start);
    this.check(at);
    return at;
  }

  /**
   * The time of day on a working date; if closed then, the last closing before, or the first
   * opening.
   */
  private sameTime(day: number, time: DurationMs): EpochMs {
    const at = this.zone.instantOf(day * DAY_MS + time);
    if (this.timeline.isOpen(at)) return at;
    const pieces = this.timeline.piecesOn(day);
    return pieces.findLast((piece) => piece.closes <= at)?.closes ?? pieces[0]?.opens ?? at;
  }

  private closeOfBusiness(day: number): EpochMs {
    return this.timeline.piecesOn(day).at(-1)?.closes ?? day * DAY_MS;
  }

  private check(at: EpochMs): void {
    if (!(at >= this.surelyFrom && at <= this.surelyTo && Number.isInteger(at))) this.examine(at);
  }

  private examine(at: EpochMs): void {
    if (!Number.isInteger(at)) {
      throw new CalendarError('INVALID_INSTANT', `${at} is not an instant; give whole milliseconds since 1970 (UTC).`);
    }
    if (at < EARLIEST || at > LATEST) throw outOfRange();
    const known = this.definition.knownYears;
    if (known === undefined) return;
    const year = new Date(at + this.zone.offsetAt(at)).getUTCFullYear();
    if (year < known.from || year > known.to) throw this.beyondKnownYears(String(year));
  }

  /** The error for a search that reached the horizon. */
  private beyondHorizon(start: EpochMs): CalendarError {
    const { knownYears, timeZone } = this.definition;
    const lastSpecialYear =
      this.lastSpecialDay === undefined ? undefined : new Date(this.lastSpecialDay * DAY_MS).getUTCFullYear();
    if (lastSpecialYear !== undefined && lastSpecialYear <= (knownYears?.to ?? 9999)) {
      return new CalendarError(
        'NEVER_OPEN',
        `The calendar of ${timeZone} has no weekly hours, and its special dates do not have enough open time after ${toIso(start)}.`,
      );
    }
    return knownYears === undefined ? outOfRange() : this.beyondKnownYears(`${knownYears.to + 1} or later`);
  }

  private beyondKnownYears(year: string): CalendarError {
    const { knownYears, timeZone } = this.definition;
    return new CalendarError(
      'BEYOND_KNOWN_YEARS',
      `The holidays of the calendar of ${timeZone} are known from ${knownYears?.from} to ${knownYears?.to} only; this needs ${year}.`,
    );
  }
}

const outOfRange = (): CalendarError =>
  new CalendarError('OUT_OF_RANGE', 'The given instant or the result lies outside the years 0001 to 9999 (UTC).');

/**
 * Deadlines are whole milliseconds, so a fractional amount is rounded up. An amount within the
 * rounding error of a double is rounded to the nearest: 1.1 * 60000 is 66000.00000000001.
 */
const wholeMilliseconds = (open: DurationMs): DurationMs => {
  if (!Number.isFinite(open) || open < 0) {
    throw new CalendarError('INVALID_AMOUNT', `${open} is not an amount of business time; give 0 or more.`);
  }
  const nearest = Math.round(open);
  const noise = Math.max(1e-9, 8 * Number.EPSILON * open);
  return nearest > 0 && Math.abs(open - nearest) <= noise ? nearest : Math.ceil(open);
};
