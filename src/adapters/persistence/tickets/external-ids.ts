import type { Pool } from 'pg';
import { rowsOf } from '../database/sql';

/**
 * The external ids, among those given, that the client already has tickets for. Runs one statement.
 */
export async function existingExternalIds(
  pool: Pool,
  clientId: string,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ external_id: string }>(pool, {
    name: 'existing-external-ids',
    text: 'SELECT external_id FROM tickets WHERE client_id = $1 AND external_id = ANY ($2)',
    values: [clientId, externalIds],
  });
  return new Set(rows.map(({ external_id }) => external_id));
}
