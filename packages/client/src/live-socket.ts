import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { CloseCode, createClient, type SubscribePayload } from 'graphql-ws';
import { ConnectionError, MissedEventsError, RequestError } from './client-errors';
import type { Sink } from './event-stream';
import type { ResumePoint } from './resume-point';

/** How often a ping is sent on a socket. */
const KEEP_ALIVE_MS = 15_000;
/** A socket whose service does not answer a ping for so long is given up. */
const PONG_TIMEOUT_MS = 10_000;
/** How long connecting may take, and after it the answer to `connection_init`. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The wait before the first attempt to connect again; it doubles with each further one. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A socket that stood for so long does not count as a failed attempt. */
const STABLE_MS = 10_000;

/** A class like the browser's `WebSocket`; in Node.js before 22, that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => WebSocketLike;

interface WebSocketLike {
  readonly readyState: number;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'error' | 'open' | 'close', listener: () => void): void;
}

export interface LiveSocketSettings {
  /** The URL of the service, with `ws:` or `wss:`. */
  readonly url: string;
  readonly webSocketImpl: WebSocketClass | undefined;
  /** The credentials for a new connection, or undefined for none. */
  readonly authorization: () => Promise<string | undefined>;
  /** Whether another connection could have other credentials. */
  readonly renewsCredentials: boolean;
  readonly onRetry: (cause: Error, waitMs: number) => void;
}

/**
 * The WebSocket of a client, with all its subscriptions. It is opened with the first subscription
 * and closed with the last. If it breaks, it is opened again, for as long as it takes, and every
 * subscription starts again.
 */
export class LiveSocket {
  private readonly client: ReturnType<typeof createClient>;
  private readonly sinks = new Set<Sink<unknown>>();
  private readonly sleepers = new Set<() => void>();

  constructor(private readonly settings: LiveSocketSettings) {
    // Not connected.
    let connectedAt = Number.POSITIVE_INFINITY;
    let failures = 0;
    let pongTimer: ReturnType<typeof setTimeout> | undefined;
    let cause: unknown;
    let credentialFailure: unknown;
    this.client = createClient({
      url: settings.url,
      webSocketImpl: guarded(settings.webSocketImpl ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket),
      lazy: true,
      connectionParams: async () => {
        try {
          const authorization = await settings.authorization();
          return authorization === undefined ? undefined : { authorization };
        } catch (error) {
          // Thrown, it would end the next connection when the socket of this one has been closed.
          credentialFailure = error;
          this.client.terminate();
          return undefined;
        }
      },
      connectionAckWaitTimeout: CONNECT_TIMEOUT_MS,
      keepAlive: KEEP_ALIVE_MS,
      // By default, graphql-ws gives up after five attempts, and at once if it was an error that
      // ended the connection, such as a refused one.
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: (reason) => {
        cause = credentialFailure ?? reason;
        credentialFailure = undefined;
        return settings.renewsCredentials || !isCloseOf(reason, CloseCode.Forbidden);
      },
      retryWait: () => this.waitToRetry(cause, failures++),
      on: {
        connected: () => {
          connectedAt = performance.now();
        },
        ping: (isReceived) => {
          if (!isReceived) pongTimer = setTimeout(() => this.client.terminate(), PONG_TIMEOUT_MS);
        },
        pong: (isReceived) => {
          if (isReceived) clearTimeout(pongTimer);
        },
        closed: () => {
          clearTimeout(pongTimer);
          if (performance.now() - connectedAt >= STABLE_MS) failures = 0;
          connectedAt = Number.POSITIVE_INFINITY;
        },
      },
    });
  }

