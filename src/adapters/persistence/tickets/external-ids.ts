import type { Pool } from 'pg';
import { lanesOf } from '../database/lanes';
import { rowsOf } from '../database/sql';
import { comparisonKey } from '../search/comparison-key';
import { EXISTING_EXTERNAL_IDS } from './statements/find-tickets';

/**
 * The external ids, among those given, that the client already has tickets for. Runs one statement.
 */
export async function existingExternalIds(
  pool: Pool,
  clientId: string,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ external_id: string }>(lanesOf(pool).lookups.ownWork, {
    ...EXISTING_EXTERNAL_IDS,
    values: [clientId, externalIds, externalIds.map(comparisonKey)],
  });
  return new Set(rows.map(({ external_id }) => external_id));
}
