import type { OperationCost } from '../ports/rate-limits';

/** A rate limit does not allow what was requested. Nothing was done. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
  constructor(
    sentence: string,
    /** After so long, the same request can be sent again. At least 1. */
    readonly retryAfterSeconds: number,
    /** Null if it is not a limit of cost. */
    readonly cost: OperationCost | null = null,
  ) {
    super(`${sentence} Try again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}.`);
  }
}
