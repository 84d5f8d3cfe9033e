/** What an operation costs, and the tighter of the limits of its caller. */
export interface OperationCost {
  readonly requested: number;
  /** The cost that is allowed in a minute. */
  readonly limit: number;
  /** What remains of it in this minute, after the operation. */
  readonly remaining: number;
  /** When the next minute begins, in seconds from now. */
  readonly resetSeconds: number;
}

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
