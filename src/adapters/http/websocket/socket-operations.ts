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
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import type { SubscribePayload } from 'graphql-ws';
import { MOST_PROBLEMS } from '../../../application/first-problems';
import type { RateLimits } from '../../../application/ports/rate-limits';
import type { OperationEntry } from '../../graphql/admission';
import { chargeDocument, chargeOperation, chargeValidation } from '../../graphql/charge-operation';
import { answerTooLong, checkOperation, refuseSource, sizeIn } from '../../graphql/check-operation';
import type { OperationContext } from '../../graphql/context';
import type { Documents } from '../../graphql/documents';
import { FAULT_CODES, failureOf, type Presentation, presentError, withCarriedOut } from '../../graphql/errors';
import { refuseLargeVariables } from '../../graphql/input-limits';
import { LIMITS } from '../../graphql/operation-limits';
import { requestedText } from '../../graphql/requested-document';
import { RunningOperation } from '../../graphql/running-operation';
import { validationErrors } from '../../graphql/validation-errors';

/** Sets the code that Apollo sets for the same error. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  Object.assign(error.extensions, { code });
  return error;
}

/** A schema, whether clients may read it, and how much they may use it. */
interface ServedSchema {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly rateLimits: RateLimits | null;
}

/**
 * Checks an operation as Apollo does over HTTP, and waits until it may be executed. Returns its
 * arguments, or the errors if it is refused.
 *
 * @param contextOf makes its context when it may be parsed
 */
export async function prepareOperation(
  schema: ServedSchema,
  request: SubscribePayload,
  entry: OperationEntry,
  documents: Documents,
  contextOf: () => OperationContext,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { rateLimits } = schema;
  try {
    const query = requestedText(request, documents.trusted);
    if (query instanceof GraphQLError) return [query];
    const payload = { ...request, query };
    const refused = refuseSource(query) ?? refuseLargeVariables(payload.variables);
    if (refused !== null) return [refused];
    const waiting = entry.arrive(query);
    if (waiting !== null) await waiting;
    const contextValue = contextOf();
    const isCharged = rateLimits !== null && !documents.has(query);
    if (isCharged) await chargeDocument(rateLimits, contextValue, query);
    const began = performance.now();
    const checked = check(schema, payload, documents, contextValue);
    if (isCharged) await chargeValidation(rateLimits, contextValue, performance.now() - began);
    if (!('operation' in checked)) return checked;
    const { args, operation } = checked;
    const size = sizeIn(contextValue.allowance);
    if (rateLimits !== null) await chargeOperation(rateLimits, contextValue, size);
    // A subscription takes a place only for each of its events.
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      const entering = entry.enter(args.document, operation.operation, size);
      if (entering !== null) await entering;
    }
    return args;
  } catch (error) {
    return [failureOf(error)];
  }
}

interface Checked {
  readonly args: ExecutionArgs;
  readonly operation: OperationDefinitionNode;
  readonly contextValue: OperationContext;
}

function check(
  served: ServedSchema,
  { query, operationName, variables }: SubscribePayload,
  documents: Documents,
  contextValue: OperationContext,
): Checked | readonly GraphQLError[] {
  const { schema } = served;
  const parsed = parsedOf(served, query, documents, contextValue);
  if (!('kind' in parsed)) return parsed;
  const operation = getOperationAST(parsed, operationName);
  if (operation == null) {
    const sentence = 'operationName must name an operation of the document.';
    return [withCode(new GraphQLError(sentence), 'OPERATION_RESOLUTION_FAILURE')];
  }
  if (contextValue.operation !== null) contextValue.operation.definition = operation;
  const allowance = checkOperation(schema, parsed, operation, variables ?? {});
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, {
    maxErrors: MOST_PROBLEMS,
  });
  if (coerced.errors !== undefined) return coerced.errors.map((error) => withCode(error, FAULT_CODES.badInput));
  if (allowance !== null) Object.assign(contextValue.allowance, allowance);
  const args = { schema, document: parsed, operationName, variableValues: variables, contextValue };
  return { args, operation, contextValue };
}

/** The valid document of a text; the errors if it has any. */
function parsedOf(
  { schema, introspection }: ServedSchema,
  query: string,
  documents: Documents,
  { logger, requestId }: OperationContext,
): DocumentNode | readonly GraphQLError[] {
  const known = documents.get(query);
  if (known !== undefined) return known;
  try {
    const document = parse(query, { maxTokens: LIMITS.tokens });
    const errors = validationErrors(schema, introspection, document);
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    documents.set(query, document);
    return document;
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    // graphql-js throws on documents that are too deep for its recursion, and in some of its rules.
    // Only this operation is refused; the socket stays open.
    logger.warn({ err: error, requestId }, 'an operation could not be checked');
    return [withCode(new GraphQLError('The operation cannot be checked; reduce its nesting.'), 'GRAPHQL_PARSE_FAILED')];
  }
}

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

/** Formats errors for the caller; internal details are removed. */
export const presentAll = (
  errors: readonly GraphQLError[],
  requestId: string,
  presentation: Presentation,
): GraphQLFormattedError[] => errors.map((error) => presentError(error, error.toJSON(), requestId, presentation));

/** The common shape of the results of graphql-ws and graphql-js. */
interface OperationResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
}

export const presentResult = (
  { data, errors }: OperationResult,
  requestId: string,
  operation: RunningOperation | null,
  presentation: Presentation,
): FormattedExecutionResult => ({
  ...(errors === undefined
    ? {}
    : { errors: withCarriedOut(data, presentAll(errors, requestId, presentation), operation?.carriedOut ?? '') }),
  ...(data === undefined ? {} : { data }),
  ...(operation == null || operation.cost === null ? {} : { extensions: { cost: operation.cost } }),
});
