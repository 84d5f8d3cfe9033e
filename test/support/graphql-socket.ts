import { once } from 'node:events';
import { type Client, createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import type { Json } from './graphql-service';

/** A client of the service's WebSocket; connects at once, and never again. */
export const openSocket = (url: string): Client =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });

export interface Listener {
  readonly results: Json[];
  /** Resolves with the first results once there are so many. */
  has(count: number): Promise<Json[]>;
  readonly ended: Promise<unknown>;
  /** Ends the subscription; the socket goes on. */
  leave(): void;
}

/**
 * Subscribes and is sure to listen: a query that follows on the same socket is answered after it.
 */
export async function listenOver(client: Client, query: string, variables: Json = {}): Promise<Listener> {
  const results: Json[] = [];
  let notify: () => void = () => undefined;
  let leave: () => void = () => undefined;
  const ended = new Promise((resolve, reject) => {
    leave = client.subscribe(
      { query, variables },
      {
        next: (result) => {
          results.push(result);
          notify();
        },
        error: reject,
        complete: () => resolve(undefined),
      },
    );
  });
  ended.catch(() => notify());
  await askOver(client, '{ viewer { seesAllClients } }');
  return {
    results,
    ended,
    leave,
    has: (count) =>
      new Promise((resolve) => {
        notify = () => {
          if (results.length >= count) resolve(results.slice(0, count));
        };
        notify();
      }),
  };
}

/** Asks one thing over a socket; rejects with the errors of what was not carried out. */
export const askOver = (client: Client, query: string, variables: Json = {}): Promise<Json> =>
  new Promise((resolve, reject) => {
    let answer: unknown;
    client.subscribe(
      { query, variables },
      { next: (result) => (answer = result), error: reject, complete: () => resolve(answer) },
    );
  });

/** A socket by hand. */
export interface Talk {
  readonly socket: WebSocket;
  readonly messages: Json[];
  readonly pongs: string[];
  readonly closed: Promise<[code: number, reason: string]>;
  send(...messages: readonly unknown[]): void;
}

/** Opens a socket and sends these messages; a text is sent as it is. */
export async function talkTo(
  url: string,
  messages: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
  protocols: readonly string[] = [GRAPHQL_TRANSPORT_WS_PROTOCOL],
): Promise<Talk> {
  const socket = new WebSocket(url.replace('http', 'ws'), [...protocols], { headers });
  const received: Json[] = [];
  const pongs: string[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  socket.on('pong', (data) => pongs.push(String(data)));
  const closed = once(socket, 'close').then(([code, reason]): [number, string] => [code, String(reason)]);
  await once(socket, 'open');
  const send: Talk['send'] = (...more) => {
    for (const message of more) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  send(...messages);
  return { socket, messages: received, pongs, closed, send };
}
