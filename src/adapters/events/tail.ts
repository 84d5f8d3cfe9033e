import { setTimeout as sleep } from 'node:timers/promises';
import { Sleep } from '../../application/deadlines/sleep';
import type { EventLog, LogPlace, LogSnapshot } from '../persistence/tickets/event-log';
import type { Hub } from './hub';

export interface TailSettings {
  /** The longest time between two reads of the log, in milliseconds. Default: 1,000. */
  readonly pollMs?: number;
  /**
   * Called for each failed read, which the tail retries, and for each event that cannot be read.
   */
  readonly onError?: (error: unknown) => void;
}

const BATCH = 200;
/** Delivered at once: however long, they take less than half of what may wait for a subscriber. */
const PART = 10;
/** Wake-ups within this time lead to one read, because a busy service commits far more often. */
const COALESCE_MS = 4;
/** The first pause while a running transaction may hold back events. It doubles up to `pollMs`. */
const BUSY_POLL_MS = 20;

/**
 * Follows the event log and passes what it reads to the hub. Its position is kept in memory, so it
 * continues where it was after the database was unreachable.
 */
export class Tail {
  private place: LogPlace;
  private isClosed = false;
  private isWoken = false;
  private readonly sleep = new Sleep();
  private running: Promise<void> = Promise.resolve();
  private caughtUpAt = performance.now();

  constructor(
    private readonly log: EventLog,
    private readonly hub: Hub,
    start: LogSnapshot,
    private readonly settings: TailSettings = {},
  ) {
    this.place = start.place;
  }

  start(): void {
    this.running = this.follow();
  }

  /**
   * The time since it had last read all that there was to read, in milliseconds. The pauses that it
   * makes for slow subscribers do not count.
   */
  get behindMs(): number {
    return performance.now() - this.caughtUpAt;
  }

  /** To be called when the log may have new events. */
  wake(): void {
    this.isWoken = true;
    this.sleep.wake();
  }

  /** Resolves when the read in progress has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    await this.running;
  }

  private async follow(): Promise<void> {
    const longest = this.settings.pollMs ?? 1_000;
    let failures = 0;
    let busyRounds = 0;
    while (!this.isClosed) {
      this.isWoken = false;
      let pause = longest;
      try {
        const { isFull, snapshot } = await this.read();
        failures = 0;
        if (isFull) continue;
        this.caughtUpAt = performance.now();
        busyRounds = snapshot.isQuiet || this.hub.size === 0 ? 0 : busyRounds + 1;
        if (busyRounds > 0) pause = Math.min(longest, BUSY_POLL_MS * 2 ** (busyRounds - 1));
      } catch (error) {
        failures += 1;
        pause = Math.min(longest, 50 * 2 ** failures);
        this.settings.onError?.(error);
        this.isWoken = false;
      }
      // A `close` during a failed read set `isWoken`, which the catch block has reset.
      if (!this.isClosed) await this.rest(pause);
    }
  }

  private async read(): Promise<{ readonly isFull: boolean; readonly snapshot: LogSnapshot }> {
    if (this.hub.size === 0) {
      const snapshot = await this.log.snapshot();
      // A subscriber that came during the read needs the events since `place`, so they are read
      // now.
      if (this.hub.size > 0) return { isFull: true, snapshot };
      this.place = snapshot.place;
      this.hub.publish([], snapshot);
      return { isFull: false, snapshot };
    }
    const { entries, unreadable, next, isFull, snapshot } = await this.log.after(this.place, BATCH);
    this.place = next;
    for (const error of unreadable) this.settings.onError?.(error);
    let delivered = 0;
    do {
      this.hub.publish(entries.slice(delivered, delivered + PART), snapshot);
      delivered += PART;
      // An import makes hundreds of events visible at once. Without this pause, they would overflow
      // the queues of subscribers that are fast enough otherwise.
      const pausedAt = performance.now();
      while (!this.isClosed && this.hub.isCatchingUp()) await sleep(COALESCE_MS);
      this.caughtUpAt += performance.now() - pausedAt;
    } while (delivered < entries.length);
    return { isFull, snapshot };
  }

  /** Waits for a wake-up, at most `ms`, and then `COALESCE_MS` for further wake-ups. */
  private async rest(ms: number): Promise<void> {
    if (!this.isWoken) await this.sleep.rest(ms);
    if (!this.isClosed) await sleep(COALESCE_MS);
  }
}
