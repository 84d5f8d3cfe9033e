import { setTimeout as sleep } from 'node:timers/promises';
import { Sleep } from '../../application/deadlines/sleep';
import type { EventLog, LogPlace, LogSnapshot } from '../persistence/tickets/event-log';
import type { Hub } from './hub';

export interface TailSettings {
  /** The longest time between two looks at the log, in milliseconds; 1 second unless told. */
  readonly pollMs?: number;
  /** Called for each failed read of the log, and for each event that cannot be read. */
  readonly onError?: (error: unknown) => void;
}

const BATCH = 200;
/** Wake-ups of this span are one look: a busy service commits more often than it need look. */
const COALESCE_MS = 4;
/** While a transaction is under way that events may be waiting for. */
const BUSY_POLL_MS = 20;

/**
 * Follows the log for this process, and gives the hub what it reads. The place that it has reached is kept in memory, so
 * after a lost database it goes on where it was.
 */
export class Tail {
  private place: LogPlace;
  private isClosed = false;
  private isWoken = false;
  private readonly sleep = new Sleep();
  private running: Promise<void> = Promise.resolve();

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

  /** There may be something new. */
  wake(): void {
    this.isWoken = true;
    this.sleep.wake();
  }

  /** Resolves once nothing is being read any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    await this.running;
  }

  private async follow(): Promise<void> {
    const longest = this.settings.pollMs ?? 1_000;
    let failures = 0;
    let restless = 0;
    while (!this.isClosed) {
      this.isWoken = false;
      let pause = longest;
      try {
        const { isFull, snapshot } = await this.look();
        failures = 0;
        if (isFull) continue;
        restless = snapshot.isQuiet || this.hub.size === 0 ? 0 : restless + 1;
        if (restless > 0) pause = Math.min(longest, BUSY_POLL_MS * 2 ** (restless - 1));
      } catch (error) {
        failures += 1;
        pause = Math.min(longest, 50 * 2 ** failures);
        this.settings.onError?.(error);
        this.isWoken = false;
      }
      // Closed while that look was under way: its wake-up may be forgotten by now.
      if (!this.isClosed) await this.rest(pause);
    }
  }

  private async look(): Promise<{ readonly isFull: boolean; readonly snapshot: LogSnapshot }> {
    if (this.hub.size === 0) {
      const snapshot = await this.log.snapshot();
      // Somebody who has come meanwhile is owed what was recorded since, so only then is it read.
      if (this.hub.size > 0) return { isFull: true, snapshot };
      this.place = snapshot.place;
      this.hub.publish([], snapshot);
      return { isFull: false, snapshot };
    }
    const { entries, unreadable, next, isFull, snapshot } = await this.log.after(this.place, BATCH);
    this.place = next;
    for (const error of unreadable) this.settings.onError?.(error);
    this.hub.publish(entries, snapshot);
    // An import makes hundreds of events visible at once: reading on faster than they are taken would end those who keep up.
    while (!this.isClosed && this.hub.isCatchingUp()) await sleep(COALESCE_MS);
    return { isFull, snapshot };
  }

  /** Waits for a wake-up, at most so long; at least a breath, in which further wake-ups are gathered. */
  private async rest(ms: number): Promise<void> {
    if (!this.isWoken) await this.sleep.rest(ms);
    if (!this.isClosed) await sleep(COALESCE_MS);
  }
}
