import { Client } from 'pg';
import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../../migrations';
import { MIGRATIONS_TABLE } from './data-source';
import {
  DatabaseNewerError,
  DatabaseUnreachableError,
  isConnectionLost,
  isUnanswered,
  sqlStateOf,
} from './database-errors';

/** Any number that nothing else in the database locks; services that start together meet on it. */
const LOCK = 5_310_827_431;

/**
 * Connects the DataSource, unless it is connected, and runs the migrations that are pending, in one transaction. Services
 * that start together wait for each other.
 *
 * @returns the names of the migrations that were run.
 * @throws DatabaseUnreachableError, DatabaseNewerError
 */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  await connect(dataSource);
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    // Held by the transaction and not by the session, so that a pooler in between does no harm.
    await runner.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await refuseNewer(runner);
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

/** @throws DatabaseUnreachableError naming host, port and database, and why. */
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

async function refuseNewer(runner: QueryRunner): Promise<void> {
  if (!(await runner.hasTable(MIGRATIONS_TABLE))) return;
  const known: readonly string[] = MIGRATIONS.map((migration) => new migration().name);
  const rows = (await runner.query(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`)) as { readonly name: string }[];
  const unknown = rows.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseNewerError(unknown);
}

/** `host:port/database` of the DataSource's url; it says nothing of user and password. */
function databaseOf(dataSource: DataSource): string {
  const { extra } = dataSource.options as { readonly extra?: { readonly connectionString?: string } };
  // Made for the sake of its reading of the url; it never connects.
  const { host, port, database } = new Client({ connectionString: extra?.connectionString });
  return `${host}:${port}/${database ?? ''}`;
}
