import { SlowReaderError } from './client-errors';

/** The most events that wait for the reader of a subscription. */
const MAX_WAITING_EVENTS = 10_000;

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Where a subscription puts what it receives. */
export interface Sink<T> {
  event(value: T): void;
  /** Ends the stream: after the events that wait, the reader gets the error, if there is one. */
  end(error?: Error): void;
}

/**
 * The events of a subscription for `for await`. It subscribes when it is made, so that no event
 * that follows is missed, and unsubscribes when the reader leaves the loop.
 */
export class EventStream<T> implements AsyncIterableIterator<T, undefined> {
  private readonly waiting: T[] = [];
  private readonly readers: Reader<T>[] = [];
  private isOpen = true;
  private error: Error | undefined;
  private readonly stop: () => void;

  /** @param subscribe starts the subscription, and returns what ends it */
  constructor(subscribe: (sink: Sink<T>) => () => void) {
    this.stop = subscribe({ event: (value) => this.add(value), end: (error) => this.end(error) });
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.readers.push({ resolve, reject });
      this.serve();
    });
  }

  /** Ends the subscription, also while a reader waits. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.waiting.length = 0;
    if (this.isOpen) this.stop();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private add(value: T): void {
    if (!this.isOpen) return;
    this.waiting.push(value);
    this.serve();
    if (this.waiting.length <= MAX_WAITING_EVENTS) return;
    this.stop();
    this.end(new SlowReaderError(MAX_WAITING_EVENTS));
  }

  private end(error?: Error): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.error = error;
    this.serve();
  }

  private serve(): void {
    for (;;) {
      const [reader] = this.readers;
      if (reader === undefined || (this.waiting.length === 0 && this.isOpen)) return;
      this.readers.shift();
      if (this.waiting.length > 0) {
        reader.resolve({ done: false, value: this.waiting.shift() as T });
      } else if (this.error !== undefined) {
        reader.reject(this.error);
        this.error = undefined;
      } else {
        reader.resolve({ done: true, value: undefined });
      }
    }
  }
}
