import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { answerTooLong } from '../../graphql/check-operation';
import type { OperationContext } from '../../graphql/context';
import { failureOf } from '../../graphql/errors';
import type { RunningOperation } from '../../graphql/running-operation';

/** After `return`, nothing is sent under the id of the operation, which can be used again. */
export const ENDED = { done: true, value: undefined } as const;

/** Abandons an operation that has no result yet when its sequence is left. */
export function abandonedByReturn(operation: RunningOperation): AsyncGenerator<never> {
  const sequence: AsyncIterableIterator<never> = {
    next: async () => ENDED,
    return: async () => {
      operation.abandon();
      return ENDED;
    },
    [Symbol.asyncIterator]: () => sequence,
  };
  return sequence as AsyncGenerator<never>;
}

export const operationOf = ({ contextValue }: ExecutionArgs): RunningOperation => {
  const { operation } = contextValue as OperationContext;
  if (operation === null) throw new Error('An operation of a socket can always be ended');
  return operation;
};

/** The result of an execution. An operation that ended before its answer has an error instead. */
export const resultOf = (
  operation: RunningOperation,
  limitMs: number,
  run: () => PromiseLike<ExecutionResult> | ExecutionResult,
): Promise<ExecutionResult> =>
  operation.answerWithin(limitMs, run).then((result) => {
    const tooLong = answerTooLong(result.data, operation.carriedOut);
    return tooLong === null ? result : { errors: [tooLong] };
  }, errorResult);

export const errorResult = (error: unknown): ExecutionResult => ({ errors: [failureOf(error)] });

/**
 * Executes a query or a mutation. The only result is a sequence of one, because graphql-ws calls
 * `return` of a sequence when the client completes the operation or the socket closes.
 */
export function executeUntilCompleted(args: ExecutionArgs, limitMs: number): AsyncIterableIterator<ExecutionResult> {
  const operation = operationOf(args);
  let isFirst = true;
  let hasEnded = false;
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (!isFirst) return ENDED;
      isFirst = false;
      const value = await resultOf(operation, limitMs, () => execute(args));
      return hasEnded ? ENDED : { done: false, value };
    },
    async return() {
      hasEnded = true;
      operation.abandon();
      return ENDED;
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
