import { EntitySchema } from 'typeorm';
import { integer, primary, text, uuid } from './column-types';

interface ExternalIdRow {
  readonly folded: string;
  readonly client_id: string;
  readonly duplicate: number;
  readonly written: string;
}

export const externalIds = new EntitySchema<ExternalIdRow>({
  name: 'external_ids',
  columns: {
    folded: primary(uuid('Key by which the external id is compared')),
    client_id: primary(uuid('Client of the ticket')),
    duplicate: {
      ...primary(
        integer('0; for a further ticket whose external id became equal to that of another, the number of the ticket'),
      ),
      default: 0,
    },
    written: text('The external id as it is written in the ticket'),
  },
});
