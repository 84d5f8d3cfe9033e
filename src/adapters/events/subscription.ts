import { type LoggedEvent, SlowSubscriber } from '../../application/ports/events';
import type { WaitingEvents, WaitingLimits } from './waiting-events';

type Result = IteratorResult<LoggedEvent>;

/**
 * The time over which the pace of a subscriber is measured. Long, because on a loaded machine a
 * subscriber that reads as fast as it can may take few events in a quarter of a second.
 */
const WINDOW_MS = 1_000;

/** The events of one subscriber: a bounded queue that is read by iterating. */
export class Subscription implements AsyncIterableIterator<LoggedEvent> {
  private queue: LoggedEvent[] = [];
  /** Those of the queue. */
  private characters = 0;
  /** When the last event was taken from the queue, or the first one came. */
  private movedAt = 0;
  private readonly readers: {
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  private failure: unknown = null;
  private isEnded = false;
  private congestedSince: number | null = null;
  private countingSince = 0;
  /** What was taken from the queue in the last window and in this one, in parts of the limits. */
  private takenBefore = 0;
  private takenNow = 0;

  constructor(
    private readonly limits: WaitingLimits,
    private readonly held: WaitingEvents,
    private readonly onEnd: (ended: Subscription) => void,
  ) {}

  /** Delivers the event, or queues it. A queue that is too long ends it with `SlowSubscriber`. */
  push(event: LoggedEvent): void {
    if (this.isEnded) return;
    const next = this.readers.shift();
    if (next !== undefined) {
      next.resolve({ done: false, value: event });
      return;
    }
    if (this.queue.length === 0) this.movedAt = performance.now();
    this.queue.push(event);
    this.characters += this.held.add(event);
    const { events, characters } = this.limits;
    if (this.queue.length > events) this.fail(new SlowSubscriber(events, 'events'));
    else if (this.characters > characters) this.fail(new SlowSubscriber(characters, 'characters of events'));
  }

  /** Ends the subscription. The pending or the next call of `next` rejects with the error. */
  fail(error: unknown): void {
    const [next] = this.readers;
    if (next === undefined) this.failure = error;
    else {
      this.readers.shift();
      next.reject(error);
    }
    this.end();
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const event of this.queue) this.held.remove(event);
    this.queue = [];
    this.characters = 0;
    for (const next of this.readers.splice(0)) next.resolve({ done: true, value: undefined });
    this.onEnd(this);
  }

  /** What waits, and for how long nothing of it was taken. 0 only if nothing waits. */
  burden(now: number): number {
    return this.characters * (1 + now - this.movedAt);
  }

  /**
   * Whether the queue is more than half full, but being emptied: either it became so within the
   * last `WINDOW_MS`, or the subscriber took at least a twentieth of a limit in the last one to two
   * windows.
   *
   * @param isCrowded whether so much waits for all subscriptions that half full is too much
   */
  isCatchingUp(isCrowded: boolean): boolean {
    const { events, characters } = this.limits;
    const isFull = this.queue.length > events / 2 || this.characters > characters / 2;
    if (this.queue.length === 0 || !(isFull || isCrowded)) {
      this.congestedSince = null;
      return false;
    }
    const now = performance.now();
    this.congestedSince ??= now;
    if (now - this.countingSince >= WINDOW_MS) {
      this.takenBefore = now - this.countingSince < 2 * WINDOW_MS ? this.takenNow : 0;
      this.takenNow = 0;
      this.countingSince = now;
    }
    const isTaking = this.takenBefore + this.takenNow >= 1 / 20;
    return isTaking || now - this.congestedSince < WINDOW_MS;
  }

  next(): Promise<Result> {
    const event = this.queue.shift();
    if (event !== undefined) {
      const characters = this.held.remove(event);
      this.characters -= characters;
      this.movedAt = performance.now();
      this.takenNow += Math.max(1 / this.limits.events, characters / this.limits.characters);
      return Promise.resolve({ done: false, value: event });
    }
    if (this.failure !== null) {
      const error = this.failure;
      this.failure = null;
      return Promise.reject(error);
    }
    if (this.isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
  }

  return(): Promise<Result> {
    this.failure = null;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<Result> {
    this.end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
