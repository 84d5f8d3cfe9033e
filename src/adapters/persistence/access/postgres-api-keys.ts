import { type DataSource, IsNull } from 'typeorm';
import type { ApiKey, ApiKeys, HashedApiKey } from '../../../application/ports/api-keys';
import { type Reading, seeingAll } from '../../../application/ports/caller';
import { isUuid } from '../../../domain/text';
import { batched } from '../database/batched';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { type Queryable, readRows, retryRead } from '../database/sql';
import { transact } from '../database/transact';
import { Parameters } from '../lists/conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from '../lists/page';
import { type ApiKeyRow, apiKeys, clients } from '../tables';
import { claimKey } from '../tickets/idempotency-keys';
import { recordChange } from './postgres-audit-log';
import { KEYS_BY_PREFIX } from './statements/find-callers';

const LATEST_FIRST: Ordering = {
  list: 'apiKeys',
  key: 'k.created_at',
  type: 'timestamptz',
  nullable: false,
  tie: 'k.id',
  descending: true,
};

/** The API keys, in the table `api_keys`. */
export function createApiKeys(dataSource: DataSource): ApiKeys {
  const pool = poolOf(dataSource);
  const { lookups } = lanesOf(pool);
  const repositoryOn = (on: Queryable) => entityManager(dataSource, on).getRepository(apiKeys);
  const byPrefix = batched<HashedApiKey>(lookups, async (prefixes, on) => {
    const rows = await readRows<ApiKeyRow>(on, { ...KEYS_BY_PREFIX, values: [prefixes] });
    return new Map(rows.map((row) => [row.prefix, hashedKeyOf(row)]));
  });
  const byId = async (reading: Reading, id: string): Promise<ApiKey | null> => {
    if (!isUuid(id)) return null;
    const row = await retryRead(() => repositoryOn(lookups.under(seeingAll(reading))).findOneBy({ id }));
    return row === null ? null : apiKeyOf(row);
  };

  return {
    byPrefix,
    byId,
    add: (key, use) =>
      transact(pool, async (tx) => {
        const manager = entityManager(dataSource, tx);
        const { clientId: id } = key;
        if (id !== null && !(await manager.getRepository(clients).existsBy({ id }))) return 'NO_CLIENT';
        const claim = use === null ? 'NEW' : await claimKey(tx, use, key.id, key.createdAt);
        if (claim === 'REUSED') return 'KEY_REUSED';
        if (claim === 'NEW') {
          await manager.getRepository(apiKeys).insert(rowOf(key));
          const change = { at: key.createdAt, by: key.createdBy, subject: key.prefix, detail: `${key.scopes}` };
          await recordChange(tx, 'API_KEY_CREATED', change);
        }
        const stored = claim === 'NEW' ? key.id : claim.ticket_id;
        return apiKeyOf(await repositoryOn(tx).findOneByOrFail({ id: stored }));
      }),
    revoke: (id, at, by, use) =>
      transact(pool, async (tx) => {
        if (!isUuid(id) || !(await repositoryOn(tx).existsBy({ id }))) return null;
        if (use !== null && (await claimKey(tx, use, id, at)) === 'REUSED') return 'KEY_REUSED';
        const { affected } = await repositoryOn(tx).update({ id, revoked_at: IsNull() }, { revoked_at: at });
        const key = apiKeyOf(await repositoryOn(tx).findOneByOrFail({ id }));
        if (affected === 1) await recordChange(tx, 'API_KEY_REVOKED', { at, by, subject: key.prefix });
        return key;
      }),
    noteUse: async (id, at) => {
      await repositoryOn(lookups.ownWork).update({ id }, { last_used_at: at });
    },
    page: async (reading, page) => {
      const to = new Parameters();
      const parts = { select: 'k.*', from: 'api_keys k', where: 'TRUE' };
      const statement = to.statement(pageStatement(parts, LATEST_FIRST, page, to));
      const rows = await readRows<ApiKeyRow & Placed>(lookups.under(seeingAll(reading)), statement);
      return pageOf(rows, page, (row) => ({ node: apiKeyOf(row), cursor: cursorOf(LATEST_FIRST, row) }));
    },
    count: (reading) => retryRead(() => repositoryOn(lookups.under(seeingAll(reading))).count()),
  };
}

const apiKeyOf = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  prefix: row.prefix,
  name: row.name,
  scopes: row.scopes,
  clientId: row.client_id,
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
});

const hashedKeyOf = (row: ApiKeyRow): HashedApiKey => ({ ...apiKeyOf(row), secretHash: row.secret_hash });

const rowOf = (key: HashedApiKey) => ({
  id: key.id,
  prefix: key.prefix,
  secret_hash: key.secretHash,
  name: key.name,
  scopes: [...key.scopes],
  client_id: key.clientId,
  created_at: key.createdAt,
  created_by: key.createdBy,
  expires_at: key.expiresAt,
  revoked_at: key.revokedAt,
  last_used_at: key.lastUsedAt,
});
