import { type LoggedEvent, SlowSubscriber } from '../../application/ports/events';

type Result = IteratorResult<LoggedEvent>;

/**
 * The time over which the pace of a subscriber is measured. Long, because on a loaded machine a
 * subscriber that reads as fast as it can may take few events in a quarter of a second.
 */
const WINDOW_MS = 1_000;

/** The events of one subscriber: a bounded queue that is read by iterating. */
export class Subscription implements AsyncIterableIterator<LoggedEvent> {
  private queue: LoggedEvent[] = [];
  private readonly waiting: {
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  private failure: unknown = null;
  private isEnded = false;
  private congestedSince: number | null = null;
  private countingSince = 0;
  private takenBefore = 0;
  private takenNow = 0;

  constructor(
    private readonly limit: number,
    private readonly onEnd: (ended: Subscription) => void,
  ) {}

  /** Delivers the event, or queues it. A full queue ends the subscription with `SlowSubscriber`. */
  push(event: LoggedEvent): void {
    if (this.isEnded) return;
    const next = this.waiting.shift();
    if (next !== undefined) next.resolve({ done: false, value: event });
    else if (this.queue.length < this.limit) this.queue.push(event);
    else this.fail(new SlowSubscriber(this.limit));
  }

  /** Ends the subscription. The pending or the next call of `next` rejects with the error. */
  fail(error: unknown): void {
    const [next] = this.waiting;
    if (next === undefined) this.failure = error;
    else {
      this.waiting.shift();
      next.reject(error);
    }
    this.end();
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.queue = [];
    for (const next of this.waiting.splice(0)) next.resolve({ done: true, value: undefined });
    this.onEnd(this);
  }

  /**
   * Whether the queue is more than half full, but being emptied: either it became so within the
   * last `WINDOW_MS`, or the subscriber took at least a twentieth of the limit in the last one to
   * two windows.
   */
  isCatchingUp(): boolean {
    if (this.queue.length <= this.limit / 2) {
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
    const isTaking = this.takenBefore + this.takenNow >= this.limit / 20;
    return isTaking || now - this.congestedSince < WINDOW_MS;
  }

  next(): Promise<Result> {
    const event = this.queue.shift();
    if (event !== undefined) {
      this.takenNow += 1;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.failure !== null) {
      const error = this.failure;
      this.failure = null;
      return Promise.reject(error);
    }
    if (this.isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
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
