import type { Lane } from '../database/lanes';
import { readRows, type Statement, sendStatement } from '../database/sql';
import { retryWhileLocked } from '../database/transact';
import type { FollowedRow } from './statements/follow-log';

/** How a follower reads events and writes what it makes of them. */
export interface Following {
  readonly read: Statement;
  /**
   * The statements that write rows, in order. Only the last one moves the follower on.
   *
   * @param doneBefore the transaction before which everything will be done then
   * @param rows none if there is only the position to write
   */
  write(doneBefore: string, rows: readonly FollowedRow[]): AsyncIterable<Statement>;
}

/** The position of a statement that does not move the follower on. */
export const NOT_ON = '0';

/** The batches that one call writes: 10,000 events, about a second. */
const MOST_WRITTEN = 40;
/** The batches that one call reads, with those that are written already. */
const MOST_READ = 400;

/** A place in the log: the last event that was read. */
type Place = readonly [xid: string, id: string];
const START: Place = ['0', '0'];

/**
 * Derives a table from the event log. A reader of the table calls `catchUp` first, so that it has
 * what was committed until then; a service calls it every few seconds besides, so that little is
 * left to do. Older processes that write beside, imports, and events from before the table existed
 * need nothing of their own, because all of them are in the log.
 */
export class LogFollower {
  private running: Promise<boolean> | null = null;
  private queued: Promise<boolean> | null = null;
  private isStopped = false;
  /** The last event before which nothing can be added to the log any more, and all is written. */
  private settled: Place = START;

  constructor(
    private readonly lane: Lane,
    private readonly following: Following,
  ) {}

  /**
   * Takes what was committed before the call.
   *
   * @returns false if so much was left that some still is
   */
  catchUp(): Promise<boolean> {
    if (this.running === null) {
      this.running = this.takeBatches().finally(() => {
        this.running = null;
      });
      return this.running;
    }
    // The running one may have read the log before what this caller knows was committed.
    this.queued ??= this.running
      .catch(() => false)
      .then(() => {
        this.queued = null;
        return this.catchUp();
      });
    return this.queued;
  }

  /** Ends what runs after its next statement. */
  stop(): void {
    this.isStopped = true;
  }

  private async takeBatches(): Promise<boolean> {
    let after = this.settled;
    let written = 0;
    for (let read = 0; read < MOST_READ && written < MOST_WRITTEN && !this.isStopped; read++) {
      const { last, hasWritten } = await this.takeBatch(after);
      if (last === null) return true;
      if (hasWritten) written += 1;
      after = last;
    }
    return false;
  }

  /** @returns the place of the last event; null if no event follows */
  private async takeBatch(after: Place): Promise<{ readonly last: Place | null; readonly hasWritten: boolean }> {
    const rows = await readRows<FollowedRow>(this.lane.ownWork, { ...this.following.read, values: after });
    const [first] = rows;
    if (first === undefined) throw new Error('The table log_followers lacks a row');
    const { last_xid, last_id, newest, oldest, done_before } = first;
    if (BigInt(done_before) < BigInt(this.settled[0])) {
      // The database was restored to an earlier time.
      this.settled = START;
      return this.takeBatch(START);
    }
    const last: Place | null = last_xid === null || last_id === null ? null : [last_xid, last_id];
    const events = rows.filter(({ ticket_id }) => ticket_id !== null);
    const next = last === null ? BigInt(newest ?? 0) + 1n : BigInt(last[0]);
    const doneBefore = least([next, BigInt(oldest)]);
    const hasWritten = events.length > 0 || doneBefore > BigInt(done_before);
    if (hasWritten) {
      for await (const statement of this.following.write(`${doneBefore}`, events)) {
        // The rest is written by the next process that follows the log.
        if (this.isStopped) return { last: after, hasWritten: false };
        // Another process may be writing the same.
        await retryWhileLocked(this.lane, () => sendStatement(this.lane.ownWork, statement));
      }
    }
    if (last !== null && BigInt(last[0]) < BigInt(oldest)) this.settled = last;
    return { last, hasWritten };
  }
}

const least = (numbers: readonly bigint[]): bigint => numbers.toSorted((one, other) => (one < other ? -1 : 1))[0] ?? 0n;
