import { type LoggedEvent, SlowSubscriber } from '../../application/ports';

type Result = IteratorResult<LoggedEvent>;

/** One subscriber's events: a bounded queue of its own, emptied by whoever iterates. */
export class Subscription implements AsyncIterableIterator<LoggedEvent> {
  private queue: LoggedEvent[] = [];
  private readonly waiting: {
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  private failure: unknown = null;
  private isEnded = false;
  private taken = 0;

  constructor(
    private readonly limit: number,
    private readonly onEnd: (ended: Subscription) => void,
  ) {}

  /** Hands the event over, or keeps it; too many kept end the subscription with `SlowSubscriber`. */
  push(event: LoggedEvent): void {
    if (this.isEnded) return;
    const next = this.waiting.shift();
    if (next !== undefined) next.resolve({ done: false, value: event });
    else if (this.queue.length < this.limit) this.queue.push(event);
    else this.fail(new SlowSubscriber(this.limit));
  }

  /** Ends it with an error, which whoever asks next is told. */
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

  /** Whether more than half of the queue is used by somebody who has taken an event since this was last asked. */
  isCatchingUp(): boolean {
    const { taken } = this;
    this.taken = 0;
    return taken > 0 && this.queue.length > this.limit / 2;
  }

  next(): Promise<Result> {
    const event = this.queue.shift();
    if (event !== undefined) {
      this.taken += 1;
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
