import { EntitySchema } from 'typeorm';
import type { ApiScope } from '../../../application/access/rights';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { instant, json, orNull, primary, text, textList, uuid } from './column-types';

export interface ApiKeyRow {
  readonly id: string;
  readonly prefix: string;
  readonly secret_hash: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly client_id: string | null;
  readonly created_at: EpochMs;
  readonly created_by: Actor;
  readonly expires_at: EpochMs | null;
  readonly revoked_at: EpochMs | null;
  readonly last_used_at: EpochMs | null;
}

export const apiKeys = new EntitySchema<ApiKeyRow>({
  name: 'api_keys',
  columns: {
    id: primary(uuid('Primary key, a UUID version 7')),
    prefix: text('Part of the key that identifies it, and that logs show'),
    secret_hash: text('SHA-256 of the secret part of the key, in hexadecimal digits'),
    name: text('Name of the key, for people'),
    scopes: textList('What the key allows'),
    client_id: orNull(uuid('Client whose tickets the key is for; null for those of all clients')),
    created_at: instant('Time at which the key was created'),
    created_by: json('Actor who created the key'),
    expires_at: orNull(instant('Time from which the key is refused; null if it does not expire')),
    revoked_at: orNull(instant('Time at which the key was revoked; null if it was not')),
    last_used_at: orNull(instant('Time of the last use, to the minute; null if the key was not used')),
  },
  uniques: [{ name: 'api_keys_prefix_key', columns: ['prefix'] }],
  foreignKeys: [
    {
      name: 'api_keys_client_id_fkey',
      target: 'clients',
      columnNames: ['client_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
  indices: [
    { name: 'api_keys_created_at_idx', columns: ['created_at', 'id'] },
    { name: 'api_keys_client_id_idx', columns: ['client_id'] },
  ],
});
