import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../../../application/ports/caller';
import type { ContextFactory, RequestContext } from '../../graphql/context';
import { badInput } from '../../graphql/errors';
import { prepare, presentAll, presentResult, subscribeAfresh } from './socket-operations';

const LONGEST_MESSAGE = 256 * 1024;
const MOST_OPERATIONS = 100;
const PING_EVERY_MS = 15_000;
const CLOSE_WITHIN_MS = 2_000;
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

export interface SocketServer {
  /** Takes over a connection that asked to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every client that the service goes away; those that do not answer are cut off after two seconds. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket, by the protocol `graphql-transport-ws`. */
export function createSocketServer(
  schema: GraphQLSchema,
  contextFor: ContextFactory,
  callerOf: (request: IncomingMessage) => Caller,
  logger: Logger,
): SocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE, handleProtocols });
  const protocol = makeServer<Record<string, unknown>, { readonly request: IncomingMessage }>({
    connectionInitWaitTimeout: 10_000,
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      if (Object.keys(subscriptions).length > MOST_OPERATIONS) {
        return [badInput(`One socket carries at most ${MOST_OPERATIONS} operations at a time.`)];
      }
      return prepare(schema, payload, contextFor(callerOf(extra.request), randomUUID()));
    },
    subscribe: (args) => {
      const { caller, requestId } = args.contextValue as RequestContext;
      return subscribeAfresh(args, () => contextFor(caller, requestId));
    },
    onNext: (_context, _id, _payload, args, result) =>
      presentResult(result, (args.contextValue as RequestContext).requestId, logger),
    onError: (_context, _id, _payload, errors) => presentAll(errors, randomUUID(), logger),
  });

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    // A frame that breaks the protocol closes the socket by itself, with the code that says why.
    socket.on('error', (error) => logger.debug({ err: error }, 'socket failed'));
    const stopPinging = keepAlive(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Answered only when the frame is on its way, so that a slow client slows its own subscriptions and no other.
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
              logger.error({ err: error }, 'a message over a socket could not be handled');
              socket.close(INTERNAL_ERROR, 'Internal error');
            });
          });
        },
      },
      { request },
    );
    socket.once('close', (code, reason) => {
      stopPinging();
      closed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'a socket closed badly'));
    });
  };

  return {
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, accept),
    close: async () => {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away');
      const cutOff = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, CLOSE_WITHIN_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(cutOff);
    },
  };
}

/** Ends a socket whose other end does not answer a ping before the next one is due. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_EVERY_MS);
  return () => clearInterval(timer);
}
