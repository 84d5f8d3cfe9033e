import { connect, type Socket } from 'node:net';
import { createClient as createSseClient, NetworkError } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Json } from './graphql-service';
import { closeOf, rawWebSocket, textFrame } from './raw-http';
import { until } from './until';

export interface LiveRequest {
  readonly query: string;
  readonly variables?: Json;
  readonly operationName?: string;
}

/** How an operation ended. */
export type LiveEnd =
  | { readonly how: 'COMPLETED' }
  /** The service refused it, or ended it with errors. */
  | { readonly how: 'REFUSED'; readonly codes: readonly string[] }
  /** The connection was refused or closed: by a close code, a status of HTTP, or without one. */
  | { readonly how: 'DISCONNECTED'; readonly code: number | null };

export interface LiveListener {
  readonly results: readonly Json[];
  /** Resolves with the first results once there are so many. */
  has(count: number): Promise<readonly Json[]>;
  readonly end: Promise<LiveEnd>;
  /** Completes it as a client does. */
  leave(): void;
}

/** A client with one connection, or with one for each operation. */
export interface LiveClient {
  /** Resolves when the operation receives what happens from then on, or has ended. */
  subscribe(request: LiveRequest): Promise<LiveListener>;
  close(): void;
}

export interface LiveTransport {
  readonly name: string;
  open(url: string, authorization?: string): LiveClient;
  /** Subscribes and reads nothing of the connection. Returns what reads it to its end. */
  openUnread(url: string, request: LiveRequest): Promise<() => Promise<Buffer>>;
}

type Start = (
  request: LiveRequest,
  sink: { next(value: unknown): void; error(reason: unknown): void; complete(): void },
) => () => void;

/** Listens with a client of either protocol. `isRunning` resolves once the service has begun. */
async function listen(start: Start, request: LiveRequest, isRunning: () => Promise<unknown>): Promise<LiveListener> {
  const results: Json[] = [];
  const codes: string[] = [];
  let leave = (): void => undefined;
  const end = new Promise<LiveEnd>((resolve) => {
    leave = start(request, {
      next: (result: Json) => {
        if (result.data == null && result.errors !== undefined) codes.push(...codesIn(result.errors));
        else results.push(result);
      },
      error: (reason) => void endOf(reason).then(resolve),
      complete: () => resolve(codes.length === 0 ? { how: 'COMPLETED' } : { how: 'REFUSED', codes }),
    });
  });
  await Promise.race([isRunning(), end]);
  return {
    results,
    has: async (count) => {
      await until(
        () => results.length,
        (length) => length >= count,
      );
      return results.slice(0, count);
    },
    end,
    leave: () => leave(),
  };
}

const codesIn = (errors: readonly Json[]): string[] => errors.map(({ extensions }) => String(extensions?.code));

/** The bodies of refused requests, which the client does not read, and aborts. */
const refusals = new WeakMap<object, Json>();

async function endOf(reason: Json): Promise<LiveEnd> {
  if (Array.isArray(reason)) return { how: 'REFUSED', codes: codesIn(reason) };
  if (reason instanceof NetworkError && reason.response !== undefined) {
    const { response } = reason as unknown as { readonly response: Response };
    const { errors } = refusals.get(response) ?? {};
    // What the document is refused with is an answer; the rest is about the connection.
    if (response.status === 400 && Array.isArray(errors)) return { how: 'REFUSED', codes: codesIn(errors) };
    return { how: 'DISCONNECTED', code: response.status };
  }
  return { how: 'DISCONNECTED', code: typeof reason?.code === 'number' ? reason.code : null };
}

const OVER_WEBSOCKET: LiveTransport = {
  name: 'graphql-ws',
  open: (url, authorization) => {
    const client = createWsClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...(authorization === undefined ? {} : { connectionParams: { authorization } }),
    });
    // A query on the same socket is answered after the operation has begun.
    const begun = () =>
      new Promise((resolve) => {
        client.subscribe(
          { query: '{ __typename }' },
          { next: () => undefined, error: resolve, complete: () => resolve(undefined) },
        );
      });
    return {
      subscribe: (request) => listen((one, sink) => client.subscribe({ ...one }, sink), request, begun),
      close: () => void client.dispose(),
    };
  },
  openUnread: async (url, request) => {
    const socket = await rawWebSocket(url);
    socket.write(textFrame({ type: 'subscribe', id: 'unread', payload: request }));
    return () => restOf(socket);
  },
};

/** The head of a request for an event stream. */
const streamHead = ({ host }: URL, parameters: Readonly<Record<string, string>>): string =>
  `GET /graphql/stream?${new URLSearchParams(parameters)} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n`;

async function restOf(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', (data: Buffer) => pieces.push(data));
  socket.resume();
  await closeOf(socket);
  return Buffer.concat(pieces);
}

function overEvents(singleConnection: boolean): LiveTransport {
  return {
    name: `server-sent events, ${singleConnection ? 'one connection' : 'a connection each'}`,
    open: (url, authorization) => {
      const clients: { dispose(): void }[] = [];
      const opened = () => {
        let begin = (_response: unknown): void => undefined;
        const begun = new Promise((resolve) => {
          begin = resolve;
        });
        const client = createSseClient({
          url: `${url}/stream`,
          singleConnection,
          retryAttempts: 0,
          headers: authorization === undefined ? {} : { authorization },
          fetchFn: async (input: string, init: RequestInit) => {
            const response = await fetch(input, init);
            if (!response.ok) refusals.set(response, await response.clone().json());
            // The operation runs when its own request is answered.
            if (init.method === 'POST') begin(response);
            return response;
          },
        } as Json);
        clients.push(client);
        return { client, begun };
      };
      // A client each, so that it is known which operation an answer belongs to.
      return {
        subscribe: (request) => {
          const { client, begun } = opened();
          return listen(
            (one, sink) => client.subscribe({ ...one }, sink as Json),
            request,
            () => begun,
          );
        },
        close: () => {
          for (const client of clients) client.dispose();
        },
      };
    },
    openUnread: async (text, { query }) => {
      const url = new URL(text);
      const socket = connect(Number(url.port), url.hostname);
      socket.on('error', () => undefined);
      if (!singleConnection) {
        socket.write(streamHead(url, { query }));
        return () => restOf(socket);
      }
      const token = await (await fetch(`${text}/stream`, { method: 'PUT' })).text();
      socket.write(streamHead(url, { token }));
      await fetch(`${text}/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-graphql-event-stream-token': token },
        body: JSON.stringify({ query, extensions: { operationId: 'unread' } }),
      });
      return () => restOf(socket);
    },
  };
}

/** Every way to subscribe, with the public client of its protocol. */
export const LIVE_TRANSPORTS: readonly LiveTransport[] = [OVER_WEBSOCKET, overEvents(false), overEvents(true)];
