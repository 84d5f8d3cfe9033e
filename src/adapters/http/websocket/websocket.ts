import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ExecutionArgs, type ExecutionResult, OperationTypeNode } from 'graphql';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { Unauthenticated } from '../../../application/access/caller-identity';
import { RateLimited } from '../../../application/access/rate-limited';
import { Forbidden } from '../../../application/access/rights';
import { withoutCredentials } from '../../../application/access/without-credentials';
import type { Identified } from '../../../application/ports/caller';
import { isStoreUnavailable } from '../../../application/ports/store-errors';
import { TokensUnavailable } from '../../../application/ports/tokens';
import type { OperationContext } from '../../graphql/context';
import { badInput } from '../../graphql/errors';
import { RunningOperation } from '../../graphql/running-operation';
import { addressGroup } from '../client-address';
import type { LiveOperations, LiveSettings } from '../live/live-operations';
import type { Outlet } from '../live/outbox';
import { presentAll, presentResult } from '../live/present-result';
import { abandonedByReturn } from '../live/run-operation';
import { MAX_OPERATIONS } from '../live/socket-limits';
import { watchStalledClient } from '../live/stalled-client';
import { refuseConnection } from '../refuse-connection';
import { RequestError } from '../request-body';
import { requestIdOf } from '../request-log';
import { signIn } from '../sign-in';
import { BeginningOperations, mayBeSubscription } from './beginning-operations';
import { keepAlive } from './keep-alive';
import { MessagePace, messageCost, PING_COST } from './message-pace';
import { OperationLines } from './operation-lines';
import { type DeliverySocket, sentDeliveries } from './sent-deliveries';

/** The maximum length of a message, in bytes. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** The maximum length of the first message, `connection_init` with its payload, in bytes. */
const MAX_INIT_BYTES = 16_384;
/** How long a client may take to send it. */
const INIT_TIMEOUT_MS = 10_000;
/** The maximum length of a ping message with its payload, in UTF-16 units. */
const MAX_PING_LENGTH = 1_000;
/** How long a closed socket may take to send what waits and to answer the close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
// Close codes of RFC 6455 and its registry, and of graphql-transport-ws. docs/OPERATIONS.md lists
// them.
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;
const BAD_REQUEST = 4400;
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
const TOO_MANY_REQUESTS = 4429;
/** The maximum length of the reason in a close frame, in bytes (RFC 6455). */
const CLOSE_REASON_BYTES = 123;
/** What graphql-ws throws for a message that only servers send, such as `next`. */
const ONLY_OF_SERVERS = /^Unexpected message of type /;

