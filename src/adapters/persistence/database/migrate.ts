import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { numberOf } from '../../../../migrations/number-of';
import { placeRestored } from '../log/place-restored';
import { breakingMigrations } from '../tables';
import { poolOf } from './data-source';
import {
  DatabaseNewerError,
  DatabaseNotMigratedError,
  DatabaseTooOldError,
  notOwned,
  OLDEST_POSTGRES,
  ofAnotherProgram,
  otherEncoding,
  unconnected,
  unusable,
} from './database-unusable';
import { describeDatabase, hasPassword } from './database-url';
import { settingText } from './query-as';
import { type ServiceUser, secureRows } from './row-security';
import { sessionSettingsOf } from './session-settings';
import { WITHOUT_TIME_LIMITS } from './time-limits';

/** The key of the advisory lock that one process holds while it migrates; an arbitrary number. */
const LOCK = 5_310_827_431;

/**
 * Connects the DataSource, unless it is connected, and runs the pending migrations in one
 * transaction. In the same, gives the roles of the service their rights. Services that start at the
 * same time wait for each other. A log that was restored from a dump is then prepared for readers.
 *
 * A migration that this version does not know is no obstacle, unless it is marked as breaking (ADR
 * 010).
 *
 * @param database its name in errors
 * @param user the user as which the service connects, if it is another one
 * @returns the names of the migrations that it ran
 * @throws DatabaseUnusableError, DatabaseTooOldError, DatabaseNewerError
 */
export async function migrate(
  dataSource: DataSource,
  database = describeDatabase(urlOf(dataSource)),
  user?: ServiceUser,
): Promise<readonly string[]> {
  await connect(dataSource, database);
  return withRunner(dataSource, database, async (runner) => {
    await runner.startTransaction();
    const session = sessionSettingsOf(poolOf(dataSource));
    const settings = session === undefined ? null : settingText(session);
    if (settings !== null) await runner.query(settings);
    await runner.query(WITHOUT_TIME_LIMITS);
    // A lock of the transaction, not of the session, so that it also works through a connection
    // pooler.
    await runner.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await refuseBreaking(runner, database);
    const executor = new MigrationExecutor(dataSource, runner);
    const pending = await executor.getPendingMigrations();
    const isEmpty = pending.length === dataSource.migrations.length;
    if (!isEmpty && pending.length > 0 && !(await ownsTables(runner))) {
      throw notOwned(
        database,
        pending.map(({ name }) => name),
      );
    }
    const done = await executor.executePendingMigrations().catch((error: unknown) => {
      throw isEmpty ? (ofAnotherProgram(error, database) ?? error) : error;
    });
    await secureRows(runner, newestOf(dataSource.migrations), user);
    const isOwner = await ownsTables(runner);
    await runner.commitTransaction();
    if (isOwner) await placeRestored(runner, settings);
    return done.map((migration) => migration.name);
  });
}

/**
 * Connects the DataSource of a command that does not migrate, and checks that all migrations have
 * run. Reads only.
 *
 * @throws DatabaseNotMigratedError; DatabaseUnusableError, DatabaseTooOldError, DatabaseNewerError
 */
export async function connectMigrated(dataSource: DataSource, database: string): Promise<void> {
  await connect(dataSource, database);
  await withRunner(dataSource, database, async (runner) => {
    await refuseBreaking(runner, database);
    const executor = new MigrationExecutor(dataSource, runner);
    const pending = (await executor.getPendingMigrations()).map(({ name }) => name);
    if (pending.length === 0) return;
    const isEmpty = pending.length === dataSource.migrations.length;
    throw new DatabaseNotMigratedError(database, pending, isEmpty);
  });
}

/** @throws DatabaseUnusableError, DatabaseTooOldError */
async function connect(dataSource: DataSource, database: string): Promise<void> {
  if (dataSource.isInitialized) return;
  try {
    await dataSource.initialize();
  } catch (error) {
    throw unconnected(error, database, hasPassword(urlOf(dataSource)));
  }
  await withRunner(dataSource, database, async (runner) => {
    const [{ version = '', encoding = '' }] = await runner.query(
      `SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding`,
    );
    if (Number.parseInt(version, 10) < OLDEST_POSTGRES) throw new DatabaseTooOldError(database, version);
    // Texts in SQL_ASCII are kept as the bytes that they are sent in.
    if (!['UTF8', 'SQL_ASCII'].includes(encoding)) throw otherEncoding(encoding, database);
  });
}

/** @throws DatabaseUnusableError, and what `work` throws */
async function withRunner<T>(
  dataSource: DataSource,
  database: string,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    return await work(runner);
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw unusable(error, database) ?? error;
  } finally {
    await runner.release().catch(() => undefined);
  }
}

const newestOf = (migrations: DataSource['migrations']): number => Math.max(...migrations.map(numberOf));

async function refuseBreaking(runner: QueryRunner, database: string): Promise<void> {
  // TypeORM does not find tables that the user may not read. A statement says so.
  if (await tableExists(runner, 'migrations')) await runner.query('SELECT FROM migrations LIMIT 1');
  if (!(await tableExists(runner, 'breaking_migrations'))) return;
  const known = runner.dataSource.migrations.map(({ name }) => name);
  const marked = await runner.manager.find(breakingMigrations, { order: { number: 'ASC' } });
  const unknown = marked.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseNewerError(database, unknown);
}

async function ownsTables(runner: QueryRunner): Promise<boolean> {
  const [row] = await runner.query(
    "SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = to_regclass('tickets')",
  );
  return row?.owns ?? true;
}

async function tableExists(runner: QueryRunner, name: string): Promise<boolean> {
  const [{ exists }] = await runner.query('SELECT to_regclass($1) IS NOT NULL AS exists', [name]);
  return exists;
}

/** The URL that the DataSource was created with. */
function urlOf(dataSource: DataSource): string {
  const { extra } = dataSource.options as { readonly extra?: { readonly connectionString?: string } };
  return extra?.connectionString ?? '';
}
