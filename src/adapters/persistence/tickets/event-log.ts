import type { Pool } from 'pg';
import type { LoggedEvent } from '../../../application/ports/events';
import { UnreadableEvent } from '../../../domain/ticket/upcast';
import { lanesOf } from '../database/lanes';
import { type Queryable, rowsOf } from '../database/sql';
import { loggedEventOf, type SelectedEvent } from './event-row';
import { LOG_SNAPSHOT, READ_LOG } from './statements/read-log';

/** A position in the log. Events are ordered by transaction and, within a transaction, by id. */
export interface LogPlace {
  readonly xid: string;
  readonly id: string;
}

export interface LogEntry {
  readonly xid: bigint;
  readonly event: LoggedEvent;
}

/** A part of the log. */
export interface LogPart {
  readonly entries: readonly LogEntry[];
  /**
   * The events of this part that cannot be read. They have no entry, so that reading can continue
   * after them.
   */
  readonly unreadable: readonly UnreadableEvent[];
  /** The position after this part. */
  readonly next: LogPlace;
  /** Whether the limit was reached, so that there may be more events. */
  readonly isFull: boolean;
  readonly snapshot: LogSnapshot;
}

/** The transactions that had ended when the log was read. */
export class LogSnapshot {
  /** The oldest transaction that was still running. All earlier ones had ended. */
  readonly oldestRunning: bigint;
  private readonly next: bigint;
  private readonly running: ReadonlySet<string>;

  /** @param text as PostgreSQL writes a `pg_snapshot`: `xmin:xmax:xip,xip` */
  constructor(text: string) {
    const [xmin, xmax, list] = text.split(':');
    if (xmin === undefined || xmax === undefined || list === undefined) throw new Error(`Not a snapshot: ${text}`);
    this.oldestRunning = BigInt(xmin);
    this.next = BigInt(xmax);
    this.running = new Set(list.split(','));
  }

  /** Whether the transaction had ended. */
  covers(xid: bigint): boolean {
    return xid < this.oldestRunning || (xid < this.next && !this.running.has(`${xid}`));
  }

  /**
   * Whether no transaction was running, so that everything that was committed could be read in
   * order.
   */
  get isQuiet(): boolean {
    return this.oldestRunning === this.next;
  }

  /** The first transaction that had not begun. */
  get end(): bigint {
    return this.next;
  }

  /** The position at which the next read begins. */
  get place(): LogPlace {
    return { xid: `${this.oldestRunning}`, id: '0' };
  }
}

/** The log, in an order that guarantees that a reader who follows it misses no event. */
export interface EventLog {
  /** The current end of the log. */
  snapshot(): Promise<LogSnapshot>;
  /**
   * The events after a position, the earliest first, up to the oldest transaction that is still
   * running.
   */
  after(place: LogPlace, limit: number): Promise<LogPart>;
}

export function createEventLog(pool: Pool): EventLog {
  const feed = lanesOf(pool).feed.ownWork;
  return {
    snapshot: async () => {
      const [row] = await rowsOf<{ snapshot: string }>(feed, LOG_SNAPSHOT);
      return new LogSnapshot(row?.snapshot ?? '');
    },
    after: (place, limit) => readAfter(feed, place, limit),
  };
}

async function readAfter(on: Queryable, { xid, id }: LogPlace, limit: number): Promise<LogPart> {
  type Row = SelectedEvent & { readonly snapshot: string };
  const rows = await rowsOf<Row>(on, { ...READ_LOG, values: [xid, id, limit] });
  // If there are no further events, the result is one row that holds only the snapshot.
  const events = rows.filter((row) => row.ticket_id !== null);
  const last = events.at(-1);
  const entries: LogEntry[] = [];
  const unreadable: UnreadableEvent[] = [];
  for (const row of events) {
    try {
      entries.push({ xid: BigInt(row.xid), event: loggedEventOf(row) });
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      unreadable.push(error);
    }
  }
  return {
    entries,
    unreadable,
    next: last === undefined ? { xid, id } : { xid: last.xid, id: last.id },
    isFull: events.length === limit,
    snapshot: new LogSnapshot(rows[0]?.snapshot ?? ''),
  };
}
