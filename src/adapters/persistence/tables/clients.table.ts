import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { CalendarReplacements } from '../../../domain/policy/policy';
import { foldedText, instant, json, orNull, primary, text, uuid } from './column-types';

export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: EpochMs;
  readonly policy: string | null;
  readonly calendars: CalendarReplacements;
  readonly name_key: string | null;
  readonly name_folded: string | null;
}

export const clients = new EntitySchema<ClientRow>({
  name: 'clients',
  columns: {
    id: primary(uuid('Primary key, a UUID version 7')),
    name: text('Name of the client; unique'),
    created_at: instant('Time at which the account was created'),
    policy: orNull(text('Policy under which new tickets of the client are opened; null for the default policy')),
    calendars: {
      ...json('Calendars that replace calendars of the policy, by the name of the replaced calendar'),
      default: {},
    },
    name_key: orNull(
      uuid(
        'Key by which the name is compared; null if an older process wrote the row, or if another client has the key',
      ),
    ),
    name_folded: orNull(foldedText('Name as it is compared and ordered; null if an older process wrote the row')),
  },
  uniques: [
    { name: 'clients_name_key', columns: ['name'] },
    { name: 'clients_name_key_key', columns: ['name_key'] },
  ],
  indices: [
    { name: 'clients_name_folded_idx', columns: ['name_folded', 'id'] },
    { name: 'clients_created_at_idx', columns: ['created_at', 'id'] },
    {
      name: 'clients_terms_idx',
      columns: ['id'],
      where: "policy IS NOT NULL OR calendars <> '{}'::jsonb",
    },
  ],
});
