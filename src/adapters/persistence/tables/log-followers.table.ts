import { EntitySchema } from 'typeorm';
import { primary, text, xid8 } from './column-types';

interface LogFollowerRow {
  readonly name: string;
  readonly done_before: string;
}

export const logFollowers = new EntitySchema<LogFollowerRow>({
  name: 'log_followers',
  columns: {
    name: primary(text('What is derived from the log: names (spellings and external_ids) or texts (search_texts)')),
    done_before: xid8('The events of all transactions before this one are done'),
  },
});
