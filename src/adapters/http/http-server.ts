import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { thousands } from '../../domain/thousands';
import { Admission, type AdmissionSettings } from '../graphql/admission';
import { AnswerSender } from './answer-sender';
import { startApollo } from './apollo';
import { clientAddresses } from './client-address';
import { Connections } from './connection-limits';
import { ExplorerFiles } from './explorer/explorer-files';
import { fail } from './failed-request';
import { type HealthChecks, HealthEndpoint } from './health';
import { listen } from './listen';
import { LiveOperations, type UnreadClosed } from './live/live-operations';
import { type Metric, MetricsEndpoint } from './metrics';
import { OpenAnswers } from './open-answers';
import { Pipeline } from './pipeline';
import { refuseConnection } from './refuse-connection';
import { BodyReceiver, RequestError } from './request-body';
import { createRequestGuard, type GuardSettings, type RequestGuard } from './request-guard';
import { followRequest, RequestLine, requestIdOf } from './request-log';
import { GRAPHQL_PATH, isProbe, loggedPath, noSuchPath, pathOf, type Routes, respond } from './routes';
import { setSecurityHeaders } from './security-headers';
import { StreamServer } from './sse/stream-server';
import { createSocketServer, type SocketSettings } from './websocket/websocket';

/** How long `close` waits for running requests. */
const DRAIN_TIMEOUT_MS = 4_000;

/** How long a client may take to send the head of a request, and all of it. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** The maximum length of the head of a request, in bytes. */
const MAX_HEADER_BYTES = 16_384;
/** Connections beyond those of the sockets, for requests. */
const MAX_REQUEST_CONNECTIONS = { inAll: 1_000, perAddress: 500 } as const;
/**
 * How long an idle connection is kept. Longer than the minute for which load balancers keep one:
 * they would send a request over a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 75_000;
/** A connection on which nothing moves is cut off so long after the time limit of an operation. */
const IDLE_MARGIN_MS = 30_000;

const UNKNOWN_EXPECTATION = new RequestError(417, 'EXPECTATION_FAILED', 'Of Expect, only 100-continue is known.');
const NOT_HTTP = new RequestError(400, 'BAD_REQUEST', 'This is not a request of HTTP/1.1.');
/** What Node refuses before there is a request, by the codes of its errors. */
const UNREADABLE: Readonly<Record<string, RequestError>> = {
  HPE_HEADER_OVERFLOW: new RequestError(
    431,
    'HEADERS_TOO_LARGE',
    `The head of a request has at most ${thousands(MAX_HEADER_BYTES)} bytes.`,
  ),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new RequestError(413, 'PAYLOAD_TOO_LARGE', 'The extensions of chunks are too long.'),
  ERR_HTTP_REQUEST_TIMEOUT: new RequestError(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.'),
};

export interface HttpSettings extends HealthChecks, GuardSettings, SocketSettings, AdmissionSettings {
  /** 0 picks any free port. */
  readonly port: number;
  /** The folder of the queries that the explorer shows; null if there is no explorer. */
  readonly explorerQueries: string | null;
  /** What `/metrics` says of the service, besides the process. */
  readonly metrics: readonly Metric[];
}

export interface HttpServer {
  /** The URL of GraphQL, for HTTP and for WebSocket. */
  readonly url: string;
  /** The clients of sockets and event streams that were closed because they do not read. */
  readonly unread: Readonly<UnreadClosed>;
  /**
   * Says in `/readyz` that this process stops, and closes each connection after its answer. It goes
   * on to serve.
   */
  retire(): void;
  /**
   * Refuses new connections, waits for running requests and operations, and closes the sockets with
   * code 1001.
   */
  close(): Promise<void>;
}

/**
 * Listens and serves GraphQL over HTTP and WebSocket on one path, its explorer for browsers, health
 * checks, and a page that says what this is.
 *
 * @throws ListenError
 */
export async function startHttpServer(settings: HttpSettings): Promise<HttpServer> {
  const { host, port, schema, introspection, logger } = settings;
  const admission = new Admission(settings);
  const executor = await startApollo(schema, admission.documents, settings, settings.rateLimits);
  const live = new LiveOperations(settings, admission);
  const sockets = createSocketServer(settings, live);
  const bodies = new BodyReceiver();
  const streams = new StreamServer(live, bodies);
  const pipeline = new Pipeline();
  const openAnswers = new OpenAnswers();
  const health = new HealthEndpoint(settings);
  const routes: Routes = {
    settings,
    admission,
    executor,
    bodies,
    streams,
    answers: new AnswerSender(),
    health,
    metrics: new MetricsEndpoint(settings.metrics),
    introspection,
    explorer: settings.explorerQueries === null ? null : new ExplorerFiles(settings.explorerQueries),
  };
  // The port is known once the server listens; no request arrives before.
  let guard = createRequestGuard(settings, port);
  // Limits how long a slow client can hold a connection.
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
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
    setSecurityHeaders(response, guard.isSecure(request));
    const path = pathOf(request);
    return followRequest(requestLogger, response, {
      requestId,
      address: guard.addresses.of(request),
      path: loggedPath(path),
      isProbe: isProbe(path),
    });
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, line: RequestLine): Promise<void> => {
    connections.begin(request, response);
    openAnswers.add(request, response);
    const turn = pipeline.turnOf(request, response);
    if (turn !== null) await turn;
    // A client that has gone gets nothing done that had not begun.
    if (request.socket.destroyed) return;
    await respond(routes, guard, request, response, line);
  };
  server.on('request', (request, response) => {
    const line = lineOf(request, response);
    answer(request, response, line).catch((error: unknown) => {
      line.code = fail(request, response, error, line.requestId, settings);
    });
  });
  server.on('checkExpectation', (request, response) => {
    const line = lineOf(request, response);
    line.code = fail(request, response, UNKNOWN_EXPECTATION, line.requestId, settings);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket & { readonly _httpMessage?: ServerResponse | null };
    // An answer that has begun cannot be followed by another.
    if (!socket.writable || socket._httpMessage?.headersSent === true) return void socket.destroy(error);
    refuseConnection(socket, UNREADABLE[error.code ?? ''] ?? NOT_HTTP, randomUUID());
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
    const { status, code } = refusal;
    const requestId = requestIdOf(request);
    const bytes = refuseConnection(socket, refusal, requestId);
    const line = new RequestLine(requestLogger, requestId, address, 'websocket');
    Object.assign(line, { code, bytes }).end({ status });
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
    unread: live.unread,
    retire: () => {
      health.retire();
      openAnswers.retire();
    },
    close: async () => {
      openAnswers.retire();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
      await Promise.all([closed, sockets.close(), streams.close()]);
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

function refusalOfUpgrade(
  { callers, authenticationRequired }: HttpSettings,
  guard: RequestGuard,
  request: IncomingMessage,
): RequestError | null {
  try {
    guard.check(request, false);
    if (pathOf(request) !== GRAPHQL_PATH) throw noSuchPath();
    // Of a browser, the credential comes with the first message.
    if (!authenticationRequired) void callers.identify(request, null);
    return null;
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}
