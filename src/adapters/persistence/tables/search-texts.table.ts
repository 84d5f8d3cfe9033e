import { EntitySchema } from 'typeorm';
import { boolean, integer, primary, text, uuid } from './column-types';

interface SearchTextRow {
  readonly ticket_id: string;
  readonly number: number;
  readonly folded: string;
  readonly grams: readonly number[];
  readonly is_internal: boolean;
}

export const searchTexts = new EntitySchema<SearchTextRow>({
  name: 'search_texts',
  columns: {
    ticket_id: primary(uuid('Ticket of the event')),
    number: primary(integer('Number of the event in its ticket')),
    folded: {
      ...text('Texts of the event, folded for comparison, a line for each'),
      collation: 'C',
    },
    grams: {
      type: 'integer',
      array: true,
      comment: 'Numbers for the sequences of three characters that the words of the texts contain',
    },
    is_internal: {
      ...boolean('Whether persons of the client must not find the texts, such as those of a note'),
      default: false,
    },
  },
  // A GIN index on the elements of grams, which TypeORM cannot describe.
  indices: [{ name: 'search_texts_grams_idx', columns: ['grams'], synchronize: false }],
});
