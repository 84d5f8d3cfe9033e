import type { DurationMs } from '../../domain/instant';

/** A sleep that can be cut short; of one sleeper. */
export class Sleep {
  private cut: () => void = () => undefined;

  /** Resolves after so long, or once woken. */
  async rest(ms: DurationMs): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.cut = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.cut = () => undefined;
  }

  /** Nothing where nobody sleeps. */
  wake(): void {
    this.cut();
  }
}
