import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import type { CalendarReplacements } from '../../../domain/policy/policy';
import { instant, json, orNull, primary, text, uuid } from './column-types';

export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: EpochMs;
  readonly policy: string | null;
  readonly calendars: CalendarReplacements;
}

export const clients = new EntitySchema<ClientRow>({
  name: 'clients',
  columns: {
    id: primary(uuid('UUID version 7')),
    name: text('What people call the client; case-sensitive'),
    created_at: instant('When the account was made'),
    policy: orNull(text('The policy that its new tickets are opened under; null for that of the service')),
    calendars: { ...json('Calendars of the policy that stand in for others, by the name replaced'), default: {} },
  },
  uniques: [{ name: 'clients_name_key', columns: ['name'] }],
  indices: [
    {
      name: 'clients_terms_idx',
      columns: ['id'],
      where: "policy IS NOT NULL OR calendars <> '{}'::jsonb",
    },
  ],
});
