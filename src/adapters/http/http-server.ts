import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Admission, type AdmissionSettings, OperationEntry } from '../graphql/admission';
import { RunningOperation } from '../graphql/running-operation';
import { allow } from './allow-methods';
import { AnswerSender } from './answer-sender';
import { type GraphQLExecutor, headerMap, startApollo } from './apollo';
import { addressGroup, clientAddresses } from './client-address';
import { Connections } from './connection-limits';
import { allowOrigin, answerPreflight, isPreflight } from './cors';
import { answerExplorerFile } from './explorer/answer-explorer-file';
import { ExplorerFiles } from './explorer/explorer-files';
import { EXPLORER_PATH, prefersPage, sendExplorer } from './explorer/explorer-page';
import { errorBody, fail } from './failed-request';
import { answerHealth, answerReady, type HealthChecks } from './health';
import { listen } from './listen';
import { Pipeline } from './pipeline';
import { BodyReceiver, RequestError, readJson } from './request-body';
import { createRequestGuard, type GuardSettings, pathAndQuery, type RequestGuard } from './request-guard';
import { firstErrorCode, followRequest, RequestLine, requestIdOf } from './request-log';
import { sendJson } from './send';
import { sendStartPage } from './start-page';
import { createSocketServer, type SocketSettings } from './websocket/websocket';

const GRAPHQL_PATH = '/graphql';
/** How long `close` waits for running requests. */
const DRAIN_TIMEOUT_MS = 5_000;

/** Connections beyond those of the sockets, for requests. */
const MAX_REQUEST_CONNECTIONS = { inAll: 1_000, perAddress: 500 } as const;
/**
 * How long an idle connection is kept. Longer than the minute for which load balancers keep one:
 * they would send a request over a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 75_000;
/** A connection on which nothing moves is cut off so long after the time limit of an operation. */
const IDLE_MARGIN_MS = 30_000;
/** The paths of health checks, which a load balancer may send to an IP address. */
const PROBES: readonly string[] = ['/health', '/readyz', '/livez'];
const PATHS: readonly string[] = [...PROBES, EXPLORER_PATH, '/'];
const GRAPHQL_METHODS = ['GET', 'POST'] as const;
const PAGE_METHODS = ['GET', 'HEAD'] as const;

export interface HttpSettings extends HealthChecks, GuardSettings, SocketSettings, AdmissionSettings {
  /** 0 picks any free port. */
  readonly port: number;
  /** The folder of the queries that the explorer shows; null if there is no explorer. */
  readonly explorerQueries: string | null;
}

export interface HttpServer {
  /** The URL of GraphQL, for HTTP and for WebSocket. */
  readonly url: string;
  /** Refuses new requests, waits for running ones, and closes the sockets with code 1001. */
  close(): Promise<void>;
}

/**
 * Listens and serves GraphQL over HTTP and WebSocket on one path, its explorer for browsers, health
 * checks, and a page that says what this is.
 *
 * @throws ListenError
 */
export async function startHttpServer(settings: HttpSettings): Promise<HttpServer> {
  const { host, port, schema, logger } = settings;
  const admission = new Admission(settings);
  const executor = await startApollo(schema, admission.documents, logger);
  const sockets = createSocketServer(settings, admission);
  const pipeline = new Pipeline();
  const endpoint: Endpoint = {
    settings,
    admission,
    executor,
    bodies: new BodyReceiver(),
    answers: new AnswerSender(),
    explorer: settings.explorerQueries === null ? null : new ExplorerFiles(settings.explorerQueries),
  };
  // The port is known once the server listens; no request arrives before.
  let guard = createRequestGuard(settings, port);
  // Limits how long a slow client can hold a connection.
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: 16_384,
  });
  server.timeout = settings.operationTimeoutMs + IDLE_MARGIN_MS;
  const connections = new Connections(
    {
      inAll: settings.maxSockets + MAX_REQUEST_CONNECTIONS.inAll,
      perAddress: settings.maxSocketsPerAddress + MAX_REQUEST_CONNECTIONS.perAddress,
    },
    clientAddresses(settings.trustProxy),
  );
  server.on('connection', (socket) => connections.add(socket));
  const requestLogger = logger.isLevelEnabled('info') ? logger : null;
  const lineOf = (request: IncomingMessage, response: ServerResponse): RequestLine => {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    const path = pathOf(request);
    return followRequest(requestLogger, response, {
      requestId,
      address: guard.addresses.of(request),
      // Another path can be of any length, or a secret that was sent to the wrong service.
      path: PATHS.find((known) => known === path || (known === EXPLORER_PATH && path.startsWith(known))),
      isProbe: PROBES.includes(path),
    });
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, line: RequestLine): Promise<void> => {
    connections.begin(request, response);
    const turn = pipeline.turnOf(request, response);
    if (turn !== null) await turn;
    // A client that has gone gets nothing done that had not begun.
    if (request.socket.destroyed) return;
    await respond(endpoint, guard, request, response, line);
  };
  server.on('request', (request, response) => {
    const line = lineOf(request, response);
    answer(request, response, line).catch((error: unknown) => {
      line.code = fail(request, response, error, line.requestId, logger);
    });
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // This server speaks TCP, so that the stream is a socket.
    const socket = stream as Socket;
    socket.on('error', () => socket.destroy());
    const refusal = refusalOfUpgrade(settings, guard, request);
    const address = guard.addresses.of(request);
    if (refusal === null) {
      connections.upgrade(socket);
      return sockets.upgrade(request, socket, head, address);
    }
    const { status, code, message } = refusal;
    const requestId = requestIdOf(request);
    const body = JSON.stringify(errorBody(message, { code, requestId }));
    const line = new RequestLine(requestLogger, requestId, address, 'websocket');
    Object.assign(line, { code, bytes: Buffer.byteLength(body) }).end({ status });
    const start = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\nx-request-id: ${requestId}\r\n`;
    socket.end(`${start}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    // The client may leave its half of the connection open.
    socket.destroySoon();
  });
  try {
    await listen(server, host, port);
  } catch (error) {
    await executor.close();
    throw error;
  }
  const listening = (server.address() as AddressInfo).port;
  guard = createRequestGuard(settings, listening);
  return {
    url: serviceUrl(host, listening),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
      await Promise.all([closed, sockets.close()]);
      clearTimeout(cutOff);
      await executor.close();
    },
  };
}

