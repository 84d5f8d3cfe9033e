import type { Clock } from '../../application/ports/clock';
import type { DurationMs, EpochMs } from '../../domain/instant';

/**
 * One reading of the clock of the database. The reading was taken at some time between `sentAt` and
 * `receivedAt`, which are readings of `performance.now()`.
 */
export interface ClockSample {
  readonly sentAt: number;
  /** With its fraction. */
  readonly databaseNow: EpochMs;
  readonly receivedAt: number;
}

/**
 * The drift of a host's monotonic clock against another clock, as a fraction. Ten times what common
 * crystals have, because a host under NTP may be slewed by 500 ppm.
 */
const DRIFT = 0.001;

/** An earlier answer of `now` is repeated rather than taken back by up to this much. */
const HELD_MS = 1_000;

/** The clock of this host, for commands that use no database. */
export const hostNow = (): EpochMs => Date.now();

/**
 * The clock of the database, measured against the monotonic clock of this process. A host's clock
 * that is wrong, or that is set while the process runs, changes nothing.
 *
 * Each reading says that the difference between the two clocks lies in an interval as long as the
 * round trip. The interval grows with its age, because clocks drift; the narrowest one is kept. A
 * reading outside of the kept interval means that the clock of the database was set.
 */
export class DatabaseClock implements Clock {
  /** The bounds of `database - performance.now()` and when they were measured. */
  private known: { readonly low: number; readonly high: number; readonly at: number } | null = null;
  private latest: EpochMs = Number.NEGATIVE_INFINITY;

  /**
   * @param monotonic the milliseconds since any fixed time
   * @param host the clock of the host, which is only compared
   */
  constructor(
    private readonly monotonic: () => number = () => performance.now(),
    private readonly host: () => EpochMs = hostNow,
  ) {}

  /**
   * The current instant by the clock of the database, in whole milliseconds. Accurate to half of
   * the round trip of the best reading. Never goes back by less than a second; it goes back by more
   * if the clock of the database was set back.
   *
   * @throws Error before the first reading
   */
  now(): EpochMs {
    if (this.known === null) throw new Error('The clock of the database has not been read yet');
    const now = Math.floor(this.monotonic() + (this.known.low + this.known.high) / 2);
    if (now < this.latest && this.latest - now < HELD_MS) return this.latest;
    this.latest = now;
    return now;
  }

  /** Takes a reading into account. */
  add({ sentAt, databaseNow, receivedAt }: ClockSample): void {
    const [low, high] = [databaseNow - receivedAt, databaseNow - sentAt];
    if (this.known === null) {
      this.known = { low, high, at: receivedAt };
      return;
    }
    const drift = (receivedAt - this.known.at) * DRIFT;
    // Both intervals hold the difference, and so does what they have in common.
    const common = {
      low: Math.max(low, this.known.low - drift),
      high: Math.min(high, this.known.high + drift),
      at: receivedAt,
    };
    this.known = common.low > common.high ? { low, high, at: receivedAt } : common;
  }

  /** The clock of the host less the clock of the database, in milliseconds. */
  get hostOffsetMs(): DurationMs {
    if (this.known === null) return 0;
    return Math.round(this.host() - (this.monotonic() + (this.known.low + this.known.high) / 2));
  }
}
