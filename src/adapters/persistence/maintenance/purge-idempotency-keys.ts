import type { Pool } from 'pg';
import { DATABASE_NOW } from '../database/database-time';
import { lanesOf } from '../database/lanes';
import { sendStatement } from '../database/sql';
import { KEY_LIFETIME_MS } from '../tickets/idempotency-keys';

/** The number of keys that one statement deletes, so that it stays within its time limit. */
const BATCH = 10_000;

/**
 * Deletes the idempotency keys whose lifetime has ended, and returns the number of deleted keys.
 *
 * @param now the current instant, as an SQL expression; by default by the clock of the database
 */
export async function purgeIdempotencyKeys(pool: Pool, now: string = DATABASE_NOW): Promise<number> {
  const { engine } = lanesOf(pool);
  for (let purged = 0; ; ) {
    const { rowCount } = await sendStatement(engine.ownWork, {
      text: `DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY (
               SELECT ctid FROM idempotency_keys WHERE created_at < ${now} - $1 * interval '1 millisecond' LIMIT $2))`,
      values: [KEY_LIFETIME_MS, BATCH],
    });
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH) return purged;
  }
}
