import { Client } from 'pg';
import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { breakingMigrations } from '../tables';
import {
  DatabaseNewerError,
  DatabaseUnreachableError,
  isConnectionLost,
  isUnanswered,
  OLDEST_POSTGRESQL,
  PostgresTooOldError,
  sqlStateOf,
} from './database-errors';
import { WITHOUT_TIME_LIMITS } from './time-limits';

/** The key of the advisory lock that one process holds while it migrates; an arbitrary number. */
const LOCK = 5_310_827_431;

/**
 * Connects the DataSource, unless it is connected, and runs the pending migrations in one
 * transaction. Services that start at the same time wait for each other.
 *
 * A migration that this version does not know is no obstacle, unless it is marked as breaking (ADR
 * 010).
 *
 * @returns the names of the migrations that it ran
 * @throws DatabaseUnreachableError, PostgresTooOldError, DatabaseNewerError
 */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  await connect(dataSource);
  const runner = dataSource.createQueryRunner();
  try {
    await refuseOldServer(runner);
    await runner.startTransaction();
    await runner.query(WITHOUT_TIME_LIMITS);
    // A lock of the transaction, not of the session, so that it also works through a connection
    // pooler.
    await runner.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await refuseBreaking(runner);
    const executor = new MigrationExecutor(dataSource, runner);
    const done = await executor.executePendingMigrations();
    await runner.commitTransaction();
    return done.map((migration) => migration.name);
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw isConnectionLost(error) ? new DatabaseUnreachableError(databaseOf(dataSource), error) : error;
  } finally {
    await runner.release().catch(() => undefined);
  }
}

/** @throws DatabaseUnreachableError */
async function connect(dataSource: DataSource): Promise<void> {
  if (dataSource.isInitialized) return;
  try {
    await dataSource.initialize();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new DatabaseUnreachableError(databaseOf(dataSource), error);
  }
}

const NO_ACCESS = ['28P01', '28000', '3D000', '53300'];

const isUnreachable = (error: unknown): boolean =>
  isConnectionLost(error) || NO_ACCESS.includes(sqlStateOf(error) ?? '') || isUnanswered(error);

/** @throws PostgresTooOldError */
async function refuseOldServer(runner: QueryRunner): Promise<void> {
  const [row] = (await runner.query(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  )) as { readonly number: number; readonly version: string }[];
  if (row === undefined || row.number >= OLDEST_POSTGRESQL * 10_000) return;
  throw new PostgresTooOldError(databaseOf(runner.dataSource), row.version);
}

async function refuseBreaking(runner: QueryRunner): Promise<void> {
  if (!(await runner.hasTable('breaking_migrations'))) return;
  const known = runner.dataSource.migrations.map(({ name }) => name);
  const marked = await runner.manager.find(breakingMigrations, { order: { number: 'ASC' } });
  const unknown = marked.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseNewerError(unknown);
}

/** `host:port/database` of the URL of the DataSource, without user and password. */
function databaseOf(dataSource: DataSource): string {
  const { extra } = dataSource.options as { readonly extra?: { readonly connectionString?: string } };
  // This client only parses the URL; it never connects.
  const { host, port, database } = new Client({ connectionString: extra?.connectionString });
  return `${host}:${port}/${database ?? ''}`;
}
