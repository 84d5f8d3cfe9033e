import type { DurationMs, EpochMs } from '../../domain/instant';
import { Sleep } from './sleep';

/** The store's access to tickets with overdue deadlines. All instants are by the store's clock. */
export interface DueTickets {
  /** The current time, and the time of the next deadline; `next` is null if there is none. */
  next(): Promise<{ readonly now: EpochMs; readonly next: EpochMs | null }>;
  /**
   * Takes a batch of overdue tickets that no other process has locked and records all that is due.
   * A ticket that cannot be recorded is set aside and does not affect the others.
   *
   * @returns the number of tickets taken; `isFull` if the batch was full, so that there may be more
   */
  record(): Promise<{ readonly taken: number; readonly isFull: boolean }>;
}

export interface DeadlineEngineSettings {
  /** The longest time between two polls, in milliseconds. Default: 2,000. */
  readonly pollMs?: DurationMs;
  /**
   * Called when recording fails: at the first, second, fourth, eighth … failure in a row. The
   * engine retries by itself.
   */
  readonly onError?: (error: unknown) => void;
}

/**
 * The number of batches in progress at a time: one is decided while others wait for the database.
 */
const CONCURRENT_BATCHES = 3;
/** Deadlines within this time are recorded as one batch. */
const COALESCE_MS = 20;
/** The longest pause between polls while all overdue tickets are locked by other processes. */
const LONGEST_COALESCE_MS = 160;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Records deadlines when they are due: sleeps until the next deadline, takes overdue tickets batch
 * by batch until none is left, and sleeps again. Several processes can run an engine on one
 * database.
 */
export class DeadlineEngine {
  private isClosed = false;
  /** The deadline until which the engine sleeps. `wake` with an earlier one ends the sleep. */
  private nextDeadline: EpochMs = Number.NEGATIVE_INFINITY;
  private readonly sleep = new Sleep();
  /** The number of polls in a row that found overdue tickets but could take none. */
  private emptyRounds = 0;
  private running: Promise<void> = Promise.resolve();
  private progressAt = performance.now();

  constructor(
    private readonly due: DueTickets,
    private readonly settings: DeadlineEngineSettings = {},
  ) {}

  start(): void {
    this.running = this.run();
  }

  /**
   * The time since it last found out what is due or recorded a batch, in milliseconds; at most a
   * little more than the time between two polls as long as it works.
   */
  get behindMs(): DurationMs {
    return performance.now() - this.progressAt;
  }

  /** To be called after a deadline was written, so that the engine does not sleep past it. */
  wake(deadline: EpochMs): void {
    if (deadline >= this.nextDeadline) return;
    this.nextDeadline = deadline;
    this.sleep.wake();
  }

  /** To be called when the store can be used again: ends the pause after a failure. */
  retry(): void {
    this.sleep.wake();
  }

  /** Resolves when the batches in progress have ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.sleep.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isClosed) {
      let pause: DurationMs;
      try {
        pause = await this.recordDue();
        this.progressAt = performance.now();
        failures = 0;
      } catch (error) {
        failures += 1;
        pause = Math.min(LONGEST_BACKOFF_MS, 50 * 2 ** failures);
        // No new deadline shortens the pause while the store cannot be reached.
        this.nextDeadline = Number.NEGATIVE_INFINITY;
        if (isPowerOfTwo(failures)) this.settings.onError?.(error);
      }
      // A `close` during `recordDue` woke no sleep, so a sleep now would not be interrupted.
      if (!this.isClosed) await this.sleep.rest(pause);
    }
  }

  /** Records what is overdue and returns how long to sleep, in milliseconds. */
  private async recordDue(): Promise<DurationMs> {
    this.nextDeadline = Number.POSITIVE_INFINITY;
    const { pollMs = 2_000 } = this.settings;
    const { now, next } = await this.due.next();
    // `wake` may have set a deadline that was written after `next` was read.
    this.nextDeadline = Math.min(this.nextDeadline, next ?? Number.POSITIVE_INFINITY);
    if (this.nextDeadline >= now) {
      // A commitment fulfilled at its due instant is in time, so a breach exists one millisecond
      // later.
      return Math.min(pollMs, this.nextDeadline - now + 1);
    }
    this.emptyRounds = (await this.drain()) > 0 ? 0 : this.emptyRounds + 1;
    return Math.min(pollMs, LONGEST_COALESCE_MS, COALESCE_MS * 2 ** this.emptyRounds);
  }

  /**
   * Records batches until only tickets that other processes have locked are left. Returns the
   * number of tickets in the first batch.
   */
  private async drain(): Promise<number> {
    const { taken, isFull } = await this.due.record();
    if (!isFull) return taken;
    const recordUntilEmpty = async (): Promise<void> => {
      while (!this.isClosed && (await this.due.record()).isFull) this.progressAt = performance.now();
    };
    const results = await Promise.allSettled(Array.from({ length: CONCURRENT_BATCHES }, recordUntilEmpty));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return taken;
  }
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));
