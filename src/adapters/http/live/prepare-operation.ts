import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values';
import { MOST_PROBLEMS } from '../../../application/first-problems';
import type { RateLimits } from '../../../application/ports/rate-limits';
import type { OperationEntry } from '../../graphql/admission';
import { chargeDocument, chargeOperation, chargeValidation } from '../../graphql/charge-operation';
import { checkOperation, refuseSource, sizeIn } from '../../graphql/check-operation';
import type { OperationContext } from '../../graphql/context';
import type { Documents } from '../../graphql/documents';
import { FAULT_CODES, failureOf } from '../../graphql/errors';
import { refuseLargeVariables } from '../../graphql/input-limits';
import { LIMITS } from '../../graphql/operation-limits';
import { requestedText } from '../../graphql/requested-document';
import { validationErrors } from '../../graphql/validation-errors';

/** An operation as a client sends it; the types of its parts have been checked. */
export interface OperationRequest {
  readonly query?: string | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly extensions?: Record<string, unknown> | null | undefined;
  readonly documentId?: unknown;
}

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
  request: OperationRequest,
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
  { query, operationName, variables }: OperationRequest & { readonly query: string },
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
