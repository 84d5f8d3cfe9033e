import type { Pool } from 'pg';
import type { DurationMs, EpochMs } from '../../../domain/instant';
import { lanesOf } from '../database/lanes';
import { retryRead, rowsOf } from '../database/sql';
import { LOG_LAG } from './statements/read-log';

/**
 * The age of the oldest event that is committed and has no position, in milliseconds; 0 if all have
 * one. Does not wait for tables that others have locked.
 *
 * @throws DataLockedError
 */
export async function readLogLag(pool: Pool): Promise<DurationMs> {
  const on = lanesOf(pool).health.ownWork;
  const [row] = await retryRead(() => rowsOf<{ now: EpochMs; oldest: EpochMs | null }>(on, LOG_LAG), 0);
  if (row === undefined) throw new Error('The database did not return the time');
  return row.oldest === null ? 0 : Math.max(0, row.now - row.oldest);
}
