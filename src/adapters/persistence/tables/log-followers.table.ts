import { EntitySchema } from 'typeorm';
import { bigint, primary, text, xid8 } from './column-types';

interface LogFollowerRow {
  readonly name: string;
  /** Of older processes. */
  readonly done_before: string;
  /** A decimal 64-bit integer. */
  readonly position: string;
}

export const logFollowers = new EntitySchema<LogFollowerRow>({
  name: 'log_followers',
  columns: {
    name: primary(
      text(
        'What is derived from the log: names (spellings and external_ids), texts (search_texts) or replies (tickets.awaiting_reply_since)',
      ),
    ),
    done_before: xid8('The events of all transactions before this one are done'),
    position: { ...bigint('The events up to this position are done'), default: 0 },
  },
});
