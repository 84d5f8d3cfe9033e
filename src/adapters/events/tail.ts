import { setTimeout as sleep } from 'node:timers/promises';
import { Sleep } from '../../application/deadlines/sleep';
import { nullIfExpired } from '../../application/events/event-cursor';
import { isOfNewerVersion } from '../../application/events/readable-part';
import type { PlacedEvent } from '../../application/ports/event-log';
import type { LogPosition } from '../../application/ports/logged-event';
import type { FollowedLog } from '../persistence/log/postgres-event-log';
import type { Hub } from './hub';

export interface TailSettings {
  /** The longest time between two looks at the log, in milliseconds. Default: 1,000. */
  readonly pollMs?: number;
  /**
   * Called for each failed read, which the tail retries, and for each event that cannot be read.
   */
  readonly onError?: (error: unknown) => void;
  /** Called when there may be events after those of the last call. */
  readonly onPlaced?: () => void;
  /** Called with the last event of each part that subscribers can take. */
  readonly onDelivered?: (event: PlacedEvent) => void;
}

const BATCH = 500;
/**
 * The least time from one look to the next, because a busy service commits far more often. After a
 * longer pause, a wake-up leads to a look at once.
 */
const SPACING_MS = 8;
/** The pause while another process gives positions, which may have begun before the last commit. */
const BUSY_MS = 10;

/**
 * Gives positions to new events, and passes what it reads of the log to the hub. Its position is
 * kept in memory, so it continues where it was after the database was unreachable.
 */
export class Tail {
  private isClosed = false;
  private isWoken = false;
  /** Another process has given positions up to this one. */
  private announced: LogPosition = 0;
  private readonly sleep = new Sleep();
  private running: Promise<void> = Promise.resolve();
  private caughtUpAt = performance.now();

  constructor(
    private readonly log: Pick<FollowedLog, 'tryPlace' | 'bounds' | 'after'>,
    private readonly hub: Hub,
    private readonly settings: TailSettings = {},
  ) {}

  start(): void {
    this.running = this.follow();
  }

  /** The time since it had last read all that there was to read, in milliseconds. */
  get behindMs(): number {
    return performance.now() - this.caughtUpAt;
  }

  /** To be called when the log may have new events. */
  wake(): void {
    this.isWoken = true;
    this.sleep.wake();
  }

  /** To be called when another process has given positions up to this one. */
  placed(newest: LogPosition): void {
    if (newest <= this.announced) return;
    this.announced = newest;
    this.sleep.wake();
  }

  /** Resolves when the look in progress has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    await this.running;
  }

  private async follow(): Promise<void> {
    const longest = this.settings.pollMs ?? 1_000;
    let failures = 0;
    /** When it is to give positions even if nothing wakes it. */
    let placeAt = Number.NEGATIVE_INFINITY;
    while (!this.isClosed) {
      const startedAt = performance.now();
      const isPlacing = this.isWoken || startedAt >= placeAt;
      this.isWoken = false;
      try {
        const placed = isPlacing ? await this.look() : await this.followAnnounced();
        failures = 0;
        if (placed === 'MORE') {
          placeAt = Number.NEGATIVE_INFINITY;
          continue;
        }
        if (isPlacing) placeAt = startedAt + (placed === 'BUSY' ? Math.min(longest, BUSY_MS) : longest);
        if (placed === 'ALL') this.caughtUpAt = performance.now();
      } catch (error) {
        failures += 1;
        const pause = Math.min(longest, 50 * 2 ** failures);
        this.settings.onError?.(error);
        placeAt = Number.NEGATIVE_INFINITY;
        // A `close` during the look woke no sleep.
        if (!this.isClosed) await this.sleep.rest(pause);
      }
      await this.rest(placeAt, startedAt);
    }
  }

  /** Gives positions and reads what has some, also what another process gives at the moment. */
  private async look(): Promise<Placed> {
    const { log, hub } = this;
    hub.forgetOld();
    const placement = await log.tryPlace();
    const newest = placement?.newest ?? (await log.bounds()).newest;
    const { recent } = hub;
    // The database was restored to an earlier time.
    if (newest < recent.newest) {
      hub.restart(newest);
      this.announced = 0;
    }
    await this.readTo(newest);
    if (placement === null) return 'BUSY';
    return placement.isComplete ? 'ALL' : 'MORE';
  }

  /** Reads what other processes have given positions. */
  private async followAnnounced(): Promise<null> {
    const { log, hub } = this;
    await this.readTo(hub.size === 0 ? (await log.bounds()).newest : this.announced);
    // A server has taken over that lacks the last positions, and gives them again.
    this.announced = Math.min(this.announced, hub.recent.newest);
    return null;
  }

  private async readTo(newest: LogPosition): Promise<void> {
    const { log, hub } = this;
    const { recent } = hub;
    const isNew = newest > recent.newest;
    if (hub.size === 0 && isNew) hub.restart(newest);
    while (recent.newest < newest && !this.isClosed) {
      const page = await log.after(recent.newest, BATCH).catch(nullIfExpired);
      // It was away for so long that it cannot go on; its subscribers get the error.
      if (page === null) {
        hub.restart(newest);
        break;
      }
      const { entries, unreadable, next } = page;
      // Positions have no gap, so that this server does not have them.
      if (next === recent.newest) break;
      for (const { error } of unreadable) this.settings.onError?.(error);
      const newer = unreadable.filter(({ error }) => isOfNewerVersion(error));
      await hub.publish(entries, next, newer);
      const last = entries.at(-1);
      if (last !== undefined) this.settings.onDelivered?.(last);
    }
    if (isNew) this.settings.onPlaced?.();
  }

  /** Waits for a wake-up, at most until a time, and until the last look began long enough ago. */
  private async rest(until: number, startedAt: number): Promise<void> {
    const pause = until - performance.now();
    const isWoken = this.isWoken || this.isClosed || this.announced > this.hub.recent.newest;
    if (!isWoken && pause > 0) await this.sleep.rest(pause);
    const left = startedAt + SPACING_MS - performance.now();
    if (left > 0 && !this.isClosed) await sleep(left);
  }
}

/** Whether all events have positions, there may be more, or another process gives them. */
type Placed = 'ALL' | 'MORE' | 'BUSY';
