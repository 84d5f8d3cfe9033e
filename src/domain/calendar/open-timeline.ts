import { DAY_MS, type DurationMs, type EpochMs } from '../instant';
import type { OpeningHours } from './hours';
import type { DayNumber } from './local-date';
import { PAGE_DAYS, PAGE_MS, PagedSums } from './paging';
import { WIDEST_OFFSET_MS, type ZoneOffsets } from './zone-offsets';

/** A period of open time, half-open. */
export interface Piece {
  readonly opens: EpochMs;
  readonly closes: EpochMs;
}

/**
 * The open pieces of a page, ascending and disjoint. `before[i]` is the page's open time before i.
 */
interface Page {
  readonly opens: Float64Array;
  readonly closes: Float64Array;
  readonly before: Float64Array;
  readonly total: DurationMs;
}

/** A calendar keeps the pages of about 180 years; of all others it keeps the sums only. */
const KEPT_PAGES = 128;
const EMPTY: Page = { opens: new Float64Array(0), closes: new Float64Array(0), before: new Float64Array(0), total: 0 };

/** The open time of a calendar as instants, with running totals. */
export class OpenTimeline {
  private readonly pages = new Map<number, Page>();
  private readonly sums = new PagedSums((page) => this.page(page).total);

  constructor(
    private readonly hours: OpeningHours,
    private readonly zone: ZoneOffsets,
  ) {}

  isOpen(at: EpochMs): boolean {
    const page = this.page(Math.floor(at / PAGE_MS));
    const index = lastAtOrBefore(page.opens, at);
    return index >= 0 && at < (page.closes[index] ?? 0);
  }

  /** Open milliseconds from `a` to `b`; `a` must not be after `b`. */
  between(a: EpochMs, b: EpochMs): DurationMs {
    const first = Math.floor(a / PAGE_MS);
    const last = Math.floor(b / PAGE_MS);
    const rest = openBefore(this.page(last), b) - openBefore(this.page(first), a);
    return first === last ? rest : rest + this.sums.sum(first, last);
  }

  /**
   * The earliest instant at which `open` > 0 milliseconds of open time have passed since `start`;
   * undefined if it would be after `latest`.
   */
  reach(start: EpochMs, open: DurationMs, latest: EpochMs): EpochMs | undefined {
    if (open > latest - start) return undefined;
    const first = Math.floor(start / PAGE_MS);
    const page = this.page(first);
    const goal = openBefore(page, start) + open;
    if (goal <= page.total) return instantAt(page, goal);
    const found = this.sums.find(first, goal, Math.floor(latest / PAGE_MS));
    return found === undefined ? undefined : instantAt(this.page(found.page), found.left);
  }

  /** The open pieces between `a` and `b`, in order. A piece is also cut at the end of a page. */
  *pieces(a: EpochMs, b: EpochMs): Generator<Piece> {
    for (let index = Math.floor(a / PAGE_MS); index * PAGE_MS < b; index += 1) {
      const { opens, closes } = this.page(index);
      for (let i = Math.max(0, lastAtOrBefore(opens, a)); i < opens.length && (opens[i] ?? 0) < b; i += 1) {
        const piece = { opens: Math.max(a, opens[i] ?? 0), closes: Math.min(b, closes[i] ?? 0) };
        if (piece.opens < piece.closes) yield piece;
      }
    }
  }

  /**
   * The open pieces of a local date, in order. The pieces of an hour that occurs twice occur twice.
   */
  piecesOn(day: DayNumber): readonly Piece[] {
    const hours = this.hours.on(day);
    const pieces: { opens: EpochMs; closes: EpochMs }[] = [];
    if (hours.length === 0) return pieces;
    const midnight = day * DAY_MS;
    for (const period of this.zone.overlapping(midnight - WIDEST_OFFSET_MS, midnight + DAY_MS + WIDEST_OFFSET_MS)) {
      for (let i = 0; i < hours.length; i += 2) {
        const opens = Math.max(midnight + (hours[i] ?? 0) - period.offset, period.from);
        const closes = Math.min(midnight + (hours[i + 1] ?? 0) - period.offset, period.to);
        const previous = pieces.at(-1);
        if (opens >= closes) continue;
        if (previous?.closes === opens) previous.closes = closes;
        else pieces.push({ opens, closes });
      }
    }
    return pieces;
  }

  private page(index: number): Page {
    const known = this.pages.get(index);
    if (known !== undefined) return known;
    if (this.pages.size >= KEPT_PAGES) this.pages.clear();
    const page = this.compile(index);
    this.pages.set(index, page);
    return page;
  }

  /** Adds the hours of each local date, in one period of constant offset after the other. */
  private compile(index: number): Page {
    if (this.hours.surelyClosed(index * PAGE_DAYS - 2, (index + 1) * PAGE_DAYS + 2)) return EMPTY;
    const opens: number[] = [];
    const closes: number[] = [];
    const before: number[] = [];
    let total = 0;
    for (const { from, to, offset } of this.zone.page(index)) {
      const lastDay = Math.floor((to - 1 + offset) / DAY_MS);
      for (let day = Math.floor((from + offset) / DAY_MS); day <= lastDay; day += 1) {
        const hours = this.hours.on(day);
        const midnight = day * DAY_MS - offset;
        for (let i = 0; i < hours.length; i += 2) {
          const opensAt = Math.max(midnight + (hours[i] ?? 0), from);
          const closesAt = Math.min(midnight + (hours[i + 1] ?? 0), to);
          if (opensAt >= closesAt) continue;
          if (closes.at(-1) === opensAt) {
            closes[closes.length - 1] = closesAt;
          } else {
            opens.push(opensAt);
            closes.push(closesAt);
            before.push(total);
          }
          total += closesAt - opensAt;
        }
      }
    }
    return {
      opens: Float64Array.from(opens),
      closes: Float64Array.from(closes),
      before: Float64Array.from(before),
      total,
    };
  }
}

/** The index of the last value not above `limit` in an ascending array; -1 if all are above. */
const lastAtOrBefore = (values: Float64Array, limit: number): number => {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** The page's open time before `at`, an instant in the page. */
const openBefore = (page: Page, at: EpochMs): DurationMs => {
  const index = lastAtOrBefore(page.opens, at);
  if (index < 0) return 0;
  return (page.before[index] ?? 0) + Math.min(at, page.closes[index] ?? 0) - (page.opens[index] ?? 0);
};

/**
 * The earliest instant at which the page's open time is `goal`, for 0 < goal <= total. If the goal
 * is reached at the end of a piece, the result is its closing, not the next opening.
 */
const instantAt = (page: Page, goal: DurationMs): EpochMs => {
  let low = 0;
  let high = page.before.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((page.before[middle] ?? 0) < goal) low = middle + 1;
    else high = middle;
  }
  const index = low - 1;
  return (page.opens[index] ?? 0) + goal - (page.before[index] ?? 0);
};
