import type { ClientConfig, Pool } from 'pg';
import type { EventFeed } from '../../application/ports/events';
import type { DurationMs, EpochMs } from '../../domain/instant';
import { createEventLog } from '../persistence/log/postgres-event-log';
import type { Commit } from '../persistence/tickets/postgres-ticket-store';
import { Hub } from './hub';
import { NotifyChannel } from './notify-channel';
import type { RecentLimits } from './recent-events';
import { Tail } from './tail';

export interface FeedSettings {
  readonly pool: Pool;
  /**
   * For the LISTEN connection. Must point to the database itself, not to a pooler; null if only a
   * pooler is known.
   */
  readonly url: string | null;
  /** Makes the socket of the LISTEN connection; that of `pg` by default. */
  readonly stream?: NonNullable<ClientConfig['stream']>;
  /** The longest time between two looks at the log, in milliseconds. Default: 1,000. */
  readonly pollMs?: number;
  /** Default: `RECENT_LIMITS`. */
  readonly limits?: RecentLimits;
  /** Called with the earliest of the deadlines that any process has written. */
  readonly onDeadline?: (at: EpochMs) => void;
  /** Called when the log or the notify channel fails. Both retry by themselves. */
  readonly onError?: (error: unknown) => void;
  /** The clock by which the lag is measured. */
  readonly now?: () => EpochMs;
}

/** The events that a subscriber who is behind reads at once. */
const PAGE = 200;

/**
 * Deadlines that are further away are not announced to the other processes: these look every two
 * seconds anyway, and each announcement is a transaction.
 */
const NEAR_MS = 10_000;

/** The event feed of this process. */
export interface RunningFeed extends EventFeed {
  /**
   * To be called after each commit that recorded events. Wakes the tail, and announces the next
   * deadline, in this and in the other processes.
   */
  committed(commit: Pick<Commit, 'nextDeadlineAt'>): void;
  /** Calls a listener whenever the log may have events after the last call. */
  onPlaced(listener: () => void): void;
  /** By how much it follows the log too late, in milliseconds; less than two seconds as a rule. */
  readonly behindMs: number;
  /**
   * How old the last event was when subscribers could take it, in milliseconds; null if there was
   * none since the start.
   */
  readonly deliveryLagMs: DurationMs | null;
  /** How many subscriptions there are. */
  readonly subscriptions: number;
  /** To be called when the database can be reached again, so that the feed does not wait longer. */
  retry(): void;
  /** Ends every subscription and closes the connections. */
  close(): Promise<void>;
}

/** Starts following the log at its current end. */
export async function openFeed(settings: FeedSettings): Promise<RunningFeed> {
  const { pool, url, stream, pollMs, onDeadline, onError, limits, now } = settings;
  const errors = onError === undefined ? {} : { onError };
  const log = createEventLog(pool);
  const { newest } = await log.bounds();
  const catchUp = createEventLog(pool, 'lookups');
  const hub = new Hub(newest, (position, scope) => catchUp.after(position, PAGE, scope), limits);
  const listeners: (() => void)[] = [];
  let deliveryLagMs: DurationMs | null = null;
  const tail = new Tail(log, hub, {
    ...errors,
    ...(pollMs === undefined ? {} : { pollMs }),
    onPlaced: () => {
      for (const listener of listeners) listener();
    },
    onDelivered: (event) => {
      if (now !== undefined) deliveryLagMs = Math.max(0, now() - event.recordedAt);
    },
  });
  const onWake = (nextDeadlineAt: EpochMs | null): void => {
    tail.wake();
    if (nextDeadlineAt !== null) onDeadline?.(nextDeadlineAt);
  };
  const channel = new NotifyChannel({
    url,
    onWake,
    onPlaced: (position) => tail.placed(position),
    ...errors,
    ...(stream === undefined ? {} : { stream }),
  });
  tail.start();
  await channel.open();
  return {
    get behindMs() {
      return tail.behindMs;
    },
    get deliveryLagMs() {
      return deliveryLagMs;
    },
    get subscriptions() {
      return hub.size;
    },
    get position() {
      return hub.position;
    },
    subscribe: (caller, request) => hub.subscribe(caller, request),
    onPlaced: (listener) => {
      listeners.push(listener);
    },
    committed: ({ nextDeadlineAt }) => {
      onWake(nextDeadlineAt);
      if (nextDeadlineAt !== null && (now === undefined || nextDeadlineAt < now() + NEAR_MS)) {
        channel.notify(nextDeadlineAt);
      }
    },
    retry: () => {
      tail.wake();
      channel.retry();
    },
    close: async () => {
      hub.close();
      await Promise.all([tail.close(), channel.close()]);
    },
  };
}
