import type { DurationMs } from '../../domain/instant';

/** An interruptible sleep for a single sleeper. */
export class Sleep {
  private interrupt: () => void = () => undefined;

  /** Resolves after `ms` milliseconds, or earlier when `wake` is called. */
  async rest(ms: DurationMs): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.interrupt = () => undefined;
  }

  /** Ends the current sleep. Does nothing if there is none. */
  wake(): void {
    this.interrupt();
  }
}
