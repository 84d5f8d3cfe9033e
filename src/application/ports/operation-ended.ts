/** The reason of an aborted `Caller.signal`: why nothing more is done for the operation. */
export abstract class OperationEnded extends Error {}

/** The operation ran longer than its time limit. The message is for the caller. */
export class OperationTimedOut extends OperationEnded {
  override readonly name = 'OperationTimedOut';
}

/** The caller does not wait for the answer any more. */
export class CallerGone extends OperationEnded {
  override readonly name = 'CallerGone';
  constructor() {
    super('The caller closed the request before its answer.');
  }
}

/**
 * Too many fields of the operation failed. The caller gets the first of their errors: the cause.
 */
export class TooManyFailures extends OperationEnded {
  override readonly name = 'TooManyFailures';
  constructor(cause: unknown) {
    super('Too many fields of the operation failed.', { cause });
  }
}

/**
 * The answer is complete, but some fields were still being read: when one fails, GraphQL answers
 * without the others. One instance for all, because an error is costly to create.
 */
export class OperationAnswered extends OperationEnded {
  override readonly name = 'OperationAnswered';
  static readonly reason = new OperationAnswered('The operation has been answered.');
}
