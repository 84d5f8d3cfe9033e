import type { ClientConfig, Pool } from 'pg';
import type { EventFeed } from '../../application/ports/events';
import type { EpochMs } from '../../domain/instant';
import { createEventLog } from '../persistence/tickets/event-log';
import type { Commit } from '../persistence/tickets/postgres-ticket-store';
import { Hub } from './hub';
import { NotifyChannel } from './notify-channel';
import { Tail } from './tail';
import type { WaitingLimits } from './waiting-events';

export interface FeedSettings {
  readonly pool: Pool;
  /** For the LISTEN connection. Must point to the database itself, not to a pooler. */
  readonly url: string;
  /** Makes the socket of the LISTEN connection; that of `pg` by default. */
  readonly stream?: NonNullable<ClientConfig['stream']>;
  /** The longest time between two reads of the log, in milliseconds. Default: 1,000. */
  readonly pollMs?: number;
  /** Default: `WAITING_LIMITS`. */
  readonly limits?: WaitingLimits;
  /** Called with the earliest of the deadlines that any process has written. */
  readonly onDeadline?: (at: EpochMs) => void;
  /** Called when the log or the notify channel fails. Both retry by themselves. */
  readonly onError?: (error: unknown) => void;
}

/** The event feed of this process. */
export interface RunningFeed extends EventFeed {
  /**
   * To be called after each commit that recorded events. Wakes the tail, and announces the next
   * deadline, in this and in the other processes.
   */
  committed(commit: Commit): void;
  /** By how much it follows the log too late, in milliseconds; less than two seconds as a rule. */
  readonly behindMs: number;
  /** To be called when the database can be reached again, so that the feed does not wait longer. */
  retry(): void;
  /** Ends every subscription and closes the connections. */
  close(): Promise<void>;
}

/** Starts following the log at its current end. */
export async function openFeed(settings: FeedSettings): Promise<RunningFeed> {
  const { pool, url, stream, pollMs, onDeadline, onError, limits } = settings;
  const errors = onError === undefined ? {} : { onError };
  const log = createEventLog(pool);
  const start = await log.snapshot();
  const hub = new Hub(start, limits);
  const tail = new Tail(log, hub, start, { ...errors, ...(pollMs === undefined ? {} : { pollMs }) });
  const onWake = (nextDeadlineAt: EpochMs | null): void => {
    tail.wake();
    if (nextDeadlineAt !== null) onDeadline?.(nextDeadlineAt);
  };
  const channel = new NotifyChannel({ url, onWake, ...errors, ...(stream === undefined ? {} : { stream }) });
  tail.start();
  await channel.open();
  return {
    get behindMs() {
      return tail.behindMs;
    },
    subscribe: (caller, accepts) => hub.subscribe(caller, accepts),
    committed: ({ xid, nextDeadlineAt }) => {
      hub.committed(BigInt(xid));
      onWake(nextDeadlineAt);
      channel.notify(nextDeadlineAt);
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
