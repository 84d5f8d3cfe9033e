import type { Pool } from 'pg';
import type { EventFeed } from '../../application/ports/events';
import type { EpochMs } from '../../domain/instant';
import { createEventLog } from '../persistence/tickets/event-log';
import type { Commit } from '../persistence/tickets/postgres-ticket-store';
import { Hub } from './hub';
import { NotifyChannel } from './notify-channel';
import { Tail } from './tail';

export interface FeedSettings {
  readonly pool: Pool;
  /** For the connection that listens; the database itself, not a pooler. */
  readonly url: string;
  readonly pollMs?: number;
  /** How many events may wait for one subscriber; 1,000 unless told. */
  readonly queueLimit?: number;
  /** EventWithTicket of deadlines that another process has written: the earliest of some. */
  readonly onDeadline?: (at: EpochMs) => void;
  /** EventWithTicket when the log or the line cannot be reached; both go on by themselves. */
  readonly onError?: (error: unknown) => void;
}

/** This process's part in the feed of events. */
export interface RunningFeed extends EventFeed {
  /** To be called after each commit that recorded events: wakes this process's tail and the other processes. */
  committed(commit: Commit): void;
  /** Ends every subscription and closes what it holds. */
  close(): Promise<void>;
}

/** Starts following the log at its present end. */
export async function openFeed(settings: FeedSettings): Promise<RunningFeed> {
  const { pool, url, pollMs, onDeadline, onError, queueLimit } = settings;
  const errors = onError === undefined ? {} : { onError };
  const log = createEventLog(pool);
  const start = await log.snapshot();
  const hub = new Hub(start, queueLimit);
  const tail = new Tail(log, hub, start, { ...errors, ...(pollMs === undefined ? {} : { pollMs }) });
  const onWake = (nextDeadlineAt: EpochMs | null): void => {
    tail.wake();
    if (nextDeadlineAt !== null) onDeadline?.(nextDeadlineAt);
  };
  const line = new NotifyChannel({ url, onWake, ...errors });
  tail.start();
  await line.open();
  return {
    subscribe: (accepts) => hub.subscribe(accepts),
    committed: ({ xid, nextDeadlineAt }) => {
      hub.committed(BigInt(xid));
      tail.wake();
      line.notify(nextDeadlineAt);
    },
    close: async () => {
      hub.close();
      await Promise.all([tail.close(), line.close()]);
    },
  };
}
