import WebSocket from 'ws';
import { createClient } from '../../../packages/client/src';
import type { Json } from '../../support/graphql-service';

/** When each event came to a subscriber that reads all the time. */
export interface Arrivals {
  /** The instant of `performance.now()` by the id of the event, in the order in which they came. */
  readonly at: ReadonlyMap<string, number>;
  /** The cursor of the last of them. */
  readonly cursor: string | null;
  /** Throws what ended the subscription. */
  check(): void;
  close(): void;
}

const DOCUMENT = 'subscription ($after: EventCursor) { ticketEvents(after: $after) { cursor event { id } } }';

/** @param after the cursor after which it begins; with null, it gets what happens from now on */
export function noteArrivals(url: string, document = DOCUMENT, after: string | null = null): Arrivals {
  const at = new Map<string, number>();
  const client = createClient({ url, webSocketImpl: WebSocket });
  let cursor = after;
  let failure: unknown = null;
  const follow = async () => {
    for await (const { ticketEvents } of client.subscribe<Json>(document, { after })) {
      at.set(ticketEvents.event.id, performance.now());
      cursor = ticketEvents.cursor;
    }
  };
  void follow().catch((error: unknown) => {
    failure = error;
  });
  return {
    at,
    get cursor() {
      return cursor;
    },
    check: () => {
      if (failure !== null) throw failure;
    },
    close: () => client.close(),
  };
}