/** The URL of GraphQL. An address that means all addresses of the machine is shown as localhost. */
export function serviceUrl(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}${GRAPHQL_PATH}`;
}

const pathOf = (request: IncomingMessage): string => pathAndQuery(request.url ?? '/').split('?', 1)[0] ?? '/';

function refusalOfUpgrade(
  { callerOf }: HttpSettings,
  guard: RequestGuard,
  request: IncomingMessage,
): RequestError | null {
  try {
    guard.check(request, false);
    if (pathOf(request) !== GRAPHQL_PATH) throw notFound();
    callerOf(request);
    return null;
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}

const notFound = (): RequestError =>
  new RequestError(404, 'NOT_FOUND', `There is no resource at this path; GraphQL is at ${GRAPHQL_PATH}.`);

/** What answers requests. */
interface Endpoint {
  readonly settings: HttpSettings;
  readonly admission: Admission;
  readonly executor: GraphQLExecutor;
  readonly bodies: BodyReceiver;
  readonly answers: AnswerSender;
  readonly explorer: ExplorerFiles | null;
}

async function respond(
  endpoint: Endpoint,
  guard: RequestGuard,
  request: IncomingMessage,
  response: ServerResponse,
  line: RequestLine,
): Promise<void> {
  const path = pathOf(request);
  if (path === GRAPHQL_PATH) allowOrigin(response, guard.originOf(request));
  guard.check(request, PROBES.includes(path));
  switch (path) {
    case GRAPHQL_PATH:
      if (isPreflight(request)) return answerPreflight(response, GRAPHQL_METHODS);
      if (isPageView(request)) {
        const address = guard.ownAddress(request);
        return endpoint.explorer === null ? sendStartPage(response, address) : sendExplorer(response, address);
      }
      allow(request, response, GRAPHQL_METHODS);
      return answerGraphQL(endpoint, line, request, response);
    case '/health':
      allow(request, response, PAGE_METHODS);
      return answerHealth(endpoint.settings, response);
    case '/readyz':
      allow(request, response, PAGE_METHODS);
      return answerReady(endpoint.settings, response);
    case '/livez':
      allow(request, response, PAGE_METHODS);
      return sendJson(response, 200, { status: 'alive' });
    case '/':
      allow(request, response, PAGE_METHODS);
      return sendStartPage(response, guard.ownAddress(request));
    default:
      if (endpoint.explorer === null || !path.startsWith(EXPLORER_PATH)) throw notFound();
      allow(request, response, PAGE_METHODS);
      return answerExplorerFile(endpoint.explorer, path, request, response, endpoint.answers, guard);
  }
}

/** Whether a browser opened the address without a query. */
const isPageView = ({ method = '', url, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && pathAndQuery(url ?? '') === GRAPHQL_PATH && prefersPage(headers.accept);

async function answerGraphQL(
  { settings, admission, executor, bodies, answers }: Endpoint,
  line: RequestLine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { contextFor, callerOf, operationTimeoutMs } = settings;
  const { method = 'GET', url = '' } = request;
  const { address, requestId } = line;
  const { body, bytes } =
    method === 'POST' ? await readJson(request, bodies, address) : { body: undefined, bytes: url.length };
  const operation = new RunningOperation();
  line.running = operation;
  operation.entry = new OperationEntry(admission, operation, addressGroup(address), bytes);
  const caller = callerOf(request);
  line.caller = caller.actor.name;
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
