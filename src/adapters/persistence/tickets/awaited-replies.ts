import type { Pool } from 'pg';
import { lanesOf } from '../database/lanes';
import { createEventLog } from '../log/postgres-event-log';
import { type Following, LogFollower } from '../search/log-follower';
import { CORRECT_REPLIES, FOLLOW_REPLIES, PASS_REPLIES } from './statements/follow-replies';

const REPLIES: Following = {
  read: FOLLOW_REPLIES,
  async *write(doneTo, rows) {
    const tickets = [...new Set(rows.map(({ ticket_id }) => ticket_id))];
    // Mostly there is nothing to correct; then it waits for no lock of the tickets.
    if (tickets.length === 0) yield { ...PASS_REPLIES, values: [doneTo, 'replies'] };
    else yield { ...CORRECT_REPLIES, values: [doneTo, 'replies', tickets] };
  },
};

/**
 * Corrects since when tickets await a reply, where their rows differ from the log: those of before
 * the column, and those that an older process has written since.
 */
export class AwaitedReplies {
  private readonly follower: LogFollower;

  constructor(pool: Pool) {
    this.follower = new LogFollower(lanesOf(pool).heavy, REPLIES, createEventLog(pool).place);
  }

  /** Does a part of what is left; returns whether all of it is done. */
  advance(): Promise<boolean> {
    return this.follower.catchUp();
  }

  /** Ends a step that runs after its next statement. */
  stop(): void {
    this.follower.stop();
  }
}
