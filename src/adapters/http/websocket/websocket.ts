import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../../../application/ports/caller';
import type { ContextFactory, OperationContext } from '../../graphql/context';
import { badInput } from '../../graphql/errors';
import { RunningOperation } from '../../graphql/running-operation';
import {
  executeUntilCompleted,
  prepareOperation,
  presentAll,
  presentResult,
  subscribeWithFreshContexts,
} from './socket-operations';

/** The maximum length of a message, in bytes. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** The maximum number of running operations per socket. */
const MAX_OPERATIONS = 100;
const PING_INTERVAL_MS = 15_000;
const CLOSE_TIMEOUT_MS = 2_000;
// Close codes of RFC 6455.
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

export interface SocketServer {
  /** Handles an HTTP upgrade to a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes all sockets with code 1001; terminates those that do not answer within two seconds. */
  close(): Promise<void>;
}

export interface SocketSettings {
  readonly schema: GraphQLSchema;
  readonly contextFor: ContextFactory;
  readonly callerOf: (request: IncomingMessage) => Caller;
  /** The time limit of an operation, and of each event of a subscription. */
  readonly operationTimeoutMs: number;
  readonly logger: Logger;
}

/** Serves GraphQL over WebSocket by the protocol `graphql-transport-ws`. */
export function createSocketServer({
  schema,
  contextFor,
  callerOf,
  operationTimeoutMs,
  logger,
}: SocketSettings): SocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, handleProtocols });
  const protocol = makeServer<Record<string, unknown>, { readonly request: IncomingMessage }>({
    connectionInitWaitTimeout: 10_000,
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      if (Object.keys(subscriptions).length > MAX_OPERATIONS) {
        return [
          badInput(`A socket can have at most ${MAX_OPERATIONS} running operations; end one or open another socket.`),
        ];
      }
      const context = contextFor(callerOf(extra.request), randomUUID(), new RunningOperation());
      return prepareOperation(schema, payload, context);
    },
    execute: (args) => executeUntilCompleted(args, operationTimeoutMs),
    subscribe: (args) => {
      const { caller, requestId } = args.contextValue as OperationContext;
      return subscribeWithFreshContexts(args, operationTimeoutMs, (operation) =>
        contextFor(caller, requestId, operation),
      );
    },
    onNext: (_context, _id, _payload, args, result) =>
      presentResult(result, (args.contextValue as OperationContext).requestId, logger),
    onError: (_context, _id, _payload, errors) => presentAll(errors, randomUUID(), logger),
  });

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    // `ws` closes the socket with the right code after a frame that violates the protocol.
    socket.on('error', (error) => logger.debug({ err: error }, 'socket failed'));
    const stopPinging = keepAlive(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Resolves when the frame has been written, so that a slow client delays only its own
        // subscriptions.
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) resolve();
            else socket.send(data, (error) => (error == null ? resolve() : reject(error)));
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => {
          socket.on('message', (data) => {
            take(String(data)).catch((error: unknown) => {
              if (socket.readyState !== socket.OPEN) return;
              logger.error({ err: error }, 'a message of a socket could not be handled');
              socket.close(INTERNAL_ERROR, 'Internal error');
            });
          });
        },
      },
      { request },
    );
    socket.once('close', (code, reason) => {
      stopPinging();
      closed(code, String(reason)).catch((error: unknown) =>
        logger.error({ err: error }, 'a socket could not be closed cleanly'),
      );
    });
  };

  return {
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, accept),
    close: async () => {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away');
      const cutOff = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, CLOSE_TIMEOUT_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(cutOff);
    },
  };
}

/**
 * Terminates a socket whose client does not answer a ping before the next ping.
 * @returns stops the pings
 */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_INTERVAL_MS);
  return () => clearInterval(timer);
}
