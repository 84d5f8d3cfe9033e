import type { SharedSpending, SpendingStore } from '../../application/ports/rate-limits';

/** The pause between two exchanges. */
const PAUSE_MS = 100;
/** The same after a failure. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

export interface ShareSpendingDeps {
  readonly store: SpendingStore;
  readonly learn: (key: string, shared: SharedSpending) => Promise<void>;
  /** Called for the first of several failures. */
  readonly onError: (error: unknown) => void;
}

/**
 * Shares what this process spends with the others, in the background: no operation waits for it.
 * While the store fails, this process counts for itself.
 */
export class ShareSpending {
  private pending = new Map<string, number>();
  private running: Promise<void> | null = null;
  private isFailing = false;
  private wake: (() => void) | null = null;
  private isClosed = false;

  constructor(private readonly deps: ShareSpendingDeps) {}

  /** To be called with everything that is spent. */
  readonly note = (key: string, cost: number): void => {
    this.pending.set(key, (this.pending.get(key) ?? 0) + cost);
    if (!this.isClosed) this.running ??= this.run();
  };

  /** Waits for a running exchange. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.pending.size > 0 && !this.isClosed) {
      await this.exchange();
      await this.pause(this.isFailing ? PAUSE_AFTER_FAILURE_MS : PAUSE_MS);
    }
    this.running = null;
  }

  private async exchange(): Promise<void> {
    const spent = this.pending;
    this.pending = new Map();
    try {
      const shared = await this.deps.store.add(spent);
      this.isFailing = false;
      for (const [key, { spent: before, resetMs }] of shared) {
        // With what was spent here since it was sent.
        await this.deps.learn(key, { spent: before + (this.pending.get(key) ?? 0), resetMs });
      }
    } catch (error) {
      if (!this.isFailing && !this.isClosed) this.deps.onError(error);
      this.isFailing = true;
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
