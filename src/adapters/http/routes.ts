import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../application/ports/caller';
import { type Admission, OperationEntry } from '../graphql/admission';
import { RunningOperation } from '../graphql/running-operation';
import { allow } from './allow-methods';
import type { AnswerSender } from './answer-sender';
import { type GraphQLExecutor, headerMap } from './apollo';
import { addressGroup } from './client-address';
import { allowOrigin, answerPreflight, isPreflight } from './cors';
import { answerExplorerFile } from './explorer/answer-explorer-file';
import type { ExplorerFiles } from './explorer/explorer-files';
import { EXPLORER_PATH, prefersPage, sendExplorer } from './explorer/explorer-page';
import type { HealthEndpoint } from './health';
import type { MetricsEndpoint } from './metrics';
import { type BodyReceiver, RequestError, readJson } from './request-body';
import { pathAndQuery, type RequestGuard } from './request-guard';
import { firstErrorCode, type RequestLine } from './request-log';
import { sendJson } from './send';
import { signIn } from './sign-in';
import { STREAM_METHODS, STREAM_PATH, type StreamServer } from './sse/stream-server';
import { type PageFacts, sendStartPage } from './start-page';
import type { SocketSettings } from './websocket/websocket';

export const GRAPHQL_PATH = '/graphql';
/** The paths of health checks and metrics, which a load balancer may send to an IP address. */
const PROBES: readonly string[] = ['/health', '/readyz', '/livez', '/metrics'];
const LOGGED_PATHS: readonly string[] = [STREAM_PATH, ...PROBES, EXPLORER_PATH, '/'];
const GRAPHQL_METHODS = ['GET', 'POST'] as const;
const PAGE_METHODS = ['GET', 'HEAD'] as const;

export const pathOf = (request: IncomingMessage): string => pathAndQuery(request.url ?? '/').split('?', 1)[0] ?? '/';

/** Whether it is the path of a health check or of the metrics. */
export const isProbe = (path: string): boolean => PROBES.includes(path);

/**
 * The path as the log has it. Undefined for GraphQL, and for an unknown path, which can be of any
 * length, or a secret that was sent to the wrong service.
 */
export const loggedPath = (path: string): string | undefined =>
  LOGGED_PATHS.find((known) => known === path || (known === EXPLORER_PATH && path.startsWith(known)));

export const noSuchPath = (): RequestError =>
  new RequestError(404, 'NOT_FOUND', `There is no resource at this path; GraphQL is at ${GRAPHQL_PATH}.`);

/** What answers requests. */
export interface Routes {
  readonly settings: Pick<
    SocketSettings,
    'contextFor' | 'callers' | 'signIns' | 'failedSignIns' | 'operationTimeoutMs'
  >;
  readonly admission: Admission;
  readonly executor: GraphQLExecutor;
  readonly bodies: BodyReceiver;
  readonly streams: StreamServer;
  readonly answers: AnswerSender;
  readonly health: HealthEndpoint;
  readonly metrics: MetricsEndpoint;
  /** Whether clients may read the schema. */
  readonly introspection: boolean;
  /** Null if there is no explorer. */
  readonly explorer: ExplorerFiles | null;
}

/**
 * Answers a request by its path.
 *
 * @throws RequestError if it is refused; any error of what answers it
 */
export async function respond(
  routes: Routes,
  guard: RequestGuard,
  request: IncomingMessage,
  response: ServerResponse,
  line: RequestLine,
): Promise<void> {
  const path = pathOf(request);
  if (path === GRAPHQL_PATH || path === STREAM_PATH) allowOrigin(response, guard.originOf(request));
  guard.check(request, isProbe(path));
  switch (path) {
    case GRAPHQL_PATH:
      if (isPreflight(request)) return answerPreflight(response, GRAPHQL_METHODS);
      if (isPageView(request)) {
        const page = pageFacts(routes, guard, request);
        return routes.explorer === null ? sendStartPage(response, page) : sendExplorer(response, page);
      }
      allow(request, response, GRAPHQL_METHODS);
      return answerGraphQL(routes, line, request, response);
    case STREAM_PATH:
      if (isPreflight(request)) return answerPreflight(response, STREAM_METHODS);
      allow(request, response, STREAM_METHODS);
      return routes.streams.answer({ request, response, line });
    case '/health':
      allow(request, response, PAGE_METHODS);
      return routes.health.answerHealth(response, await callerOfHealthCheck(routes, request, line));
    case '/readyz':
      allow(request, response, PAGE_METHODS);
      return routes.health.answerReady(response);
    case '/metrics':
      allow(request, response, PAGE_METHODS);
      return routes.metrics.answer(response);
    case '/livez':
      allow(request, response, PAGE_METHODS);
      return sendJson(response, 200, { status: 'alive' });
    case '/':
      allow(request, response, PAGE_METHODS);
      return sendStartPage(response, pageFacts(routes, guard, request));
    default:
      if (routes.explorer === null || !path.startsWith(EXPLORER_PATH)) throw noSuchPath();
      allow(request, response, PAGE_METHODS);
      return answerExplorerFile(routes.explorer, path, request, response, routes.answers, guard);
  }
}

const pageFacts = ({ admission, introspection }: Routes, guard: RequestGuard, request: IncomingMessage): PageFacts => ({
  address: guard.ownAddress(request),
  introspection,
  isTrustedOnly: admission.documents.trusted !== null,
});

/** Who asks for the health; null if the request needs a credential to say so, and has none. */
async function callerOfHealthCheck(
  { settings }: Routes,
  request: IncomingMessage,
  { address }: RequestLine,
): Promise<Caller | null> {
  const { callers } = settings;
  if (callers.isRequired && callers.credentialOf(request) === null) return null;
  return (await signIn(settings, request, address)).identity.caller;
}

/** Whether a browser opened the address without a query. */
const isPageView = ({ method = '', url, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && pathAndQuery(url ?? '') === GRAPHQL_PATH && prefersPage(headers.accept);

async function answerGraphQL(
  { settings, admission, executor, bodies, answers }: Routes,
  line: RequestLine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { contextFor, operationTimeoutMs } = settings;
  const { method = 'GET', url = '' } = request;
  const { address, requestId } = line;
  // Before the body, so that the service reads it only of callers with a credential.
  const signingIn = signIn(settings, request, address);
  const { identity } = signingIn instanceof Promise ? await signingIn : signingIn;
  const { caller, credential } = identity;
  line.caller = caller.actor.id;
  line.credential = credential;
  const { body, bytes } =
    method === 'POST' ? await readJson(request, bodies, address) : { body: undefined, bytes: url.length };
  const operation = new RunningOperation();
  line.running = operation;
  operation.entry = new OperationEntry(admission, operation, addressGroup(address), bytes);
  response.once('close', () => operation.abandon());
  const at = url.indexOf('?');
  const search = at < 0 ? '' : url.slice(at);
  const answer = await operation.answerWithin(operationTimeoutMs, () =>
    executor.execute({ method, headers: headerMap(request.headers), search, body }, requestId, operation, () =>
      contextFor(caller, requestId, operation),
    ),
  );
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
  line.code = firstErrorCode(answer.body.string);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  answers.send(response, answer.status ?? 200, answer.body.string, address, operation.carriedOut);
}
