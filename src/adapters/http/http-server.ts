import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Caller } from '../../application/ports/caller';
import { OperationTimedOut } from '../../application/ports/operation-ended';
import type { ContextFactory } from '../graphql/context';
import { FAULT_CODES } from '../graphql/errors';
import { RunningOperation } from '../graphql/running-operation';
import { type GraphQLExecutor, headerMap, startApollo } from './apollo';
import { answerHealth, answerReady, type HealthChecks } from './health';
import { ListenError } from './listen-error';
import { RequestError, readJson } from './request-body';
import { isAllowedHost, isSameOrigin } from './request-guard';
import { send, sendJson } from './send';
import { startPage } from './start-page';
import { createSocketServer } from './websocket/websocket';

const GRAPHQL_PATH = '/graphql';
/** How long `close` waits for running requests. */
const DRAIN_TIMEOUT_MS = 5_000;

export interface HttpSettings extends HealthChecks {
  readonly host: string;
  /** 0 picks any free port. */
  readonly port: number;
  readonly schema: GraphQLSchema;
  readonly contextFor: ContextFactory;
  /** The time limit of an operation, and of each event of a subscription. */
  readonly operationTimeoutMs: number;
  /** The caller of a request. Throws a RequestError if the request does not identify one. */
  readonly callerOf: (request: IncomingMessage) => Caller;
}

export interface HttpServer {
  /** The URL of GraphQL, for HTTP and for WebSocket. */
  readonly url: string;
  /** Refuses new requests, waits for running ones, and closes the sockets with code 1001. */
  close(): Promise<void>;
}

/**
 * Listens and serves GraphQL over HTTP and WebSocket on one path, health checks, and a page for
 * browsers.
 *
 * @throws ListenError
 */
export async function startHttpServer(settings: HttpSettings): Promise<HttpServer> {
  const { host, port, schema, logger } = settings;
  const executor = await startApollo(schema, logger);
  const sockets = createSocketServer(settings);
  // Limits how long a slow client can hold a connection.
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: 16_384,
  });
  server.on('request', (request, response) => {
    respond(settings, executor, request, response).catch((error: unknown) => fail(request, response, error, logger));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal = refusalOfUpgrade(settings, request);
    if (refusal === null) sockets.upgrade(request, socket, head);
    else socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  try {
    await listen(server, host, port);
  } catch (error) {
    await executor.close();
    throw new ListenError(host, port, error);
  }
  return {
    url: urlOf(host, (server.address() as AddressInfo).port),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
      await Promise.all([closed, sockets.close()]);
      clearTimeout(cutOff);
      await executor.close();
    },
  };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** The URL to show. An address that means all addresses of the machine is shown as localhost. */
function urlOf(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}${GRAPHQL_PATH}`;
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

function refusalOfUpgrade({ host, callerOf }: HttpSettings, request: IncomingMessage): string | null {
  if (!isAllowedHost(request, host)) return '421 Misdirected Request';
  if (pathOf(request) !== GRAPHQL_PATH) return '404 Not Found';
  if (!isSameOrigin(request)) return '403 Forbidden';
  try {
    callerOf(request);
    return null;
  } catch (error) {
    if (error instanceof RequestError) return '400 Bad Request';
    throw error;
  }
}

async function respond(
  settings: HttpSettings,
  executor: GraphQLExecutor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isAllowedHost(request, settings.host)) {
    throw new RequestError(421, 'MISDIRECTED_REQUEST', 'Address this service as localhost.');
  }
  switch (pathOf(request)) {
    case GRAPHQL_PATH:
      allow(request, response, ['GET', 'POST']);
      return isPageView(request) ? sendPage(request, response) : answerGraphQL(settings, executor, request, response);
    case '/health':
      allow(request, response, ['GET', 'HEAD']);
      return answerHealth(settings, response);
    case '/readyz':
      allow(request, response, ['GET', 'HEAD']);
      return answerReady(settings, response);
    case '/livez':
      allow(request, response, ['GET', 'HEAD']);
      return sendJson(response, 200, { status: 'alive' });
    case '/':
      allow(request, response, ['GET', 'HEAD']);
      return sendPage(request, response);
    default:
      throw new RequestError(404, 'NOT_FOUND', `There is no resource at this path; GraphQL is at ${GRAPHQL_PATH}.`);
  }
}

function allow({ method = '' }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  if (methods.includes(method)) return;
  response.setHeader('allow', methods.join(', '));
  throw new RequestError(405, 'METHOD_NOT_ALLOWED', `This path takes only ${methods.join(' and ')}.`);
}

/** Whether a browser opened the address without a query. */
const isPageView = ({ method, url, headers }: IncomingMessage): boolean =>
  method === 'GET' && url === GRAPHQL_PATH && (headers.accept ?? '').includes('text/html');

async function answerGraphQL(
  { contextFor, callerOf, operationTimeoutMs }: HttpSettings,
  executor: GraphQLExecutor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '' } = request;
  const body = method === 'POST' ? await readJson(request) : undefined;
  const requestId = randomUUID();
  response.setHeader('x-request-id', requestId);
  const operation = new RunningOperation();
  const context = contextFor(callerOf(request), requestId, operation);
  response.once('close', () => operation.abandon());
  const at = url.indexOf('?');
  const search = at < 0 ? '' : url.slice(at);
  const answer = await operation.answerWithin(operationTimeoutMs, () =>
    executor.execute({ method, headers: headerMap(request.headers), search, body }, context),
  );
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  send(response, answer.status ?? 200, null, answer.body.string);
}

function sendPage({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
  send(response, 200, 'text/html; charset=utf-8', startPage(headers.host ?? 'localhost'));
}

function knownErrorOf(error: unknown): RequestError | null {
  if (error instanceof OperationTimedOut) return new RequestError(504, FAULT_CODES.timedOut, error.message);
  return error instanceof RequestError ? error : null;
}

/** Answers a request that failed, in the shape of a GraphQL response. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  if (response.headersSent || response.destroyed || request.errored !== null) {
    response.destroy();
    return;
  }
  const requestId = String(response.getHeader('x-request-id') ?? randomUUID());
  const known = knownErrorOf(error);
  if (error instanceof OperationTimedOut) logger.warn({ requestId }, 'an operation ran longer than its time limit');
  if (known === null) logger.error({ requestId, err: error }, 'unexpected fault');
  const message =
    known?.message ?? 'An unexpected error occurred in the service. Include the requestId when you report it.';
  const isLogged = known === null || error instanceof OperationTimedOut;
  const extensions = { code: known?.code ?? FAULT_CODES.internal, ...(isLogged ? { requestId } : {}) };
  // The rest of the body is not read, so the connection cannot carry another request.
  if (!request.complete) response.setHeader('connection', 'close');
  send(response, known?.status ?? 500, 'application/json', JSON.stringify({ errors: [{ message, extensions }] }));
  request.resume();
}
