import type { Pool } from 'pg';
import type { LoggedEvent } from '../../../application/ports/events';
import { UnreadableEvent } from '../../../domain/ticket/upcast';
import { type Queryable, rowsOf } from '../database/sql';
import { loggedEventOf, type SelectedEvent } from './event-row';
import { LOG_SNAPSHOT, READ_LOG } from './statements/read-log';

/** A place in the log; events are ordered by transaction and, within one, by id. */
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
   * The events of this part that cannot be read. They have no entry, so that the log can be
   * followed past them.
   */
  readonly unreadable: readonly UnreadableEvent[];
  /** The place after this part. */
  readonly next: LogPlace;
  /** As many events were read as the limit allows, so there may be more. */
  readonly isFull: boolean;
  readonly snapshot: LogSnapshot;
}

/** Which transactions had ended when the log was read. */
export class LogSnapshot {
  /** The oldest transaction still running; all before it have ended. */
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

  /** Whether nothing was under way, so that all that was committed could be read in order. */
  get isQuiet(): boolean {
    return this.oldestRunning === this.next;
  }

  /** All transactions from this one on had not begun. */
  get end(): bigint {
    return this.next;
  }

  /** Where reading on from here begins. */
  get place(): LogPlace {
    return { xid: `${this.oldestRunning}`, id: '0' };
  }
}

/** The log, in an order in which a reader that follows it misses no event. */
export interface EventLog {
  /** The present end of the log. */
  snapshot(): Promise<LogSnapshot>;
  /**
   * What follows a place, the earliest first, up to the oldest transaction that is still running.
   */
  after(place: LogPlace, limit: number): Promise<LogPart>;
}

export const createEventLog = (pool: Pool): EventLog => ({
  snapshot: async () => {
    const [row] = await rowsOf<{ snapshot: string }>(pool, LOG_SNAPSHOT);
    return new LogSnapshot(row?.snapshot ?? '');
  },
  after: (place, limit) => readAfter(pool, place, limit),
});

async function readAfter(on: Queryable, { xid, id }: LogPlace, limit: number): Promise<LogPart> {
  type Row = SelectedEvent & { readonly snapshot: string };
  const rows = await rowsOf<Row>(on, { ...READ_LOG, values: [xid, id, limit] });
  // Where nothing follows there is one row, which holds only the snapshot.
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
