import { setTimeout as pause } from 'node:timers/promises';
import { createClient as createSseClient } from 'graphql-sse';
import WebSocket from 'ws';
import { createClient } from '../../packages/client/src';

const TICKET_EVENTS = `subscription ($after: EventCursor) {
  ticketEvents(after: $after) { cursor event { id } } }`;
/** The time after which a client of event streams connects again. */
const RETRY_MS = 100;

interface TicketEvents {
  readonly ticketEvents: { readonly cursor: string; readonly event: { readonly id: string } };
}

/** A client that records what it receives, and goes on after its last event when it is cut off. */
export interface LogSubscriber {
  /** The ids of the events, in the order in which they came. */
  readonly ids: readonly string[];
  /** How often it was cut off. */
  readonly interruptions: number;
  close(): void;
}

/**
 * Subscribes over WebSocket with the client of this project, which goes on by itself.
 *
 * @param after the cursor after which it begins
 */
export function followByWebSocket(url: string, after: string | null): LogSubscriber {
  const ids: string[] = [];
  const subscriber = { ids, interruptions: 0, close: () => client.close() };
  const onRetry = () => {
    subscriber.interruptions += 1;
  };
  const client = createClient({ url, webSocketImpl: WebSocket, onRetry });
  const events = client.subscribe<TicketEvents>(TICKET_EVENTS, { after });
  const read = async (): Promise<void> => {
    for await (const { ticketEvents } of events) ids.push(ticketEvents.event.id);
  };
  read().catch((error: unknown) => ids.push(`ended: ${error}`));
  return subscriber;
}

/** Subscribes over an event stream of its own, and connects again as a client has to. */
export function followByEventStream(url: string, after: string | null): LogSubscriber {
  const client = createSseClient({ url: `${url}/stream`, retryAttempts: 0 });
  const ids: string[] = [];
  let cursor = after;
  let isClosed = false;
  const subscriber = {
    ids,
    interruptions: 0,
    close: () => {
      isClosed = true;
      client.dispose();
    },
  };
  const readOnce = async (): Promise<void> => {
    const events = client.iterate<TicketEvents>({ query: TICKET_EVENTS, variables: { after: cursor } });
    for await (const { data, errors } of events) {
      if (data == null) throw new Error(JSON.stringify(errors));
      cursor = data.ticketEvents.cursor;
      ids.push(data.ticketEvents.event.id);
    }
  };
  const read = async (): Promise<void> => {
    while (!isClosed) {
      await readOnce().catch(() => undefined);
      subscriber.interruptions += 1;
      if (!isClosed) await pause(RETRY_MS);
    }
  };
  void read();
  return subscriber;
}
