import type { DataSource } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import { poolOf } from '../database/data-source';
import { entityManager } from '../database/entity-manager';
import { lanesOf } from '../database/lanes';
import { retryRead, rowsOf } from '../database/sql';
import { deadlineFaults } from '../tables';
import { dueStatements } from '../tickets/statements/take-due';

/** How the deadline engine gets on. */
export interface DeadlineHealth {
  /** The number of tickets that it has set aside. */
  readonly faults: number;
  /** By how much the next deadline has passed, in milliseconds; 0 if it has not. */
  readonly behindMs: number;
}

/**
 * Reads the state of the deadlines over the connections of the health check. Does not wait for
 * tables that others have locked.
 *
 * @throws DataLockedError
 */
export async function readDeadlineHealth(dataSource: DataSource): Promise<DeadlineHealth> {
  const on = lanesOf(poolOf(dataSource)).health.ownWork;
  const [faults, [row]] = await Promise.all([
    retryRead(() => entityManager(dataSource, on).count(deadlineFaults), 0),
    retryRead(() => rowsOf<{ now: EpochMs; next: EpochMs | null }>(on, dueStatements().next), 0),
  ]);
  if (row === undefined) throw new Error('The database did not return the time');
  return { faults, behindMs: row.next === null ? 0 : Math.max(0, row.now - row.next) };
}
