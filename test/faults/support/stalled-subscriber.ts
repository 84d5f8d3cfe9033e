import { once } from 'node:events';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import type { Json } from '../../support/graphql-service';

/** A client that neither reads nor answers pings is cut off before its socket is full. */
const PONG_EVERY_MS = 2_000;

/** A subscriber whose client reads nothing of its socket until it is asked to. */
export interface StalledSubscriber {
  /** The ids of the events that it has read. */
  readonly ids: readonly string[];
  /** The cursor of the last of them; the one with which it began if it has read none. */
  readonly cursor: string;
  /** Reads what there is. @returns the code with which the socket was closed */
  read(): Promise<number>;
  cut(): void;
}

/** @param document of a subscription to `ticketEvents` after a cursor */
export async function subscribeAndStall(url: string, document: string, after: string): Promise<StalledSubscriber> {
  const socket = new WebSocket(url.replace('http', 'ws'), GRAPHQL_TRANSPORT_WS_PROTOCOL);
  socket.on('error', () => undefined);
  const ids: string[] = [];
  let cursor = after;
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  socket.on('message', (data) => {
    const { payload } = JSON.parse(String(data)) as Json;
    const event = payload?.data?.ticketEvents;
    if (event === undefined) return;
    ids.push(event.event.id);
    cursor = event.cursor;
  });
  const closed = once(socket, 'close');
  const payload = { query: document, variables: { after } };
  socket.send(JSON.stringify({ type: 'subscribe', id: 'stalled', payload }));
  socket.pause();
  const ponging = setInterval(() => socket.pong('', true, () => undefined), PONG_EVERY_MS);
  void closed.then(() => clearInterval(ponging));
  return {
    ids,
    get cursor() {
      return cursor;
    },
    read: async () => {
      socket.resume();
      const [code] = (await closed) as [number];
      return code;
    },
    cut: () => socket.terminate(),
  };
}
