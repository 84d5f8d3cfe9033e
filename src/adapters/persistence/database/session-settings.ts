import type { Pool } from 'pg';
import type { Pooler } from './pooler';
import { TRANSACTION_SETTINGS } from './time-limits';

/**
 * What each transaction sets first behind a pooler, because nothing that is set on a connection
 * belongs to this process alone: another process would write with the version of this one, or this
 * one without a time limit. Without a pooler, connections are prepared once.
 */
export interface SessionSettings {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Whether statements may have names. */
  readonly hasPreparedStatements: boolean;
}

export function sessionSettings(pooler: Pooler, newestMigration: number): SessionSettings {
  const settings = {
    'stepdown.newest_migration': `${newestMigration}`,
    search_path: pooler.searchPath,
    ...TRANSACTION_SETTINGS,
  };
  return {
    names: Object.keys(settings),
    values: Object.values(settings),
    hasPreparedStatements: pooler.hasPreparedStatements,
  };
}

/** The options of a pool behind a pooler; the types of `pg` lack what is not its own. */
export interface PoolerOptions {
  readonly sessionSettings?: SessionSettings;
}

/** Undefined for a pool of connections to the server itself. */
export const sessionSettingsOf = (pool: Pool): SessionSettings | undefined =>
  (pool.options as PoolerOptions).sessionSettings;
