import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { createClient } from '../../../packages/client/src';
import type { Json } from '../../support/graphql-service';
import { LIVE_TRANSPORTS, type LiveClient, type LiveTransport } from '../../support/live-transports';

/** Reads the log from the beginning, and goes on after its last event when it has to reconnect. */
export interface Recorder {
  readonly name: string;
  /** The ids of the events, in the order in which they came. */
  readonly ids: readonly string[];
  /** How often it had to subscribe again. */
  readonly reconnections: number;
  /** Why it cannot go on; null while it can. */
  readonly failure: string | null;
  close(): void;
}

/** The cursor before the first event. */
const BEGINNING = 'e0000000000000000';
const DOCUMENT = `subscription Recorded($after: EventCursor) {
  ticketEvents(after: $after) { cursor event { id number } ticket { id severity } } }`;
const PAUSE_MS = 100;
/** How long a client waits for its subscription before it tries another replica. */
const SUBSCRIBE_MS = 15_000;

/** One for each transport, and the client of this repository. */
export const startRecorders = (urls: readonly string[]): readonly Recorder[] => [
  ...LIVE_TRANSPORTS.map((transport, index) => recordOver(transport, urls, index)),
  recordWithOwnClient(urls[0] ?? ''),
];

/** With a public client that does not resume by itself: it goes to the next replica each time. */
function recordOver(transport: LiveTransport, urls: readonly string[], first: number): Recorder {
  const results: (readonly Json[])[] = [];
  let isClosed = false;
  let client: LiveClient | null = null;
  let reconnections = -1;
  let failure: string | null = null;

  const eventsOf = (answers: readonly Json[]) => answers.flatMap(({ data }) => data?.ticketEvents ?? []);
  const lastCursor = (): string =>
    results.flatMap((answers) => eventsOf(answers.slice(-1))).at(-1)?.cursor ?? BEGINNING;
  const follow = async () => {
    for (let turn = first; !isClosed && failure === null; turn++) {
      reconnections += 1;
      const opened = transport.open(urls[turn % urls.length] ?? '');
      client = opened;
      const subscribed = opened.subscribe({ query: DOCUMENT, variables: { after: lastCursor() } });
      const listener = await Promise.race([subscribed.catch(() => null), sleep(SUBSCRIBE_MS, null, { ref: false })]);
      if (listener !== null) {
        results.push(listener.results);
        const end = await listener.end;
        if (end.how === 'REFUSED' && !end.codes.every(mayRetry)) failure = end.codes.join(', ');
      }
      opened.close();
      if (!isClosed) await sleep(PAUSE_MS);
    }
  };
  void follow().catch((error: unknown) => {
    failure = String(error);
  });
  return {
    name: transport.name,
    get ids() {
      return results.flatMap(eventsOf).map(({ event }) => event.id);
    },
    get reconnections() {
      return Math.max(0, reconnections);
    },
    get failure() {
      return failure;
    },
    close: () => {
      isClosed = true;
      client?.close();
    },
  };
}

const mayRetry = (code: string): boolean => ['SERVICE_UNAVAILABLE', 'TOO_BUSY', 'INSUFFICIENT_STORAGE'].includes(code);

/** The client resumes by itself, at the one URL that it knows. */
function recordWithOwnClient(url: string): Recorder {
  const ids: string[] = [];
  let reconnections = 0;
  let failure: string | null = null;
  const client = createClient({ url, webSocketImpl: WebSocket, onRetry: () => void reconnections++ });
  const follow = async () => {
    for await (const { ticketEvents } of client.subscribe<Json>(DOCUMENT, { after: BEGINNING })) {
      ids.push(ticketEvents.event.id);
    }
  };
  void follow().catch((error: unknown) => {
    failure = String(error);
  });
  return {
    name: '@stepdown/client',
    ids,
    get reconnections() {
      return reconnections;
    },
    get failure() {
      return failure;
    },
    close: () => client.close(),
  };
}
