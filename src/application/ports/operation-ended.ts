/** The reason of an aborted `Caller.signal`: why the operation ended before its answer. */
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