  /**
   * Subscribes; returns what ends the subscription.
   *
   * @param point where it goes on when it starts again
   */
  subscribe<Data>(document: Omit<SubscribePayload, 'variables'>, point: ResumePoint, sink: Sink<Data>): () => void {
    // graphql-ws reads the variables whenever it sends the payload, also after a new connection.
    const payload: SubscribePayload = {
      ...document,
      get variables() {
        return point.variables();
      },
    };
    const known = sink as Sink<unknown>;
    let leave = (): void => undefined;
    let failures = 0;
    const startAgain = (cause: RequestError): void => {
      void this.waitToRetry(cause, failures++).then(() => {
        if (this.sinks.has(known)) start();
      });
    };
    const start = (): void => {
      /** Leaving completes it, which is not its end if it starts again. */
      let isLeft = false;
      leave = this.client.subscribe<Data>(payload, {
        next: (result) => {
          const { data, errors } = result as FormattedExecutionResult<Data>;
          if (errors === undefined) {
            failures = 0;
            if (point.pass(data)) sink.event(data as Data);
            return;
          }
          const error = new RequestError(errors, data ?? null);
          isLeft = true;
          leave();
          if (error.retryable && data == null) return startAgain(error);
          this.forget(known);
          sink.end(namedError(error, point));
        },
        error: (reason) => {
          const error = errorOf(reason);
          if (!this.sinks.has(known)) return;
          if (error instanceof RequestError && error.retryable) {
            startAgain(error);
            return;
          }
          this.forget(known);
          sink.end(namedError(error, point));
        },
        complete: () => {
          if (isLeft) return;
          this.forget(known);
          sink.end();
        },
      });
    };
    this.sinks.add(known);
    start();
    return () => {
      this.forget(known);
      leave();
    };
  }

  /** Ends all subscriptions and closes the socket. */
  close(): void {
    for (const sink of [...this.sinks]) {
      this.forget(sink);
      sink.end();
    }
    // Rejects if the socket is not connected.
    void Promise.resolve(this.client.dispose()).catch(() => undefined);
  }

  private forget(sink: Sink<unknown>): void {
    this.sinks.delete(sink);
    // Otherwise the process would not end before the wait.
    if (this.sinks.size === 0) for (const wake of [...this.sleepers]) wake();
  }

  /**
   * With jitter, because all clients of a service that restarts lose their sockets at once. At
   * least as long as the service says.
   */
  private waitToRetry(cause: unknown, failures: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    const error = errorOf(cause);
    const leastMs = error instanceof RequestError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
    const waitMs = leastMs + Math.round(longest * (0.5 + Math.random() / 2));
    this.settings.onRetry(error, waitMs);
    if (this.sinks.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.sleepers.add(wake);
    });
  }
}

/** @returns a class whose sockets are given up if connecting takes too long */
function guarded(WebSocketImpl: WebSocketClass | undefined): WebSocketClass {
  if (WebSocketImpl === undefined) {
    throw new TypeError(
      'There is no WebSocket for subscriptions. In Node.js before 22, install the package "ws" and give its class to createClient as webSocketImpl.',
    );
  }
  return class extends WebSocketImpl {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      const timer = setTimeout(() => this.close(), CONNECT_TIMEOUT_MS);
      const stop = (): void => clearTimeout(timer);
      this.addEventListener('open', stop);
      this.addEventListener('close', stop);
      // graphql-ws removes its own listener from a socket that it terminates; the package ws
      // throws errors that have none.
      this.addEventListener('error', () => undefined);
    }
  };
}

/** The codes of a cursor after which the service cannot go on. */
const UNUSABLE_CURSOR: readonly string[] = ['CURSOR_EXPIRED', 'CURSOR_AHEAD'];

const namedError = (error: Error, { cursor }: ResumePoint): Error =>
  error instanceof RequestError && UNUSABLE_CURSOR.includes(error.code) ? new MissedEventsError(cursor, error) : error;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isCloseOf = (reason: unknown, code: number): boolean =>
  isObject(reason) && reason.code === code && 'reason' in reason;

/** What graphql-ws reports as an error: it can be errors of GraphQL, an event, or an error. */
function errorOf(reason: unknown): Error {
  if (Array.isArray(reason)) return new RequestError(reason as readonly GraphQLFormattedError[]);
  if (isObject(reason) && typeof reason.code === 'number' && 'reason' in reason) {
    const sentence = reason.reason === '' ? '' : `: ${reason.reason}`;
    return new ConnectionError(`The socket was closed with code ${reason.code}${sentence}`, null, reason.code, reason);
  }
  if (reason instanceof Error) return reason;
  const said = isObject(reason) && typeof reason.message === 'string' ? reason.message : '';
  return new ConnectionError(said || 'The socket could not be opened', null, null, reason);
}
