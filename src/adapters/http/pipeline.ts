import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from './request-body';

/** The maximum number of requests of a connection that wait for an answer. */
const MAX_PIPELINED = 100;

interface Connection {
  waiting: number;
  /** Resolves when the last answer was handed to the operating system or the client has gone. */
  last: Promise<void>;
}

/**
 * Carries out the requests of a connection one after another. A client that sends requests without
 * reading the answers would otherwise make the service keep all answers in memory.
 */
export class Pipeline {
  private readonly connections = new WeakMap<Socket, Connection>();

  /**
   * Resolves when it is the turn of a request; null if it is at once.
   * @throws RequestError with status 429 if too many requests of its connection wait
   */
  turnOf(request: IncomingMessage, response: ServerResponse): Promise<void> | null {
    const { socket } = request;
    const connection = this.connections.get(socket) ?? { waiting: 0, last: Promise.resolve() };
    this.connections.set(socket, connection);
    if (connection.waiting >= MAX_PIPELINED) {
      response.setHeader('connection', 'close');
      const sentence = `At most ${MAX_PIPELINED} requests of a connection can wait; read the answers first.`;
      throw new RequestError(429, 'TOO_MANY_REQUESTS', sentence);
    }
    const turn = connection.waiting === 0 ? null : connection.last;
    connection.waiting += 1;
    connection.last = new Promise((resolve) => {
      // Of an answer: `close` comes after `finish`, and also if the client has gone.
      response.once('close', () => {
        connection.waiting -= 1;
        resolve();
      });
    });
    return turn;
  }
}
