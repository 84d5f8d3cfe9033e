import { type DataSource, IsNull } from 'typeorm';
import type { ApiKey, ApiKeys, HashedApiKey } from '../../../application/ports/api-keys';
import { OWN_WORK, type Reading } from '../../../application/ports/caller';
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
    const row = await retryRead(() => repositoryOn(lookups.under(reading)).findOneBy({ id }));
    return row === null ? null : apiKeyOf(row);
  };

  return {
    byPrefix,
    byId,
    add: (key) =>
      transact(pool, async (tx) => {
        const { clientId } = key;
        if (
          clientId !== null &&
          !(await entityManager(dataSource, tx).getRepository(clients).existsBy({ id: clientId }))
        )
          return null;
        const insert = entityManager(dataSource, tx).createQueryBuilder().insert().into(apiKeys);
        await insert.values(rowOf(key)).orIgnore().updateEntity(false).execute();
        return apiKeyOf(await repositoryOn(tx).findOneByOrFail({ prefix: key.prefix }));
      }),
    revoke: async (id, at) => {
      if (!isUuid(id)) return null;
      await transact(pool, (tx) => repositoryOn(tx).update({ id, revoked_at: IsNull() }, { revoked_at: at }));
      return byId(OWN_WORK, id);
    },
    noteUse: async (id, at) => {
      await repositoryOn(lookups.ownWork).update({ id }, { last_used_at: at });
    },
    page: async (reading, page) => {
      const to = new Parameters();
      const parts = { select: 'k.*', from: 'api_keys k', where: 'TRUE' };
      const statement = to.statement(pageStatement(parts, LATEST_FIRST, page, to));
      const rows = await readRows<ApiKeyRow & Placed>(lookups.under(reading), statement);
      return pageOf(rows, page, (row) => ({ node: apiKeyOf(row), cursor: cursorOf(LATEST_FIRST, row) }));
    },
    count: (reading) => retryRead(() => repositoryOn(lookups.under(reading)).count()),
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
