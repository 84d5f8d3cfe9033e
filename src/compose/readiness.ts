import type { Pool } from 'pg';
import { unavailabilityOf } from '../adapters/graphql/unavailability';
import type { UnreadyReason } from '../adapters/http/health';
import type { DatabaseState } from '../adapters/persistence/database/database-watch';
import { findWriteObstacles } from '../adapters/persistence/maintenance/check-writable';
import { InsufficientStorageError } from '../application/ports/store-errors';

/** How long an answer is given again, so that many probes cost no more than one. */
const FRESH_MS = 1_000;

/** Finds out why this process cannot serve, at most once a second. */
export function createReadiness(
  pool: Pool,
  stateOfDatabase: () => DatabaseState,
): () => Promise<readonly UnreadyReason[]> {
  let latest: { readonly reasons: Promise<readonly UnreadyReason[]>; readonly until: number } | null = null;
  return () => {
    const now = performance.now();
    const isRefused = ['UNRESPONSIVE', 'OUT_OF_SPACE'].includes(stateOfDatabase());
    if (!isRefused && latest !== null && now < latest.until) return latest.reasons;
    const reasons = findReasons(pool);
    latest = { reasons, until: now + FRESH_MS };
    return reasons;
  };
}

async function findReasons(pool: Pool): Promise<readonly UnreadyReason[]> {
  try {
    const { isReadOnly, isOutdated } = await findWriteObstacles(pool);
    return [...(isReadOnly ? [READ_ONLY] : []), ...(isOutdated ? [OUTDATED] : [])];
  } catch (error) {
    if (error instanceof InsufficientStorageError) return [{ code: 'INSUFFICIENT_STORAGE', message: error.message }];
    const unavailability = unavailabilityOf(error);
    if (unavailability === null) throw error;
    return [{ code: 'DATABASE_UNAVAILABLE', message: unavailability.message }];
  }
}

const READ_ONLY: UnreadyReason = { code: 'READ_ONLY', message: 'The database takes only reads.' };
const OUTDATED: UnreadyReason = {
  code: 'OUTDATED_PROCESS',
  message: 'A newer version of Stepdown has changed the database, so this process can only read.',
};
