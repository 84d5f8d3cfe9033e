import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Admission, type AdmissionSettings } from '../graphql/admission';
import { AnswerSender } from './answer-sender';
import { startApollo } from './apollo';
import { clientAddresses } from './client-address';
import { Connections } from './connection-limits';
import { ExplorerFiles } from './explorer/explorer-files';
import { errorBody, fail } from './failed-request';
import { type HealthChecks, HealthEndpoint } from './health';
import { listen } from './listen';
import { Pipeline } from './pipeline';
import { BodyReceiver, RequestError } from './request-body';
import { createRequestGuard, type GuardSettings, type RequestGuard } from './request-guard';
import { followRequest, RequestLine, requestIdOf } from './request-log';
import { GRAPHQL_PATH, isProbe, loggedPath, noSuchPath, pathOf, type Routes, respond } from './routes';
import { createSocketServer, type SocketSettings } from './websocket/websocket';

/** How long `close` waits for running requests. */
const DRAIN_TIMEOUT_MS = 5_000;

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
  const routes: Routes = {
    settings,
    admission,
    executor,
    bodies: new BodyReceiver(),
    answers: new AnswerSender(),
    health: new HealthEndpoint(settings),
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
    const turn = pipeline.turnOf(request, response);
    if (turn !== null) await turn;
    // A client that has gone gets nothing done that had not begun.
    if (request.socket.destroyed) return;
    await respond(routes, guard, request, response, line);
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
