import type { Pool } from 'pg';
import { sha256 } from '../../../application/access/api-key-text';
import type { SpendingStore } from '../../../application/ports/rate-limits';
import { type DurationMs, MINUTE_MS } from '../../../domain/instant';
import { DATABASE_NOW } from '../database/database-time';
import { lanesOf } from '../database/lanes';
import { rowsOf } from '../database/sql';
import { ADD_SPENDING } from './statements/add-spending';

/**
 * What the processes of a service have spent of their limits, in the table `rate_limits`. It has
 * hashes of the keys, because a key has the id of a person.
 *
 * @param windowMs the length of the minute of a limit
 */
export function createSpendingStore(pool: Pool, windowMs: DurationMs = MINUTE_MS): SpendingStore {
  const { lookups } = lanesOf(pool);
  return {
    add: async (spent) => {
      const keys = new Map([...spent.keys()].map((key) => [sha256(key), key]));
      const rows = await rowsOf<{ key: string; spent: string; reset_ms: number }>(lookups.ownWork, {
        ...ADD_SPENDING,
        values: [[...keys.keys()], [...spent.values()], windowMs],
      });
      return new Map(
        rows.map((row) => [
          keys.get(row.key) ?? '',
          { spent: Number(row.spent), resetMs: Math.max(1, Math.ceil(row.reset_ms)) },
        ]),
      );
    },
  };
}

/** Deletes the limits whose minute is over, except those that are being added to. */
export async function purgeSpending(pool: Pool): Promise<void> {
  await rowsOf(lanesOf(pool).engine.ownWork, {
    text: `
    DELETE FROM rate_limits WHERE key IN (
      SELECT key FROM rate_limits WHERE resets_at <= ${DATABASE_NOW} ORDER BY key FOR UPDATE SKIP LOCKED)`,
  });
}
