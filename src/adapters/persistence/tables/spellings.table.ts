import { EntitySchema } from 'typeorm';
import { primary, text, uuid } from './column-types';

interface SpellingRow {
  readonly folded: string;
  readonly written_hash: string;
  readonly written: string;
}

export const spellings = new EntitySchema<SpellingRow>({
  name: 'spellings',
  columns: {
    folded: primary(uuid('Key by which the text is compared')),
    written_hash: primary(uuid('Hash of the text as it is written')),
    written: text('The text as it is written in tickets'),
  },
});
