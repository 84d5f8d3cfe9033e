import type { DurationMs, EpochMs } from '../instant';
import { DAY_MS } from '../instant';
import { CalendarError } from './calendar-error';
import { dayNumberOf } from './local-date';
import { PAGE_MS } from './paging';

/** Local time is UTC plus `offset` from `from` until before `to`. Neighbours may have the same offset. */
export interface OffsetPeriod {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly offset: DurationMs;
}

/** No zone is further from UTC than this (Manila and Alaska were nearly 16 hours off in the 19th century). */
export const WIDEST_OFFSET_MS = 26 * 3_600_000;

/**
 * How far apart a zone's offset is looked at. Two changes within one step that cancel each other would be missed; the
 * shortest time a zone ever kept an offset is 4 days (Freetown, 1939), the shortest foreseen is 7 (Gaza, until 2086).
 */
const STEP_MS = 2 * DAY_MS;
/** Before it every zone keeps its local mean time, after it there are only yearly rules, months apart. */
const FIRST_CHANGE = dayNumberOf(1840, 1, 1) * DAY_MS;
const YEARLY_RULES_ONLY = dayNumberOf(2100, 1, 1) * DAY_MS;
const YEARLY_RULES_STEP_MS = 16 * DAY_MS;

/** Old three-letter names that ICU takes and IANA does not know: `BST` is Bangladesh there, `IST` India. */
const NOT_IANA =
  /^(ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST|SystemV\/.*)$/i;

/**
 * A zone's offset from UTC as a table of periods, for all time, found by looking and halving, a page at a time.
 *
 * The engine's own `Intl` is asked directly, not `Temporal.ZonedDateTime#getTimeZoneTransition`: the polyfill's search
 * reads the clock, gives up after three quiet years, looks every 19 days only, and costs eight times as much a look.
 * The two are compared in the tests. The host's own zone plays no part.
 */
export class ZoneOffsets {
  private readonly pages = new Map<number, readonly OffsetPeriod[]>();
  private readonly looks = new Map<string, DurationMs>();

  private constructor(private readonly format: Intl.DateTimeFormat) {}

  /** Zones are kept, as there are only some hundred. Throws `INVALID_TIME_ZONE` for all but an IANA name. */
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

  /** The periods that overlap the time from `from` to `to`, uncut at its ends but cut at the ends of pages. */
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
   * The instant at which the wall clock shows `local` (milliseconds since local 1970-01-01T00:00): the first of two;
   * for one that is skipped, as much later as the clock jumps.
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
      // Offsets change at whole seconds. Should a step hold two changes, the second is found from the first on.
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
  // Newer engines also take offsets such as `+02:00`, which know no clock changes and are no zones.
  if (/^[A-Za-z]/.test(timeZone) && !NOT_IANA.test(timeZone)) {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    } catch {
      // Not a zone: said below.
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
