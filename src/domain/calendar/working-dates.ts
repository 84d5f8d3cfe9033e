import { DAY_MS } from '../instant';
import type { OpeningHours } from './hours';
import type { DayNumber } from './local-date';
import type { OpenTimeline } from './open-timeline';
import { PAGE_DAYS, PagedSums } from './paging';
import type { ZoneOffsets } from './zone-offsets';

const KEPT_PAGES = 256;

/**
 * The local dates on which the calendar is open for any time, ascending. A date whose hours all
 * fall into a skipped hour is not one, and neither is a date that the zone skipped (Apia, 30
 * December 2011).
 */
export class WorkingDates {
  private readonly pages = new Map<number, Int32Array>();
  private readonly sums = new PagedSums((page) => this.page(page).length);

  constructor(
    private readonly hours: OpeningHours,
    private readonly zone: ZoneOffsets,
    private readonly timeline: OpenTimeline,
  ) {}

  /** The `count`-th working date after `day`; undefined if it would be after `latest`. */
  after(day: DayNumber, count: number, latest: DayNumber): DayNumber | undefined {
    if (count > latest - day) return undefined;
    const first = Math.floor(day / PAGE_DAYS);
    const page = this.page(first);
    let low = 0;
    let high = page.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((page[middle] ?? 0) <= day) low = middle + 1;
      else high = middle;
    }
    const rank = low + count;
    if (rank <= page.length) return page[rank - 1];
    const found = this.sums.find(first, rank, Math.floor(latest / PAGE_DAYS));
    return found === undefined ? undefined : this.page(found.page)[found.left - 1];
  }

  private page(index: number): Int32Array {
    const known = this.pages.get(index);
    if (known !== undefined) return known;
    if (this.pages.size >= KEPT_PAGES) this.pages.clear();
    const page = this.compile(index * PAGE_DAYS);
    this.pages.set(index, page);
    return page;
  }

  private compile(first: DayNumber): Int32Array {
    const end = first + PAGE_DAYS;
    if (this.hours.surelyClosed(first, end)) return new Int32Array(0);
    const doubtful = new Set<DayNumber>();
    for (const { from } of this.zone.overlapping((first - 2) * DAY_MS, (end + 2) * DAY_MS)) {
      const day = Math.floor(from / DAY_MS);
      for (let near = day - 2; near <= day + 2; near += 1) doubtful.add(near);
    }
    const days: DayNumber[] = [];
    for (let day = first; day < end; day += 1) {
      if (this.hours.on(day).length === 0) continue;
      if (!doubtful.has(day) || this.timeline.piecesOn(day).length > 0) days.push(day);
    }
    return Int32Array.from(days);
  }
}
