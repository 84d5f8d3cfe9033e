import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestListener,
  type GraphQLResponse,
  HeaderMap,
  type HTTPGraphQLHead,
  type HTTPGraphQLResponse,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { OperationCost } from '../../application/access/rate-limited';
import { MOST_PROBLEMS } from '../../application/first-problems';
import type { RateLimits } from '../../application/ports/rate-limits';
import { chargeDocument, chargeOperation, chargeValidation } from '../graphql/charge-operation';
import { answerTooLong, checkOperation, refuseSource, sizeIn } from '../graphql/check-operation';
import type { OperationContext } from '../graphql/context';
import type { Documents } from '../graphql/documents';
import { FAULT_CODES, type Presentation, presentError, withCarriedOut } from '../graphql/errors';
import { refuseLargeVariables } from '../graphql/input-limits';
import { ownRules } from '../graphql/introspection';
import { LIMITS } from '../graphql/operation-limits';
import { type DocumentReference, requestedText } from '../graphql/requested-document';
import type { RunningOperation } from '../graphql/running-operation';
import { skippedSubscriptionIn } from '../graphql/skipped-subscription';
import type { TrustedDocuments } from '../graphql/trusted-documents';
import { isUnavailable } from '../graphql/unavailability';
import { costHeaders } from './cost-headers';
import { RequestError } from './request-body';

/** An HTTP request in the form that Apollo takes: lower-case header names, a parsed body. */
export interface GraphQLRequest {
  readonly method: string;
  readonly headers: HeaderMap;
  readonly search: string;
  readonly body: unknown;
}

export interface GraphQLExecutor {
  /** @param contextOf makes the context when the operation may be parsed */
  execute(
    request: GraphQLRequest,
    requestId: string,
    operation: RunningOperation,
    contextOf: () => OperationContext,
  ): Promise<HTTPGraphQLResponse>;
  close(): Promise<void>;
}

/** `formatError` does not receive the request, so the id of the request is kept by the error. */
const requestIds = new WeakMap<object, string>();
/**
 * Stands for that id in an error for a request from which Apollo reads no operation, until the
 * answer is there. No such id has this form.
 */
const ID_TO_COME = '{requestId}';

/**
 * Refuses subscriptions over HTTP, and operations that exceed the limits. One plugin for all steps
 * of a request, because Apollo calls each plugin several times per request.
 */
const requestPlugin = (
  documents: Documents,
  presentation: Presentation,
  limits: RateLimits | null,
): ApolloServerPlugin<OperationContext> => {
  const listener: GraphQLRequestListener<OperationContext> = {
    validationDidStart: async ({ contextValue }) => {
      if (limits === null) return;
      const began = performance.now();
      return () => chargeValidation(limits, contextValue, performance.now() - began);
    },
    didResolveOperation: async ({ source, schema, document, operation, request, contextValue }) => {
      if (operation === undefined) return;
      if (contextValue.operation !== null) contextValue.operation.definition = operation;
      if (!documents.has(source)) documents.set(source, document);
      if (operation.operation === 'subscription') {
        throw new GraphQLError(
          'Send subscriptions over a WebSocket (graphql-transport-ws) on this path, or to /graphql/stream for server-sent events.',
          {
            extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
          },
        );
      }
      const allowance = checkOperation(schema, document, operation, request.variables ?? {});
      if (allowance === null) return;
      Object.assign(contextValue.allowance, allowance);
      if (limits !== null) await chargeOperation(limits, contextValue, sizeIn(allowance));
      const waiting = contextValue.operation?.entry?.enter(document, operation.operation, sizeIn(allowance));
      if (waiting != null) await waiting;
    },
    didEncounterErrors: async ({ errors, contextValue }) => {
      for (const error of errors) requestIds.set(error, contextValue.requestId);
    },
    willSendResponse: async ({ response, contextValue }) => {
      if (response.body.kind !== 'single') return;
      const { data, errors } = response.body.singleResult;
      if (errors === undefined) contextValue.operation?.complete();
      const carriedOut = contextValue.operation?.carriedOut ?? '';
      const tooLong = answerTooLong(data, carriedOut);
      if (tooLong !== null) {
        response.body.singleResult = {
          errors: [presentError(tooLong, tooLong.toJSON(), contextValue.requestId, presentation)],
        };
        response.http.status = 400;
      } else if (errors !== undefined) {
        const named = withCarriedOut(data, errors, carriedOut);
        response.body.singleResult = { ...response.body.singleResult, errors: named };
        if (isUnavailable(data, named)) sayUnavailable(response.http, named);
      }
      const cost = contextValue.operation?.cost ?? null;
      if (cost !== null) sayCost(response, cost);
    },
  };
  return { requestDidStart: async () => listener };
};

