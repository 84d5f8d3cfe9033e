import type { DurationMs, EpochMs } from '../instant';
import { DAY_MS } from '../instant';
import { CalendarError } from './calendar-error';
import { dayNumberOf } from './local-date';
import { PAGE_MS } from './paging';

/** Local time is UTC plus `offset` in [from, to). Adjacent periods can have the same offset. */
export interface OffsetPeriod {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly offset: DurationMs;
}

/**
 * An upper limit of offsets. Manila and Alaska were nearly 16 hours from UTC in the 19th century.
 */
export const WIDEST_OFFSET_MS = 26 * 3_600_000;

/**
 * The step of the search for offset changes. Two changes in one step that cancel each other would
 * be missed. The shortest period of an offset so far is 4 days (Freetown, 1939), the shortest
 * planned one 7 days (Gaza, until 2086).
 */
const STEP_MS = 2 * DAY_MS;
/** Before this every zone has its local mean time. */
const FIRST_CHANGE = dayNumberOf(1840, 1, 1) * DAY_MS;
/** From here on only yearly rules exist, with changes months apart. */
const YEARLY_RULES_ONLY = dayNumberOf(2100, 1, 1) * DAY_MS;
const YEARLY_RULES_STEP_MS = 16 * DAY_MS;

/**
 * Old names that ICU accepts but IANA does not define: ICU reads `BST` as Bangladesh, `IST` as
 * India.
 */
const NOT_IANA =
  /^(ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST|SystemV\/.*)$/i;

/**
 * A zone's offset from UTC as a table of periods, found by stepping and bisection, page by page.
 *
 * It uses `Intl` and not `Temporal.ZonedDateTime#getTimeZoneTransition`: the polyfill's search
 * reads the clock, stops after three years without a change, steps 19 days, and takes eight times
 * as long. Tests compare the two. The host's own zone has no effect.
 */
export class ZoneOffsets {
  private readonly pages = new Map<number, readonly OffsetPeriod[]>();
  private readonly looks = new Map<string, DurationMs>();

  private constructor(private readonly format: Intl.DateTimeFormat) {}

  /**
   * The offsets of an IANA zone. Zones are cached, as there are only some hundred.
   *
   * @throws CalendarError `INVALID_TIME_ZONE` for any other name
   */
  static of(timeZone: string): ZoneOffsets {
    const key = timeZone.toLowerCase();
    const known = zones.get(key);
    if (known !== undefined) return known;
    const zone = new ZoneOffsets(formatOf(timeZone));
    zones.set(key, zone);
    return zone;
  }

  offsetAt(at: EpochMs): DurationMs {
    const periods = this.page(Math.floor(at / PAGE_MS));
    let index = periods.length - 1;
    while (index > 0 && at < (periods[index]?.from ?? 0)) index -= 1;
    return periods[index]?.offset ?? 0;
  }

  /** The periods of one page, in order, without gaps. */
  page(page: number): readonly OffsetPeriod[] {
    const known = this.pages.get(page);
    if (known !== undefined) return known;
    const periods = this.search(page * PAGE_MS, (page + 1) * PAGE_MS);
    this.pages.set(page, periods);
    return periods;
  }

  /**
   * The periods that overlap [from, to), in order. They are cut at pages, but not at `from` and
   * `to`.
   */
  overlapping(from: EpochMs, to: EpochMs): readonly OffsetPeriod[] {
    const first = Math.floor(from / PAGE_MS);
    const last = Math.floor((to - 1) / PAGE_MS);
    const found: OffsetPeriod[] = [];
    for (let page = first; page <= last; page += 1) {
      for (const period of this.page(page)) if (period.from < to && period.to > from) found.push(period);
    }
    return found;
  }

  /**
   * The instant of a local time, given in milliseconds since local 1970-01-01T00:00. For a local
   * time that occurs twice, the first; for one that is skipped, the instant that is later by the
   * gap.
   */
  instantOf(local: number): EpochMs {
    const periods = this.overlapping(local - WIDEST_OFFSET_MS, local + WIDEST_OFFSET_MS);
    let before: OffsetPeriod | undefined;
    for (const period of periods) {
      const at = local - period.offset;
      if (at < period.from) return local - (before ?? period).offset;
      if (at < period.to) return at;
      before = period;
    }
    return local - (before?.offset ?? 0);
  }

  /** The instant of a local time and, if it occurs twice, the second. */
  occurrencesOf(local: number): readonly [first: EpochMs, second?: EpochMs] {
    let first: EpochMs | undefined;
    for (const { from, to, offset } of this.overlapping(local - WIDEST_OFFSET_MS, local + WIDEST_OFFSET_MS)) {
      const at = local - offset;
      if (at < from || at >= to || at === first) continue;
      if (first !== undefined) return [first, at];
      first = at;
    }
    return [first ?? this.instantOf(local)];
  }

  private search(from: EpochMs, to: EpochMs): readonly OffsetPeriod[] {
    let offset = this.look(from);
    if (to <= FIRST_CHANGE) return [{ from, to, offset }];
    const step = from >= YEARLY_RULES_ONLY ? YEARLY_RULES_STEP_MS : STEP_MS;
    const periods: OffsetPeriod[] = [];
    let start = from;
    let seen = from;
    while (seen < to) {
      const next = Math.min(seen + step, to - 1000);
      if (next <= seen) break;
      let low = seen;
      // Offsets change at whole seconds. If a step has two changes, the loop finds them one by one.
      while (this.look(next) !== offset) {
        let high = next;
        while (high - low > 1000) {
          const middle = low + Math.floor((high - low) / 2000) * 1000;
          if (this.look(middle) === offset) low = middle;
          else high = middle;
        }
        periods.push({ from: start, to: high, offset });
        start = high;
        low = high;
        offset = this.look(high);
      }
      seen = next;
    }
    periods.push({ from: start, to, offset });
    return periods;
  }

  private look(at: EpochMs): DurationMs {
    const text = this.format.format(at);
    const name = text.slice(text.lastIndexOf('GMT'));
    let offset = this.looks.get(name);
    if (offset === undefined) {
      offset = offsetOf(name);
      this.looks.set(name, offset);
    }
    return offset;
  }
}

const zones = new Map<string, ZoneOffsets>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  // Newer engines also accept offsets such as `+02:00`, which are not zones.
  if (/^[A-Za-z]/.test(timeZone) && !NOT_IANA.test(timeZone)) {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    } catch {
      // Not a zone: reported below.
    }
  }
  throw new CalendarError(
    'INVALID_TIME_ZONE',
    `timeZone: ${JSON.stringify(timeZone)} is not a zone of the IANA database; give one such as "America/New_York".`,
  );
};

/** `GMT`, `GMT-05:00`, `GMT-04:56:02`. */
const offsetOf = (name: string): DurationMs => {
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(name);
  if (match === null) throw new Error(`Intl names an offset in an unknown form: ${name}`);
  const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -seconds : seconds) * 1000;
};
