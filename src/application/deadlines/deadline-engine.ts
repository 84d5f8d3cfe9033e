import type { EpochMs } from '../../domain/instant';
import { Sleep } from './sleep';

/** Tickets that are due, wherever they are kept. All instants are by one clock, that of the store. */
export interface DueTickets {
  /** The present instant, and when something falls due next; null where nothing will. */
  next(): Promise<{ readonly now: EpochMs; readonly next: EpochMs | null }>;
  /**
   * Takes a batch of tickets that are overdue and that nobody else has in hand, and records all that fell due. A ticket
   * of which that cannot be recorded is set aside and harms no other.
   *
   * @returns how many it took; whether the batch was full, so that there may be more.
   */
  record(): Promise<{ readonly taken: number; readonly isFull: boolean }>;
}

export interface DeadlineEngineSettings {
  /** The longest time between two looks, in milliseconds; 2 seconds unless told. */
  readonly lookMs?: number;
  /** EventWithTicket when deadlines cannot be recorded at present, less and less often while that lasts; it goes on by itself. */
  readonly onTrouble?: (error: unknown) => void;
}

/** So many batches are under way at a time: while the database writes or flushes some, the next is decided here. */
const CONCURRENT_BATCHES = 3;
/** Deadlines of this span are one batch. */
const COALESCE_MS = 20;
/** While others have in hand what is overdue, it is looked for less and less often. */
const LONGEST_COALESCE_MS = 160;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Records what falls due, when it does: sleeps until the next deadline, takes the overdue tickets batch by batch until none
 * is left, and sleeps again. Any number of processes may do so side by side.
 */
export class DeadlineEngine {
  private isClosed = false;
  /** What it sleeps towards; a deadline told that is nearer wakes it. */
  private awaited: EpochMs = Number.NEGATIVE_INFINITY;
  private readonly sleep = new Sleep();
  /** How often in a row nothing could be taken though something was overdue. */
  private emptyRounds = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly due: DueTickets,
    private readonly settings: DeadlineEngineSettings = {},
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Something falls due then; whoever has written a deadline says so. */
  wake(deadline: EpochMs): void {
    if (deadline >= this.awaited) return;
    this.awaited = deadline;
    this.sleep.wake();
  }

  /** Resolves once the batches under way have ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.sleep.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isClosed) {
      let pause: number;
      try {
        pause = await this.look();
        failures = 0;
      } catch (error) {
        failures += 1;
        pause = Math.min(LONGEST_BACKOFF_MS, 50 * 2 ** failures);
        // A store that cannot be reached is not asked any sooner for what is told meanwhile.
        this.awaited = Number.NEGATIVE_INFINITY;
        if (isPowerOfTwo(failures)) this.settings.onTrouble?.(error);
      }
      // Closed while that look was under way: its wake-up went by.
      if (!this.isClosed) await this.sleep.rest(pause);
    }
  }

  /** Records what is overdue; gives how long to sleep, in milliseconds. */
  private async look(): Promise<number> {
    this.awaited = Number.POSITIVE_INFINITY;
    const { now, next } = await this.due.next();
    // Of what was told while that was being asked, the answer may know nothing.
    this.awaited = Math.min(this.awaited, next ?? Number.POSITIVE_INFINITY);
    if (this.awaited >= now) {
      // In time is at the due instant; the millisecond after it is the first at which there is something to record.
      return Math.min(this.settings.lookMs ?? 2_000, this.awaited - now + 1);
    }
    this.emptyRounds = (await this.drain()) > 0 ? 0 : this.emptyRounds + 1;
    return Math.min(LONGEST_COALESCE_MS, COALESCE_MS * 2 ** this.emptyRounds);
  }

  /** Until none is left but those that others have in hand; gives how many it took at first. */
  private async drain(): Promise<number> {
    const { taken, isFull } = await this.due.record();
    if (!isFull) return taken;
    const lane = async (): Promise<void> => {
      while (!this.isClosed && (await this.due.record()).isFull);
    };
    const ended = await Promise.allSettled(Array.from({ length: CONCURRENT_BATCHES }, lane));
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    return taken;
  }
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));
