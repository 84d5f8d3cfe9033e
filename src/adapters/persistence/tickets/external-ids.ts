import type { Pool } from 'pg';
import { lanesOf } from '../database/lanes';
import { rowsOf } from '../database/sql';
import { comparisonKey } from '../search/comparison-key';
import { SearchTables } from '../search/search-tables';
import { EXISTING_EXTERNAL_IDS } from './statements/find-tickets';

/**
 * Finds the external ids, among some given, that a client already has tickets for. The first call
 * completes the names: a restore, or an older process, left them to a service, which may never have
 * run. Each other call runs one statement.
 */
export function existingExternalIds(
  pool: Pool,
): (clientId: string, externalIds: readonly string[]) => Promise<ReadonlySet<string>> {
  let completed: Promise<void> | null = null;
  return async (clientId, externalIds) => {
    completed ??= new SearchTables(pool).completeNames();
    await completed;
    const rows = await rowsOf<{ external_id: string }>(lanesOf(pool).lookups.ownWork, {
      ...EXISTING_EXTERNAL_IDS,
      values: [clientId, externalIds, externalIds.map(comparisonKey)],
    });
    return new Set(rows.map(({ external_id }) => external_id));
  };
}
