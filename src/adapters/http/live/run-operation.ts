import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { answerTooLong, sizeIn } from '../../graphql/check-operation';
import type { OperationContext } from '../../graphql/context';
import { failureOf } from '../../graphql/errors';
import { RunningOperation } from '../../graphql/running-operation';

/** After `return`, nothing is sent under the id of the operation, which can be used again. */
const ENDED = { done: true, value: undefined } as const;

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

const operationOf = ({ contextValue }: ExecutionArgs): RunningOperation => {
  const { operation } = contextValue as OperationContext;
  if (operation === null) throw new Error('An operation of a socket can always be ended');
  return operation;
};

/** The result of an execution. An operation that ended before its answer has an error instead. */
const resultOf = (
  operation: RunningOperation,
  limitMs: number,
  run: () => PromiseLike<ExecutionResult> | ExecutionResult,
): Promise<ExecutionResult> =>
  operation.answerWithin(limitMs, run).then((result) => {
    const tooLong = answerTooLong(result.data, operation.carriedOut);
    return tooLong === null ? result : { errors: [tooLong] };
  }, errorResult);

const errorResult = (error: unknown): ExecutionResult => ({ errors: [failureOf(error)] });

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

/**
 * Subscribes, and executes the operation for each event with a new context, so that `now` is the
 * instant of delivery, each event has its own time limit, and nothing is cached between events. If
 * the source fails, only this subscription ends, with an error.
 */
export async function subscribeWithFreshContexts(
  args: ExecutionArgs,
  limitMs: number,
  contextFor: (operation: RunningOperation) => OperationContext,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  // Otherwise an error that is not GraphQL's would close the socket, with all its operations.
  const source = await createSourceEventStream(args).catch(errorResult);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  const subscription = operationOf(args);
  const allowance = { ...(args.contextValue as OperationContext).allowance };
  let delivery: RunningOperation | null = null;
  const deliver = async (running: RunningOperation, rootValue: unknown): Promise<ExecutionResult> => {
    const entering = running.entry?.enterEvent(sizeIn(allowance));
    if (entering != null) await entering;
    const contextValue = contextFor(running);
    Object.assign(contextValue.allowance, allowance);
    return execute({ ...args, rootValue, contextValue });
  };
  let hasEnded = false;
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (hasEnded) return ENDED;
      try {
        const { done, value } = await events.next();
        if (done === true || hasEnded) return ENDED;
        const running = new RunningOperation();
        running.entry = subscription.entry?.ofEvent(running) ?? null;
        delivery = running;
        const result = await resultOf(running, limitMs, () => deliver(running, value));
        return hasEnded ? ENDED : { done: false, value: result };
      } catch (error) {
        if (hasEnded) return ENDED;
        hasEnded = true;
        await events.return?.();
        return { done: false, value: errorResult(error) };
      }
    },
    async return() {
      hasEnded = true;
      subscription.abandon();
      delivery?.abandon();
      await events.return?.();
      return ENDED;
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
