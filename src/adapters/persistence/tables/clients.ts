import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import { instant, primary, text, uuid } from './column-types';

export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: EpochMs;
}

export const clients = new EntitySchema<ClientRow>({
  name: 'clients',
  columns: {
    id: primary(uuid('UUID version 7')),
    name: text('What people call the client; case-sensitive'),
    created_at: instant('When the account was made'),
  },
  uniques: [{ name: 'clients_name_key', columns: ['name'] }],
});
