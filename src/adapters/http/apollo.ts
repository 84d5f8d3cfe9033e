import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from '../graphql/context';
import { presentError } from '../graphql/errors';
import { LIMITS, tooLarge } from '../graphql/operation-limits';

/** An HTTP request as Apollo takes it: headers in small letters, the body parsed. */
export interface GraphQLRequest {
  readonly method: string;
  readonly headers: HeaderMap;
  readonly search: string;
  readonly body: unknown;
}

export interface GraphQLExecutor {
  execute(request: GraphQLRequest, context: RequestContext): Promise<HTTPGraphQLResponse>;
  close(): Promise<void>;
}

/** What is not for HTTP, and what is too large for anything. */
const guard: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ document, operation, request }) => {
      if (operation === undefined) return;
      if (operation.operation === 'subscription') {
        throw new GraphQLError('A subscription goes over a WebSocket (graphql-transport-ws) on this path.', {
          extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
        });
      }
      const refused = tooLarge(document, operation, request.variables ?? {});
      if (refused !== null) throw refused;
    },
  }),
};

/** Apollo formats an error without its request; its id travels with the error until then. */
const requestIds = new WeakMap<object, string>();
const identify: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => {
      for (const error of errors) requestIds.set(error, contextValue.requestId);
    },
  }),
};

/** Apollo Server without what needs the internet, a cache of its own, or costs what nothing here uses. */
export async function startApollo(schema: GraphQLSchema, logger: Logger): Promise<GraphQLExecutor> {
  const apollo = new ApolloServer<RequestContext>({
    schema,
    logger,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokens, noLocation: false },
    formatError: (formatted, error) =>
      presentError(error, formatted, requestIds.get(error as object) ?? 'unknown', logger),
    plugins: [
      guard,
      identify,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  return {
    execute: (httpGraphQLRequest, context) =>
      apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context }),
    close: () => apollo.stop(),
  };
}

/** A request's headers as Apollo takes them. */
export function headerMap(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