/** The types of `ws` lack `closeTimeout`. */
const OPTIONS: ServerOptions & { readonly closeTimeout: number } = {
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  handleProtocols,
  // Pongs are sent through the outbox, so that they count for its limit.
  autoPong: false,
  // Messages that arrive together are handled in one turn of the event loop each.
  allowSynchronousEvents: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

/** A frame of text, also if its content is in a buffer. */
const TEXT = { binary: false } as const;
const NOTHING = Buffer.alloc(0);

export interface SocketServer {
  /** Handles an HTTP upgrade to a WebSocket from a client at an IP address. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, address: string): void;
  /**
   * Lets running queries and mutations end, then closes all sockets with code 1001. Those
   * that do not answer within two seconds are terminated.
   */
  close(): Promise<void>;
}

export interface SocketSettings extends LiveSettings {
  /** Whether every request needs a credential. */
  readonly authenticationRequired: boolean;
  /** How long a client may take to send `connection_init`. Default: 10,000. */
  readonly initTimeoutMs?: number;
}

/** What is known of a socket. */
interface SocketExtra extends DeliverySocket {
  readonly request: IncomingMessage;
  readonly clientAddress: string;
  /** The length of the message that is being handled. */
  messageLength: number;
  readonly lines: OperationLines;
  readonly beginning: BeginningOperations;
  /** Known once the first message was accepted. */
  caller: Identified | null;
  readonly isOpen: () => boolean;
  /** Sends a text. Resolves when the operating system has taken it. */
  readonly send: (text: string | Buffer) => Promise<void>;
  /** Closes the socket because of its credential. */
  readonly forbid: (reason: string) => void;
  /** Stops watching the credential. */
  unwatch: () => void;
}

/** An operation of a socket, by its message. */
interface BegunOperation {
  readonly id: string;
  readonly payload: SubscribePayload;
  readonly extra: SocketExtra;
  /** To be called when it has begun. */
  readonly begun: () => void;
}

/** Serves GraphQL over WebSocket by the protocol `graphql-transport-ws`. */
export function createSocketServer(settings: SocketSettings, live: LiveOperations): SocketServer {
  const { sessions, logger } = settings;
  const { counts, outboxes } = live;
  const pace = new MessagePace();
  const sockets = new WebSocketServer(OPTIONS);
  sockets.on('wsClientError', (error, socket, request) => {
    const refusal = new RequestError(request.method === 'GET' ? 400 : 405, 'BAD_REQUEST', `${error.message}.`);
    refuseConnection(socket as Socket, refusal, requestIdOf(request), 'allow: GET\r\nsec-websocket-version: 13\r\n');
  });
  /** The message that has begun an operation, by its arguments. */
  const begunBy = new WeakMap<ExecutionArgs, BegunOperation>();
  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: settings.initTimeoutMs ?? INIT_TIMEOUT_MS,
    onConnect: async ({ extra, connectionParams }) => {
      const { request, lines } = extra;
      try {
        const { identity, secret } = await signIn(
          settings,
          request,
          extra.clientAddress,
          authorizationIn(connectionParams),
        );
        const { caller, credential } = identity;
        Object.assign(lines, { caller: caller.actor.id, credential });
        extra.caller = caller;
        // A socket can be closed in the meantime.
        if (secret !== null && extra.isOpen()) extra.unwatch = sessions.watch(secret, identity, extra.forbid);
        return true;
      } catch (error) {
        if (!(error instanceof Unauthenticated || error instanceof Forbidden)) throw error;
        extra.forbid(error.message);
        return false;
      }
    },
    onSubscribe: async ({ extra, subscriptions }, id, payload) => {
      const operation = new RunningOperation();
      const { requestId } = extra.lines.begin(payload, operation);
      if (Object.keys(subscriptions).length > MAX_OPERATIONS) {
        return [
          badInput(`A socket can have at most ${MAX_OPERATIONS} running operations; end one or open another socket.`),
        ];
      }
      const { caller, clientAddress: address, messageLength: bytes } = extra;
      if (caller === null) throw new Error('An operation began before the first message was accepted');
      // Until there is a result: graphql-ws calls `return` when the client completes the operation
      // or the socket closes.
      subscriptions[id] = abandonedByReturn(operation);
      const { before, begun } = extra.beginning.add(mayBeSubscription(payload.query));
      if (before !== null) await before;
      const prepared = await live.prepare(payload, { caller, address, requestId, bytes }, operation);
      // Errors are not sent to a client that has completed the operation.
      if (!(id in subscriptions)) extra.lines.end(payload);
      const isToBegin = 'document' in prepared && id in subscriptions;
      if (isToBegin) begunBy.set(prepared, { id, payload, extra, begun });
      if (!isToBegin || operation.definition?.operation !== OperationTypeNode.SUBSCRIPTION) begun();
      return prepared;
    },
    execute: (args) => live.execute(args),
    subscribe: async (args) => {
      const sent = begunBy.get(args);
      const started = await live.subscribe(args).finally(sent?.begun);
      if (!(Symbol.asyncIterator in started) || sent === undefined) return started as ExecutionResult;
      const { id, payload, extra } = sent;
      return sentDeliveries(id, started, extra, extra.lines.counterOf(id, payload));
    },
    onNext: ({ extra }, id, payload, args, result) => {
      const { requestId, operation } = args.contextValue as OperationContext;
      const presented = presentResult(result, requestId, operation, settings);
      extra.lines.answer(id, payload, presented.errors?.[0]?.extensions?.code);
      return presented;
    },
    onError: ({ extra }, id, payload, errors) => {
      const presented = presentAll(errors, extra.lines.requestIdOf(payload), settings);
      extra.lines.answer(id, payload, presented[0]?.extensions?.code);
      return presented;
    },
    onComplete: ({ extra }, _id, payload) => extra.lines.end(payload),
  });

  const accept = (socket: WebSocket, request: IncomingMessage, address: string): void => {
    // `ws` closes the socket with the right code after a frame that violates the protocol.
    socket.on('error', (error) => logger.debug({ err: error, address }, 'socket failed'));
    const added = counts.addSocket(address);
    if (typeof added === 'string') {
      logger.debug({ address }, 'too many sockets');
      socket.close(TRY_AGAIN_LATER, added);
      return;
    }
    /** Closes the socket of a client that does not read, and reads no more of what it sends. */
    const closeUnread = (reason: string): void => {
      if (socket.readyState !== socket.OPEN) return;
      live.unread.closed += 1;
      logger.info({ address, reason }, 'a socket was closed, because its client does not read');
      socket.close(TRY_AGAIN_LATER, reason);
      socket.pause();
    };
    const outbox = outboxes.add(outletOf(socket), {
      close: () => closeUnread('Too much waits to be sent; read faster, or ask for less'),
      cut: () => {
        live.unread.cutOff += 1;
        logger.warn({ address }, 'a socket was cut off, because too much waits to be sent on all sockets');
        socket.terminate();
      },
    });
    const spend = pace.open(addressGroup(address));
    /** Closes the socket of a client that sends too much; false then. */
    const isInPace = (cost: number): boolean => {
      // A client can go on sending after its socket was closed.
      if (socket.readyState !== socket.OPEN) return false;
      if (spend(cost)) return true;
      logger.info({ address }, 'a socket was closed, because its client sends too many messages');
      socket.close(
        TOO_MANY_REQUESTS,
        'A socket can send 10,000 messages or 1,000 pings in 10 seconds, or fewer of a busy address',
      );
      socket.pause();
      return false;
    };
    const stopPinging = keepAlive(socket);
    const stopWatching = watchStalledClient(
      () => socket.bufferedAmount > 0,
      request.socket,
      () => closeUnread('Nothing of what waits was read for a time; connect again and go on with after'),
      settings.stalledMs,
    );
    let isInitialised = false;
    const lines = new OperationLines(live.requestLogger, address);
    const forbid = (reason: string): void => {
      logger.info(
        { address, caller: lines.caller, credential: lines.credential, reason },
        'a socket was closed, because of its credential',
      );
      socket.close(FORBIDDEN, reasonOfClose(reason));
    };
    const extra: SocketExtra = {
      request,
      clientAddress: address,
      messageLength: 0,
      lines,
      beginning: new BeginningOperations(),
      caller: null,
      isOpen: () => socket.readyState === socket.OPEN,
      send: (text) => outbox.send((done) => socket.send(text, TEXT, done)),
      sendAtOnce: (count, frames) =>
        outbox.sendAtOnce(
          count,
          () => request.socket.write(frames()),
          (done) => request.socket.write(NOTHING, done),
        ),
      forbid,
      unwatch: () => undefined,
    };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (message) => {
          lines.sent(message);
          return extra.send(message);
        },
        close: (code, reason = '') => socket.close(code, reasonOfClose(reason)),
        onPing: async (payload) => {
          if (!isInPace(PING_COST)) return;
          // Of the message as it came, because writing a deeply nested payload can fail.
          if (extra.messageLength > MAX_PING_LENGTH) {
            return socket.close(BAD_REQUEST, `A ping has at most ${MAX_PING_LENGTH} characters`);
          }
          const text = payload === undefined ? '' : `,"payload":${JSON.stringify(payload)}`;
          const pong = `{"type":"pong"${text}}`;
          outbox.post((done) => socket.send(pong, done));
        },
        onPong: () => {
          isInPace(PING_COST);
        },
        onMessage: (take) => {
          socket.on('message', (data) => {
            const message = String(data);
            if (!isInPace(messageCost(message.length))) return;
            const problem = isInitialised ? null : problemOfFirst(message);
            if (problem !== null) return socket.close(...problem);
            isInitialised = true;
            extra.messageLength = message.length;
            take(withQuery(message)).catch((error: unknown) => {
              if (socket.readyState !== socket.OPEN) return;
              if (error instanceof Error && ONLY_OF_SERVERS.test(error.message)) {
                return socket.close(BAD_REQUEST, 'Invalid message received');
              }
              // graphql-ws clients connect again after this code, and give up after 4429.
              if (error instanceof RateLimited) return socket.close(TRY_AGAIN_LATER, reasonOfClose(error.message));
              if (error instanceof TokensUnavailable || isStoreUnavailable(error)) {
                return socket.close(TRY_AGAIN_LATER, 'Callers cannot be authenticated at the moment');
              }
              logger.error({ err: error }, 'a message of a socket could not be handled');
              socket.close(INTERNAL_ERROR, 'Internal error');
            });
          });
        },
      },
      extra,
    );
    socket.on('ping', (content) => {
      // The content of a ping frame has at most 125 bytes.
      if (isInPace(1 + PING_COST) && isInitialised) outbox.post((done) => socket.pong(content, false, done));
    });
    socket.on('pong', () => isInPace(1 + PING_COST));
    socket.once('close', (code, reason) => {
      added();
      extra.unwatch();
      outboxes.remove(outbox);
      stopPinging();
      stopWatching();
      lines.endAll();
      closed(code, String(reason)).catch((error: unknown) =>
        logger.error({ err: error }, 'a socket could not be closed cleanly'),
      );
    });
  };

  return {
    upgrade: (request, socket, head, address) =>
      sockets.handleUpgrade(request, socket, head, (opened) => accept(opened, request, address)),
    close: async () => {
      // Nothing further is read, so that what runs ends, and its client gets the answer.
      for (const client of sockets.clients) client.pause();
      await live.running.ended();
      for (const client of sockets.clients) {
        client.close(GOING_AWAY, 'Going away');
        client.resume();
      }
      const cutOff = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, CLOSE_TIMEOUT_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(cutOff);
    },
  };
}

