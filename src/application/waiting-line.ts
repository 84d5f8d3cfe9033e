/** Why one may not wait, or not any longer. */
export type LineRefusal = 'FULL' | 'WAITED_TOO_LONG';

export interface LineLimits {
  /** The number that may be inside at a time. */
  readonly places: number;
  /** The number that may wait; no limit by default. */
  readonly maxWaiting?: number;
  /** The longest wait, in milliseconds; no limit by default. */
  readonly maxWaitMs?: number;
  /** The error for one that may not wait. */
  readonly refuse?: (reason: LineRefusal) => Error;
}

/** What ends a wait: the part of an `AbortSignal` that a line uses. */
export interface WaitSignal {
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

interface Waiting {
  readonly enter: () => void;
}

/**
 * Lets a limited number in at a time; the others wait, and enter in the order in which they came.
 * Each one that has entered must leave.
 */
export class WaitingLine {
  private inside = 0;
  /** A Set keeps the order, and one that gives up is removed without a search. */
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly limits: LineLimits) {}

  /** Whether no one is inside, and so no one waits. */
  get isEmpty(): boolean {
    return this.inside === 0;
  }

  /** How many wait. */
  get length(): number {
    return this.waiting.size;
  }

  /**
   * Resolves when the caller has entered. Null if it has entered at once.
   *
   * @param signal ends the waiting; the promise is rejected with its reason
   * @param maxWaitMs the longest wait of this one, in milliseconds; that of the line by default
   * @throws the error of `refuse`, and the reason of the signal
   */
  enter(signal?: WaitSignal, maxWaitMs: number | undefined = this.limits.maxWaitMs): Promise<void> | null {
    signal?.throwIfAborted();
    const { places, maxWaiting = Number.POSITIVE_INFINITY } = this.limits;
    if (this.inside < places) {
      this.inside += 1;
      return null;
    }
    if (this.waiting.size >= maxWaiting) throw this.refusal('FULL');
    return this.wait(signal, maxWaitMs);
  }

  leave(): void {
    const [next] = this.waiting;
    // The place goes to the next in line, so that a newcomer cannot take it first.
    if (next === undefined) this.inside -= 1;
    else next.enter();
  }

  private wait(signal: WaitSignal | undefined, maxWaitMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        this.waiting.delete(one);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        end();
        reject(signal?.reason);
      };
      const one: Waiting = {
        enter: () => {
          end();
          resolve();
        },
      };
      this.waiting.add(one);
      if (maxWaitMs !== undefined) {
        timer = setTimeout(() => {
          end();
          reject(this.refusal('WAITED_TOO_LONG'));
        }, maxWaitMs);
      }
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  private refusal(reason: LineRefusal): Error {
    return this.limits.refuse?.(reason) ?? new Error(`The line is ${reason}`);
  }
}
