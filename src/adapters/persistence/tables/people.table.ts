import { EntitySchema } from 'typeorm';
import type { PersonRole } from '../../../application/access/rights';
import type { EpochMs } from '../../../domain/instant';
import { boolean, foldedText, instant, orNull, primary, text, textList, uuid } from './column-types';

export interface PersonRow {
  readonly id: string;
  readonly subject: string;
  readonly name: string;
  readonly name_key: string;
  readonly name_folded: string | null;
  readonly email: string | null;
  readonly role: PersonRole;
  readonly client_ids: readonly string[] | null;
  readonly is_active: boolean;
  readonly first_seen_at: EpochMs;
  readonly last_seen_at: EpochMs;
  readonly token_issued_at: EpochMs;
}

export const people = new EntitySchema<PersonRow>({
  name: 'people',
  columns: {
    id: primary(uuid('Primary key, a UUID version 7')),
    subject: text('Subject of the tokens, which identifies the person at the identity provider'),
    name: text('Name of the person'),
    name_key: uuid('Key by which the name is compared'),
    name_folded: orNull(foldedText('Name as it is compared and ordered; null if an older process wrote the row')),
    email: orNull(text('E-mail address of the person; null if the tokens have none')),
    role: text('Role that the newest token gives'),
    client_ids: orNull({
      ...textList('Clients whose tickets the newest token allows; null for those of all clients'),
      type: 'uuid',
    }),
    is_active: { ...boolean('Whether the person may use the service'), default: true },
    first_seen_at: instant('Time at which the first token of the person was seen'),
    last_seen_at: instant('Time at which a token of the person was seen last, to the hour'),
    token_issued_at: instant('Time at which the newest token of the person was issued'),
  },
  uniques: [{ name: 'people_subject_key', columns: ['subject'] }],
  checks: [{ name: 'people_role_check', expression: `role IN ('CLIENT', 'AGENT', 'ADMIN')` }],
  indices: [
    { name: 'people_first_seen_at_idx', columns: ['first_seen_at', 'id'] },
    { name: 'people_name_key_idx', columns: ['name_key'] },
    { name: 'people_name_folded_idx', columns: ['name_folded', 'id'] },
  ],
});