const outletOf = (socket: WebSocket): Outlet => ({
  get isOpen() {
    return socket.readyState === socket.OPEN;
  },
  get waitingBytes() {
    return socket.bufferedAmount;
  },
});

/** A reason that fits a close frame. graphql-ws puts the id of an operation into one. */
const reasonOfClose = (given: string): string => fittingReason(withoutCredentials(given));

const fittingReason = (reason: string): string =>
  Buffer.byteLength(reason) <= CLOSE_REASON_BYTES
    ? reason
    : // A character that is cut would be two invalid bytes longer.
      Buffer.from(reason)
        .subarray(0, CLOSE_REASON_BYTES)
        .toString()
        .replace(/\uFFFD+$/, '');

/**
 * The credential in a `connection_init` payload: `authorization`, in any case, of the payload or of
 * `headers` in it, which is where explorers put the headers of their users.
 */
function authorizationIn(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const entries = Object.entries(payload);
  const named = entries.find(([name]) => name.toLowerCase() === 'authorization');
  if (named !== undefined) return named[1];
  return authorizationIn(entries.find(([name]) => name === 'headers')?.[1]);
}

/**
 * A message in which an operation without a text has an empty one: graphql-ws takes no others, and
 * an operation can have the id of its document instead.
 */
function withQuery(message: string): string {
  if (!NAMES_DOCUMENT.test(message)) return message;
  try {
    const { payload, ...rest } = JSON.parse(message);
    return payload.query === undefined ? JSON.stringify({ ...rest, payload: { ...payload, query: '' } }) : message;
  } catch {
    // graphql-ws refuses it.
    return message;
  }
}

const NAMES_DOCUMENT = /"(?:documentId|persistedQuery)"/;

/** Why the first message of a socket is refused: it must be a short `connection_init`. */
function problemOfFirst(message: string): [code: number, reason: string] | null {
  if (Buffer.byteLength(message) > MAX_INIT_BYTES) {
    return [BAD_REQUEST, `The first message, connection_init, has at most ${MAX_INIT_BYTES} bytes`];
  }
  try {
    if ((JSON.parse(message) as { type?: unknown } | null)?.type === 'connection_init') return null;
  } catch {
    return [BAD_REQUEST, 'Invalid message received'];
  }
  return [UNAUTHORIZED, 'The first message must be connection_init'];
}
