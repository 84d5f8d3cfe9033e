import { DAY_MS } from '../instant';

/**
 * Time is compiled in pages of this many days, each when it is first needed: small enough that the first answer costs
 * well under a millisecond, large enough that five years are four pages.
 */
export const PAGE_DAYS = 512;
export const PAGE_MS = PAGE_DAYS * DAY_MS;

/** Up to this many pages are summed one by one, so that a question about a far year compiles only what is near it. */
const STEPS = 4;

/**
 * Sums over pages that are computed once each: a run of prefix sums that grows on demand in both directions from the
 * page first asked for. Once it reaches, every sum is a subtraction and every search a binary search.
 */
export class PagedSums {
  private anchor: number | undefined;
  /** `up[i]` is the sum of the pages anchor … anchor+i-1; `down[i]` that of anchor-i … anchor-1. */
  private readonly up = [0];
  private readonly down = [0];

  constructor(private readonly totalOf: (page: number) => number) {}

  /** The sum of the pages from `from` to before `to`; `from` must not be after `to`. */
  sum(from: number, to: number): number {
    if (to - from > STEPS) return this.prefix(to) - this.prefix(from);
    let sum = 0;
    for (let page = from; page < to; page += 1) sum += this.totalOf(page);
    return sum;
  }

  /**
   * The first page, from `from` to `last`, at whose end the sum since the start of `from` reaches `amount`, and what
   * of it is left when that page begins. Nothing where the sum is not reached.
   */
  find(from: number, amount: number, last: number): { page: number; left: number } | undefined {
    let left = amount;
    for (let page = from; page < from + STEPS; page += 1) {
      if (page > last) return undefined;
      const total = this.totalOf(page);
      if (total >= left) return { page, left };
      left -= total;
    }
    const before = this.prefix(from + STEPS);
    if (!this.growUntil(before + left, last)) return undefined;
    let low = from + STEPS;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // A page not summed yet lies beyond the one at which growing stopped.
      const reached = middle + 1 - this.anchorPage >= this.up.length || this.prefix(middle + 1) - before >= left;
      if (reached) high = middle;
      else low = middle + 1;
    }
    return { page: low, left: left - (this.prefix(low) - before) };
  }

  private get anchorPage(): number {
    return this.anchor ?? 0;
  }

  /** Adds pages up to `last` until the prefix reaches the goal; false where it does not. */
  private growUntil(goal: number, last: number): boolean {
    while ((this.up.at(-1) ?? 0) < goal) {
      const page = this.anchorPage + this.up.length - 1;
      if (page > last) return false;
      this.up.push((this.up.at(-1) ?? 0) + this.totalOf(page));
    }
    return this.prefix(last + 1, goal) >= goal;
  }

  /** The sum of all pages before `page`, reckoned from the anchor (negative below it). Stops growing at `enough`. */
  private prefix(page: number, enough = Number.POSITIVE_INFINITY): number {
    this.anchor ??= page;
    const index = page - this.anchor;
    if (index < 0) {
      while (this.down.length <= -index) {
        const last = this.down.at(-1) ?? 0;
        this.down.push(last + this.totalOf(this.anchor - this.down.length));
      }
      return -(this.down[-index] ?? 0);
    }
    while (this.up.length <= index) {
      const last = this.up.at(-1) ?? 0;
      if (last >= enough) return last;
      this.up.push(last + this.totalOf(this.anchor + this.up.length - 1));
    }
    return this.up[index] ?? 0;
  }
}
