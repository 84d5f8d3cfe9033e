import type { Pool } from 'pg';
import type { Pooler } from './pooler';
import { LIMIT_SETTINGS, TIME_LIMITS } from './time-limits';

/**
 * The server compiles no plans. Compiling takes longer than any statement of the service runs, and
 * the costs by which the server decides are not times: a scan that `enable_seqscan` advises against
 * counts as a very long one.
 */
const JIT = 'off';

/** The select list that sets what a connection of a pool has when there is no pooler. */
export const CONNECTION_SETTINGS = `${TIME_LIMITS}, set_config('jit', '${JIT}', false)`;

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
    jit: JIT,
    ...LIMIT_SETTINGS,
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
