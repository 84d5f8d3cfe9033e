import type { Pool } from 'pg';
import { DATABASE_NOW } from '../database/database-time';
import { sendStatement } from '../database/sql';
import { KEY_LIFETIME_MS } from '../tickets/idempotency-keys';

/**
 * Deletes the idempotency keys whose lifetime has ended, and returns the number of deleted keys.
 *
 * @param now the current instant, as an SQL expression; by default by the clock of the database
 */
export async function purgeIdempotencyKeys(pool: Pool, now: string = DATABASE_NOW): Promise<number> {
  const { rowCount } = await sendStatement(pool, {
    text: `DELETE FROM idempotency_keys WHERE created_at < ${now} - $1 * interval '1 millisecond'`,
    values: [KEY_LIFETIME_MS],
  });
  return rowCount ?? 0;
}
