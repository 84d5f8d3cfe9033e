import { type Client, createClient } from 'graphql-ws';
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
