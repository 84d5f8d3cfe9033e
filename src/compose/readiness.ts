import type { Pool } from 'pg';
import { unavailabilityOf } from '../adapters/graphql/unavailability';
import type { UnreadyReason } from '../adapters/http/health';
import type { DatabaseState } from '../adapters/persistence/database/database-watch';
import { findWriteObstacles } from '../adapters/persistence/maintenance/check-writable';
import { InsufficientStorageError } from '../application/ports/store-errors';

/** How long an answer is given again, so that many probes cost no more than one. */
const FRESH_MS = 1_000;
/** A feed that follows the event log later than this is a reason not to send requests here. */
export const MAX_FEED_BEHIND_MS = 30_000;
/** The same for events that no process can deliver. */
export const MAX_UNPLACED_MS = 30_000;
/** The same for a deadline engine that makes no progress. */
export const MAX_ENGINE_BEHIND_MS = 60_000;

/** The parts of this process that work in the background. */
export interface BackgroundWork {
  readonly stateOfDatabase: () => DatabaseState;
  readonly feedBehindMs: () => number;
  readonly eventsUnplacedMs: () => number;
  readonly engineBehindMs: () => number;
}

/** Finds out why this process cannot serve, at most once a second. */
export function createReadiness(
  ofDatabase: () => Promise<readonly UnreadyReason[]>,
  { stateOfDatabase, feedBehindMs, eventsUnplacedMs, engineBehindMs }: BackgroundWork,
): () => Promise<readonly UnreadyReason[]> {
  let latest: { readonly reasons: Promise<readonly UnreadyReason[]>; readonly until: number } | null = null;
  const find = async (): Promise<readonly UnreadyReason[]> => [
    ...(await ofDatabase()),
    ...(feedBehindMs() > MAX_FEED_BEHIND_MS ? [FEED_BEHIND] : []),
    ...(eventsUnplacedMs() > MAX_UNPLACED_MS ? [EVENTS_UNPLACED] : []),
    ...(engineBehindMs() > MAX_ENGINE_BEHIND_MS ? [DEADLINES_BEHIND] : []),
  ];
  return () => {
    const now = performance.now();
    const isRefused = ['UNRESPONSIVE', 'OUT_OF_SPACE'].includes(stateOfDatabase());
    if (!isRefused && latest !== null && now < latest.until) return latest.reasons;
    const reasons = find();
    latest = { reasons, until: now + FRESH_MS };
    return reasons;
  };
}

/** Why this process cannot use the database; empty if it can. */
export async function databaseReasons(pool: Pool): Promise<readonly UnreadyReason[]> {
  try {
    const { isReadOnly, isOutdated, isUnmigrated } = await findWriteObstacles(pool);
    return [
      ...(isReadOnly ? [READ_ONLY] : []),
      ...(isOutdated ? [OUTDATED] : []),
      ...(isUnmigrated ? [UNMIGRATED] : []),
    ];
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
const UNMIGRATED: UnreadyReason = {
  code: 'MIGRATIONS_PENDING',
  message: 'The database lacks migrations of this process, which runs them when it starts: start it again.',
};
const FEED_BEHIND: UnreadyReason = {
  code: 'FEED_BEHIND',
  message: `This process has not read the end of the event log for more than ${MAX_FEED_BEHIND_MS / 1_000} seconds.`,
};
const EVENTS_UNPLACED: UnreadyReason = {
  code: 'EVENTS_UNPLACED',
  message: `An event has had no position in the log for more than ${MAX_UNPLACED_MS / 1_000} seconds, so no subscriber receives it.`,
};
const DEADLINES_BEHIND: UnreadyReason = {
  code: 'DEADLINES_BEHIND',
  message: `The deadline engine of this process has made no progress for more than ${MAX_ENGINE_BEHIND_MS / 1_000} seconds.`,
};
