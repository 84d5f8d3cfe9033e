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
import type { RequestContext } from '../../graphql/context';
import { FAULT_CODES, presentError } from '../../graphql/errors';
import { LIMITS, tooLarge } from '../../graphql/operation-limits';

/** A GraphQLError of graphql-js with the code that Apollo gives its like. */
function refused(error: GraphQLError, code: string): GraphQLError {
  Object.assign(error.extensions, { code });
  return error;
}

/** An operation that came over a socket, checked as Apollo checks those over HTTP; or why it is not carried out. */
export function prepare(
  schema: GraphQLSchema,
  payload: SubscribePayload,
  contextValue: RequestContext,
): ExecutionArgs | readonly GraphQLError[] {
  try {
    return check(schema, payload, contextValue);
  } catch (error) {
    // graphql-js throws where a document nests too deep for its recursion, and in some of its own rules. It is the
    // operation that is refused, not the socket with all that runs on it.
    contextValue.logger.warn({ err: error, requestId: contextValue.requestId }, 'an operation could not be checked');
    return [refused(new GraphQLError('The operation cannot be read; write it flatter.'), 'GRAPHQL_PARSE_FAILED')];
  }
}

function check(
  schema: GraphQLSchema,
  { query, operationName, variables }: SubscribePayload,
  contextValue: RequestContext,
): ExecutionArgs | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [refused(error, 'GRAPHQL_PARSE_FAILED')];
  }
  const errors = validate(schema, document, undefined, { maxErrors: 10 });
  if (errors.length > 0) return errors.map((error) => refused(error, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    const sentence = 'operationName has to name one of the operations of the document.';
    return [refused(new GraphQLError(sentence), 'OPERATION_RESOLUTION_FAILURE')];
  }
  const oversize = tooLarge(document, operation, variables ?? {});
  if (oversize !== null) return [oversize];
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 10 });
  if (coerced.errors !== undefined) return coerced.errors.map((error) => refused(error, FAULT_CODES.badInput));
  return { schema, document, operationName, variableValues: variables, contextValue };
}

/**
 * Subscribes, and executes each event on its own: with the instant at which it is told, and with nothing remembered of
 * earlier ones. A source that fails ends its own subscription with an error and no other.
 */
export async function subscribeAfresh(
  args: ExecutionArgs,
  contextFor: () => RequestContext,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source[Symbol.asyncIterator]();
  let isOver = false;
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (isOver) return { done: true, value: undefined };
      try {
        const { done, value } = await events.next();
        if (done === true) return { done: true, value: undefined };
        return { done: false, value: await execute({ ...args, rootValue: value, contextValue: contextFor() }) };
      } catch (error) {
        isOver = true;
        await events.return?.();
        const originalError = error instanceof Error ? error : new Error(String(error));
        return { done: false, value: { errors: [new GraphQLError(originalError.message, { originalError })] } };
      }
    },
    async return() {
      isOver = true;
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

/** Errors as the caller may see them. */
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

/** What graphql-ws and graphql-js both call a result. */
interface Result {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
}

export const presentResult = (
  { data, errors }: Result,
  requestId: string,
  logger: Logger,
): FormattedExecutionResult => ({
  ...(errors === undefined ? {} : { errors: presentAll(errors, requestId, logger) }),
  ...(data === undefined ? {} : { data }),
});
