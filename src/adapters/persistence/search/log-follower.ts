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
   * @param doneTo the position up to which everything will be done then
   * @param rows none if there is only the position to write
   */
  write(doneTo: string, rows: readonly FollowedRow[]): AsyncIterable<Statement>;
}

/** The position of a statement that does not move the follower on. */
export const NOT_ON = '0';

/** The batches that one call takes: 10,000 events, about a second. */
const MOST_TAKEN = 40;

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

  /** @param place gives positions to what is committed and has none */
  constructor(
    private readonly lane: Lane,
    private readonly following: Following,
    private readonly place: () => Promise<unknown>,
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
    let hasPlaced = false;
    for (let taken = 0; taken < MOST_TAKEN && !this.isStopped; taken++) {
      const { isFull, isUnplaced } = await this.takeBatch();
      if (isFull) continue;
      // What is committed after the call does not have to be taken.
      if (!isUnplaced || hasPlaced) return true;
      await this.place();
      hasPlaced = true;
    }
    return false;
  }

  /** @returns whether there may be further events, and whether some had no position */
  private async takeBatch(): Promise<{ readonly isFull: boolean; readonly isUnplaced: boolean }> {
    const rows = await readRows<FollowedRow>(this.lane.ownWork, this.following.read);
    const [first] = rows;
    if (first === undefined) throw new Error('The table log_followers lacks a row');
    const { last, is_full: isFull, is_unplaced: isUnplaced } = first;
    if (last === null) return { isFull, isUnplaced };
    const events = rows.filter(({ ticket_id }) => ticket_id !== null);
    for await (const statement of this.following.write(last, events)) {
      // The rest is written by the next process that follows the log.
      if (this.isStopped) return { isFull: true, isUnplaced };
      // Another process may be writing the same.
      await retryWhileLocked(this.lane, () => sendStatement(this.lane.ownWork, statement));
    }
    return { isFull, isUnplaced };
  }
}
