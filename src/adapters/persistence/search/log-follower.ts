import type { Lane } from '../database/lanes';
import { readRows, type Statement, sendStatement } from '../database/sql';
import { retryWhileLocked } from '../database/transact';
import { FOLLOWED_BATCH, type FollowedRow } from './statements/follow-log';

/** How a follower reads events and writes what it makes of them. */
export interface Following {
  readonly read: Statement;
  /**
   * @param doneBefore the transaction before which everything will be done then
   * @param rows none if there is only the position to write
   */
  write(doneBefore: string, rows: readonly FollowedRow[]): Promise<Statement>;
}

/** The batches that a request waits for: 10,000 events, about a second. */
const MOST_BATCHES = 50;

/**
 * Derives a table from the event log. A reader of the table calls `catchUp` first, so that it has
 * what was committed until then; a service calls it every few seconds besides, so that little is
 * left to do. Older processes that write beside, imports, and events from before the table existed
 * need nothing of their own, because all of them are in the log.
 */
export class LogFollower {
  private running: Promise<boolean> | null = null;
  private queued: Promise<boolean> | null = null;

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

  private async takeBatches(): Promise<boolean> {
    let after: readonly [xid: string, id: string] | null = ['0', '0'];
    for (let batch = 0; after !== null && batch < MOST_BATCHES; batch++) after = await this.takeBatch(after);
    return after === null;
  }

  /** @returns the place of the last event; null if no event follows */
  private async takeBatch(after: readonly [string, string]): Promise<readonly [string, string] | null> {
    const rows = await readRows<FollowedRow>(this.lane, { ...this.following.read, values: after });
    const events = rows.filter(({ xid }) => xid !== null);
    const last = events.length === FOLLOWED_BATCH ? events.at(-1) : undefined;
    const [first] = rows;
    if (first === undefined) throw new Error('The table log_followers lacks a row');
    const position = BigInt(first.done_before);
    const next = last === undefined ? BigInt(first.newest ?? 0) + 1n : BigInt(last.xid ?? 0);
    const doneBefore = least([next, BigInt(first.oldest)]);
    if (events.length > 0 || doneBefore > position) {
      const statement = await this.following.write(`${doneBefore}`, events);
      // Another process may be writing the same.
      await retryWhileLocked(this.lane, () => sendStatement(this.lane, statement));
    }
    return last === undefined ? null : [`${last.xid}`, last.id];
  }
}

const least = (numbers: readonly bigint[]): bigint => numbers.toSorted((one, other) => (one < other ? -1 : 1))[0] ?? 0n;
