import { DAY_MS } from '../instant';

/**
 * The days in a page. Time is compiled page by page, when a page is first needed. At this size the
 * first result takes well under a millisecond, and five years are four pages.
 */
export const PAGE_DAYS = 512;
export const PAGE_MS = PAGE_DAYS * DAY_MS;

/** Sums over pages further than this from the known run do not compile the pages in between. */
const NEAR = 4;

/**
 * Sums over pages. Prefix sums are kept for a run of pages around the first page that was used, and
 * the run grows in both directions on demand. Inside the run a sum is one subtraction and a search
 * is a binary search.
 */
export class PagedSums {
  private anchor: number | undefined;
  /** `up[i]` is the sum of the pages anchor … anchor+i-1; `down[i]` that of anchor-i … anchor-1. */
  private readonly up = [0];
  private readonly down = [0];

  constructor(private readonly totalOf: (page: number) => number) {}

  /** The sum of the pages from `from` to `to`, without `to`; `from` must not be after `to`. */
  sum(from: number, to: number): number {
    if (to - from > NEAR || (this.isNear(from) && this.isNear(to))) return this.prefix(to) - this.prefix(from);
    let sum = 0;
    for (let page = from; page < to; page += 1) sum += this.totalOf(page);
    return sum;
  }

  /**
   * The first page from `from` to `last` at whose end the sum since the start of `from` reaches
   * `amount` > 0, with `left`, the part of the amount that falls into that page. Undefined if
   * the sum does not reach it.
   */
  find(from: number, amount: number, last: number): { page: number; left: number } | undefined {
    let low = from;
    let left = amount;
    while (!this.isNear(low) && low < from + NEAR && low <= last) {
      const total = this.totalOf(low);
      if (total >= left) return { page: low, left };
      left -= total;
      low += 1;
    }
    if (low > last) return undefined;
    const goal = this.prefix(low) + left;
    let high = low + 1;
    for (let step = 1; high <= last && this.prefix(high) < goal; step *= 2) {
      low = high;
      high += step;
    }
    high = Math.min(high, last + 1);
    if (this.prefix(high) < goal) return undefined;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.prefix(middle) < goal) low = middle;
      else high = middle;
    }
    return { page: low, left: goal - this.prefix(low) };
  }

  private isNear(page: number): boolean {
    if (this.anchor === undefined) return true;
    const index = page - this.anchor;
    return index < this.up.length + NEAR && index > -this.down.length - NEAR;
  }

  /** The sum from the anchor to the start of `page`; negative for a page before the anchor. */
  private prefix(page: number): number {
    this.anchor ??= page;
    const index = page - this.anchor;
    if (index >= 0) return this.up[index] ?? this.grow(this.up, index, this.anchor, 1);
    return -(this.down[-index] ?? this.grow(this.down, -index, this.anchor - 1, -1));
  }

  private grow(sums: number[], length: number, first: number, direction: 1 | -1): number {
    let sum = sums.at(-1) ?? 0;
    for (let i = sums.length; i <= length; i += 1) {
      sum += this.totalOf(first + direction * (i - 1));
      sums.push(sum);
    }
    return sum;
  }
}
