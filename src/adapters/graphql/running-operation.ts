import { GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { OperationCost } from '../../application/access/rate-limited';
import {
  CallerGone,
  OperationAnswered,
  type OperationEnded,
  OperationTimedOut,
  TooManyFailures,
} from '../../application/ports/operation-ended';
import type { WaitSignal } from '../../application/waiting-line';
import type { OperationEntry } from './admission';
import { FAULT_CODES } from './errors';
import { LIMITS } from './operation-limits';

/**
 * The error of the fields that fail after too many others. graphql-js takes an error with a path as
 * it is, so that each of them costs nothing more.
 */
const ONE_FOR_ALL = new GraphQLError(
  `More than ${LIMITS.failures} fields of the operation failed, so the errors of the others are left out.`,
  { path: [], extensions: { code: FAULT_CODES.tooLarge } },
);

/** Takes the place of an `AbortSignal`, which every mutation would create and hardly any uses. */
class EndSignal implements WaitSignal {
  reason: OperationEnded | null = null;
  private listeners: Set<() => void> | null = null;

  throwIfAborted(): void {
    if (this.reason !== null) throw this.reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners ??= new Set();
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners?.delete(listener);
  }

  abort(reason: OperationEnded): void {
    this.reason = reason;
    for (const listener of this.listeners ?? []) listener();
  }
}

/**
 * One execution of an operation: a request, or one event of a subscription. It can end before its
 * answer, because its time is over or its caller has gone. Then, and also after its answer, no
 * further resolver starts, and `signal` is aborted.
 *
 * A mutation that has started runs to its end, so that it is not left half-done: the signal is
 * aborted only after it. While it still waits for its turn, it has done nothing; `waitSignal`,
 * which is aborted at once, ends that wait.
 */
export class RunningOperation {
  /** How it is let in; null if nothing bounds the operations that run at once. */
  entry: OperationEntry | null = null;
  /** What it executes; null until the document is known to be valid. */
  definition: OperationDefinitionNode | null = null;
  /** What it counts for the limits of its caller; null if that is not limited, or not known yet. */
  cost: OperationCost | null = null;
  /**
   * Whether anything has asked who the caller is. Otherwise its answer is the same for all callers
   * with the same rights and the same clients.
   */
  hasReadActor = false;
  private readonly createdAt = performance.now();
  // Created when it is needed: a controller costs as much as a few fields.
  private controller: AbortController | null = null;
  private readonly ending = new EndSignal();
  private isComplete = false;
  private failures = 0;
  private firstFailure: unknown;
  private ended: OperationEnded | null = null;
  private stopped: OperationEnded | null = null;
  private timer: NodeJS.Timeout | undefined;
  private rejectAnswer: ((reason: OperationEnded) => void) | null = null;
  private isExecuting = false;
  private isAnswered = false;
  private leavePlace: (() => void) | null = null;
  /** What its mutations did, without those that were refused. */
  private readonly effects: string[] = [];
  private runningMutation: string | null = null;

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.stopped !== null) this.controller.abort(this.stopped);
    }
    return this.controller.signal;
  }

  get waitSignal(): WaitSignal {
    return this.ending;
  }

  /** Which mutations of it were carried out, as sentences; empty for none. */
  get carriedOut(): string {
    return this.effects.join(' ');
  }

  /** Whether the caller gets no other answer. A mutation can still be running. */
  get isOver(): boolean {
    return this.ended !== null;
  }

  /** Why no further resolver may start, also after the answer; null while they may. */
  get stopReason(): OperationEnded | null {
    return this.stopped;
  }

  /**
   * Keeps the place of the execution until that has ended, which can be after the answer.
   * @param leave gives the place back
   */
  keep(leave: () => void): void {
    this.leavePlace = leave;
    if (this.ended !== null && !this.isExecuting) this.leave();
  }

  /**
   * The answer of an execution. The time since the operation was created counts for its limit.
   *
   * @throws OperationEnded as soon as the operation ends before its answer
   */
  answerWithin<T>(limitMs: number, execute: () => PromiseLike<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.ended !== null) return reject(this.ended);
      this.rejectAnswer = reject;
      this.isExecuting = true;
      const leftMs = limitMs - (performance.now() - this.createdAt);
      this.timer = setTimeout(() => this.end(this.timedOut(limitMs)), leftMs);
      const finish = (): void => {
        clearTimeout(this.timer);
        this.isAnswered = true;
        this.isExecuting = false;
        this.stopIfOver();
        this.leave();
      };
      Promise.resolve(execute()).then(
        (answer) => {
          finish();
          resolve(answer);
        },
        (error: unknown) => {
          finish();
          reject(error);
        },
      );
    });
  }

  /**
   * What a field that has failed throws: its own error, or, once too many have failed, one error
   * for all others. The first error is then the answer of the operation, unless it has changed
   * something: then all that was read is answered.
   */
  failed(error: unknown): unknown {
    this.failures += 1;
    if (this.failures === 1) this.firstFailure = error;
    if (this.failures <= LIMITS.failures) return error;
    if (this.effects.length === 0 && this.runningMutation === null && !this.isAnswered) {
      this.end(new TooManyFailures(this.firstFailure));
    }
    return ONE_FOR_ALL;
  }

  /** The caller has gone. Without effect after the answer. */
  abandon(): void {
    // An error is costly to create, and every request is closed after its answer.
    if (!this.isAnswered && this.ended === null) this.end(new CallerGone());
  }

  /** Its answer has no errors, so that nothing works on after it, and nothing is to be aborted. */
  complete(): void {
    this.isComplete = true;
  }

  /**
   * Runs one mutation of the operation; not interrupted once it has started. One that fails is the
   * last: its error is the answer, because payloads are not nullable.
   *
   * @param isCarriedOut whether its answer says that it was carried out, and not refused
   */
  async runMutation<T>(
    responseName: string,
    mutate: () => PromiseLike<T> | T,
    isCarriedOut: (answer: T) => boolean,
  ): Promise<T> {
    this.runningMutation = responseName;
    try {
      const answer = await mutate();
      if (isCarriedOut(answer)) this.effects.push(`\`${responseName}\` was carried out.`);
      return answer;
    } finally {
      this.runningMutation = null;
      this.stopIfOver();
    }
  }

  private end(reason: OperationEnded): void {
    if (this.ended !== null) return;
    this.ended = reason;
    clearTimeout(this.timer);
    this.ending.abort(reason);
    this.stopIfOver();
    this.rejectAnswer?.(reason);
    if (!this.isExecuting) this.leave();
  }

  private leave(): void {
    this.leavePlace?.();
    this.leavePlace = null;
  }

  /** Stops what still works for an operation that has ended or is answered, except a mutation. */
  private stopIfOver(): void {
    if (this.runningMutation !== null || this.stopped !== null) return;
    const reason = this.ended ?? (this.isAnswered ? OperationAnswered.reason : null);
    if (reason === null) return;
    this.stopped = reason;
    if (this.ended !== null || !this.isComplete) this.controller?.abort(reason);
  }

  private timedOut(limitMs: number): OperationTimedOut {
    const limit = `The operation took longer than its time limit of ${limitMs / 1_000} seconds`;
    if (this.runningMutation === null && this.effects.length === 0) {
      return new OperationTimedOut(
        `${limit} and was cancelled. Request less at once: shorter pages, fewer fields or a narrower filter.`,
      );
    }
    const running = this.runningMutation === null ? [] : [`\`${this.runningMutation}\` may be carried out.`];
    const effects = [...this.effects, ...running].join(' ');
    return new OperationTimedOut(
      `${limit}. ${effects} No other mutation has changed anything. Repeating the request is safe with an idempotencyKey.`,
    );
  }
}
