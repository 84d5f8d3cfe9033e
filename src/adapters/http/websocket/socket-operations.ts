import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import type { SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { answerTooLong, checkOperation, nestedTooDeeply } from '../../graphql/check-operation';
import type { OperationContext } from '../../graphql/context';
import { FAULT_CODES, presentError } from '../../graphql/errors';
import { LIMITS } from '../../graphql/operation-limits';
import { RunningOperation } from '../../graphql/running-operation';

/** Sets the code that Apollo sets for the same error. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  Object.assign(error.extensions, { code });
  return error;
}

/**
 * Checks an operation as Apollo does over HTTP. Returns its arguments, or the errors if it is
 * refused.
 */
export function prepareOperation(
  schema: GraphQLSchema,
  payload: SubscribePayload,
  contextValue: OperationContext,
): ExecutionArgs | readonly GraphQLError[] {
  try {
    return check(schema, payload, contextValue);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    // graphql-js throws on documents that are too deep for its recursion, and in some of its rules.
    // Only this operation is refused; the socket stays open.
    contextValue.logger.warn({ err: error, requestId: contextValue.requestId }, 'an operation could not be checked');
    return [withCode(new GraphQLError('The operation cannot be checked; reduce its nesting.'), 'GRAPHQL_PARSE_FAILED')];
  }
}

function check(
  schema: GraphQLSchema,
  { query, operationName, variables }: SubscribePayload,
  contextValue: OperationContext,
): ExecutionArgs | readonly GraphQLError[] {
  const nested = nestedTooDeeply(query);
  if (nested !== null) return [nested];
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
  }
  const errors = validate(schema, document, undefined, { maxErrors: 10 });
  if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    const sentence = 'operationName must name an operation of the document.';
    return [withCode(new GraphQLError(sentence), 'OPERATION_RESOLUTION_FAILURE')];
  }
  const allowance = checkOperation(schema, document, operation, variables ?? {});
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 10 });
  if (coerced.errors !== undefined) return coerced.errors.map((error) => withCode(error, FAULT_CODES.badInput));
  if (allowance !== null) Object.assign(contextValue.allowance, allowance);
  return { schema, document, operationName, variableValues: variables, contextValue };
}

const operationOf = ({ contextValue }: ExecutionArgs): RunningOperation => {
  const { operation } = contextValue as OperationContext;
  if (operation === null) throw new Error('An operation of a socket can always be ended');
  return operation;
};

/** The result of an execution. An operation that ended before its answer has an error instead. */
const resultOf = (args: ExecutionArgs, limitMs: number): Promise<ExecutionResult> =>
  operationOf(args)
    .answerWithin(limitMs, () => execute(args))
    .then((result) => {
      const tooLong = answerTooLong(result.data);
      return tooLong === null ? result : { errors: [tooLong] };
    }, errorResult);

function errorResult(error: unknown): ExecutionResult {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return { errors: [new GraphQLError(originalError.message, { originalError })] };
}

/**
 * Executes a query or a mutation. The only result is a sequence of one, because graphql-ws calls
 * `return` of a sequence when the client completes the operation or the socket closes.
 */
export function executeUntilCompleted(args: ExecutionArgs, limitMs: number): AsyncIterableIterator<ExecutionResult> {
  const operation = operationOf(args);
  let isFirst = true;
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (!isFirst) return { done: true, value: undefined };
      isFirst = false;
      return { done: false, value: await resultOf(args, limitMs) };
    },
    async return() {
      operation.abandon();
      return { done: true, value: undefined };
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
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  const subscription = operationOf(args);
  const allowance = { ...(args.contextValue as OperationContext).allowance };
  let delivery: RunningOperation | null = null;
  let hasEnded = false;
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (hasEnded) return { done: true, value: undefined };
      try {
        const { done, value } = await events.next();
        if (done === true || hasEnded) return { done: true, value: undefined };
        delivery = new RunningOperation();
        const contextValue = contextFor(delivery);
        Object.assign(contextValue.allowance, allowance);
        return { done: false, value: await resultOf({ ...args, rootValue: value, contextValue }, limitMs) };
      } catch (error) {
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
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

/** Formats errors for the caller; internal details are removed. */
export const presentAll = (
  errors: readonly GraphQLError[],
  requestId: string,
  logger: Logger,
): GraphQLFormattedError[] =>
  errors.map((error) => {
    const { http: _http, ...extensions } = error.extensions ?? {};
    const { message, locations, path } = error.toJSON();
    const formatted = {
      message,
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions,
    };
    return presentError(error, formatted, requestId, logger);
  });

/** The common shape of the results of graphql-ws and graphql-js. */
interface OperationResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
}

export const presentResult = (
  { data, errors }: OperationResult,
  requestId: string,
  logger: Logger,
): FormattedExecutionResult => ({
  ...(errors === undefined ? {} : { errors: presentAll(errors, requestId, logger) }),
  ...(data === undefined ? {} : { data }),
});
