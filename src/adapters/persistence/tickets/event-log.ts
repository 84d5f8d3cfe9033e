import type { Pool } from 'pg';
import type { LoggedEvent } from '../../../application/ports/events';
import { type Queryable, rowsOf } from '../database/sql';
import { EVENT_COLUMNS, loggedEventOf, type SelectedEvent } from './event-row';

/** A place in the log; events are ordered by transaction and, within one, by id. */
export interface LogPlace {
  readonly xid: string;
  readonly id: string;
}

export interface LogEntry {
  readonly xid: bigint;
  readonly event: LoggedEvent;
}

/** Which transactions had ended when the log was looked at. */
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

/** The log in the order in which it can be followed without ever missing an event. */
export interface EventLog {
  /** The present end. */
  snapshot(): Promise<LogSnapshot>;
  /** What follows a place, the earliest first, as far as no transaction still running can come in between. */
  after(
    place: LogPlace,
    limit: number,
  ): Promise<{ readonly entries: readonly LogEntry[]; readonly snapshot: LogSnapshot }>;
}

// Numbers are given before transactions commit, so events do not become visible in the order of their ids. Only when
// every transaction up to a number has ended is the log complete up to there.
export const READ_LOG = {
  name: 'read-log',
  text: `SELECT s.snapshot::text AS snapshot, e.*
           FROM (SELECT pg_current_snapshot() AS snapshot) s
           LEFT JOIN LATERAL (
             SELECT ${EVENT_COLUMNS} FROM events e
              WHERE (e.xid, e.id) > ($1::xid8, $2::bigint) AND e.xid < pg_snapshot_xmin(s.snapshot)
              ORDER BY e.xid, e.id LIMIT $3) e ON true`,
};

export const createEventLog = (pool: Pool): EventLog => ({
  snapshot: async () => {
    const [row] = await rowsOf<{ snapshot: string }>(pool, {
      name: 'log-snapshot',
      text: 'SELECT pg_current_snapshot()::text AS snapshot',
    });
    return new LogSnapshot(row?.snapshot ?? '');
  },
  after: (place, limit) => readAfter(pool, place, limit),
});

async function readAfter(on: Queryable, { xid, id }: LogPlace, limit: number) {
  type Row = SelectedEvent & { readonly snapshot: string };
  const rows = await rowsOf<Row>(on, { ...READ_LOG, values: [xid, id, limit] });
  return {
    // Where nothing follows there is one row, with the snapshot alone.
    entries: rows
      .filter((row) => row.ticket_id !== null)
      .map(({ snapshot: _, ...row }) => ({ xid: BigInt(row.xid), event: loggedEventOf(row) })),
    snapshot: new LogSnapshot(rows[0]?.snapshot ?? ''),
  };
}
