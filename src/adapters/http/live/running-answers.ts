/** How long queries and mutations may run when the service stops. */
const ANSWERS_TIMEOUT_MS = 4_000;

/** The queries and mutations of all sockets and streams that wait or run. */
export class RunningAnswers {
  private count = 0;
  private waiting: (() => void)[] = [];

  /** Counts what is done until it has ended and its result is sent. */
  async until<T>(done: Promise<T>): Promise<T> {
    this.count += 1;
    try {
      return await done;
    } finally {
      // Its next step begins, or its result is sent, some turns of the promise queue later.
      setImmediate(() => this.end());
    }
  }

  /** Counts the steps of an operation. */
  untilEach<T>(results: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
    const counted: AsyncIterableIterator<T> = {
      next: () => this.until(results.next()),
      return: (value) => results.return?.(value) ?? Promise.resolve({ done: true, value }),
      [Symbol.asyncIterator]: () => counted,
    };
    return counted;
  }

  /** Resolves when none waits or runs, or after the longest time for that. */
  async ended(): Promise<void> {
    if (this.count === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWERS_TIMEOUT_MS);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private end(): void {
    this.count -= 1;
    if (this.count > 0) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