/**
 * Answers 503 if the whole answer failed because the service is unavailable, so that a load
 * balancer sees it. A request whose outcome is unknown gets no `Retry-After`.
 */
function sayUnavailable(http: HTTPGraphQLHead, errors: readonly GraphQLFormattedError[]): void {
  http.status = 503;
  if (errors.every(({ extensions }) => extensions?.retryable === true)) http.headers.set('retry-after', '1');
}

/** Says in the answer what the operation costs, and in its headers what remains of the limit. */
function sayCost({ http, body }: GraphQLResponse, cost: OperationCost): void {
  for (const [name, value] of costHeaders(cost)) http.headers.set(name, value);
  if (body.kind !== 'single') return;
  const { errors, extensions } = body.singleResult;
  body.singleResult = { ...body.singleResult, extensions: { ...extensions, cost } };
  if (errors?.[0]?.extensions?.code !== FAULT_CODES.rateLimited) return;
  http.status = 429;
  http.headers.set('retry-after', `${cost.resetSeconds}`);
}

/**
 * Starts Apollo Server without the features that need the internet or a cache, and without those
 * that cost time and are not used here.
 */
export async function startApollo(
  schema: GraphQLSchema,
  documents: Documents,
  presentation: Presentation,
  limits: RateLimits | null,
): Promise<GraphQLExecutor> {
  const apollo = new ApolloServer<OperationContext>({
    schema,
    logger: presentation.logger,
    // Decided by a rule of ours, as over a WebSocket.
    introspection: true,
    validationRules: [...ownRules(presentation.introspection)],
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    ...(documents.trusted === null ? {} : { documentStore: storeOf(documents.trusted) }),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    validationOptions: { maxErrors: MOST_PROBLEMS },
    parseOptions: { maxTokens: LIMITS.tokens, noLocation: false },
    formatError: (formatted, error) =>
      presentError(error, formatted, requestIds.get(error as object) ?? ID_TO_COME, presentation),
    plugins: [
      requestPlugin(documents, presentation, limits),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  return {
    execute: async (request, requestId, { entry }, contextOf) => {
      const source = requestedText(referenceIn(request), documents.trusted);
      if (source instanceof GraphQLError) throw refusalOf(source);
      const httpGraphQLRequest = documents.trusted === null ? request : withText(request, source);
      const { variables } = (httpGraphQLRequest.body ?? {}) as { readonly variables?: unknown };
      const refused = refuseSource(source) ?? refuseLargeVariables(variables);
      if (refused !== null) throw refusalOf(refused);
      const waiting = entry?.arrive(source);
      if (waiting != null) await waiting;
      const context = contextOf();
      if (!documents.has(source)) {
        if (limits !== null && source !== '') await chargeDocument(limits, context, source);
        const skipped = skippedSubscriptionIn(source);
        if (skipped !== null) throw new RequestError(400, 'GRAPHQL_VALIDATION_FAILED', skipped.message);
      }
      const answer = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
      const { body } = answer;
      if (body.kind !== 'complete' || (answer.status ?? 200) < 400) return answer;
      return { ...answer, body: { ...body, string: body.string.replaceAll(ID_TO_COME, requestId) } };
    },
    close: () => apollo.stop(),
  };
}

/** What a request says of its document: by GET in its URL, where the extensions are JSON. */
function referenceIn({ body, search }: GraphQLRequest): DocumentReference {
  if (body !== undefined) return Object(body);
  const parameters = new URLSearchParams(search);
  const [query, documentId, extensions] = ['query', 'documentId', 'extensions'].map((name) => parameters.get(name));
  return { query, documentId, extensions: extensions == null ? null : parsedJson(extensions) };
}

/** Null if it is not JSON, which Apollo refuses. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The request with the text of its document instead of an id. */
function withText(request: GraphQLRequest, query: string): GraphQLRequest {
  const { body, search } = request;
  if (body !== undefined) return { ...request, body: { ...Object(body), query, extensions: null } };
  const parameters = new URLSearchParams(search);
  parameters.set('query', query);
  parameters.delete('extensions');
  return { ...request, search: `?${parameters}` };
}

const refusalOf = ({ message, extensions }: GraphQLError): RequestError => {
  const { code, http } = extensions as { readonly code: string; readonly http: { readonly status: number } };
  return new RequestError(http.status, code, message);
};

/** Trusted documents as Apollo looks up parsed ones: by a key that ends with their SHA-256. */
const storeOf = ({ texts, parsed }: TrustedDocuments) => ({
  get: async (key: string) => parsed.get(texts.get(key.slice(-SHA256_DIGITS)) ?? ''),
  set: async () => undefined,
  delete: async () => undefined,
});

const SHA256_DIGITS = 64;

/** The headers of a request in the form that Apollo takes. */
export function headerMap(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
