import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { DatabaseClock } from '../adapters/clock/database-clock';
import { hasCluster } from '../adapters/embedded-postgres/cluster';
import { openEmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import { type ClientAccounts, createClientAccounts } from '../adapters/persistence/clients/postgres-clients';
import { createDataSource, poolOf } from '../adapters/persistence/database/data-source';
import { DatabaseSockets } from '../adapters/persistence/database/database-sockets';
import { measureDatabaseTime } from '../adapters/persistence/database/database-time';
import { NoDatabaseError, unusable, withoutDirectUrl } from '../adapters/persistence/database/database-unusable';
import { describeDatabase, userIn } from '../adapters/persistence/database/database-url';
import { lanesOf, MIN_POOL_SIZE, runAsOwner } from '../adapters/persistence/database/lanes';
import { connectMigrated, migrate } from '../adapters/persistence/database/migrate';
import type { Pooler } from '../adapters/persistence/database/pooler';
import { SERVICE_USER } from '../adapters/persistence/database/row-security';
import { StorageFaults } from '../adapters/persistence/database/storage-faults';
import { createPolicies } from '../adapters/persistence/policies/postgres-policies';
import { readConfiguredPolicy } from '../adapters/policy-files/configured-policy-file';
import type { ConfiguredPolicies, ConfiguredPolicy } from '../application/ports/configured-policy';
import type { Config } from '../config';
import { findDatabases, withoutPooler } from './find-databases';

/**
 * A migrated database, and the policy file that it is used with. The file may not be published yet.
 */
export interface Store {
  /** The URL with the user of the service, who owns no table of the embedded database. */
  readonly url: string;
  /** The pooler in front of the database; null if each connection is one to the server. */
  readonly pooler: Pooler | null;
  /** The URL of the server itself, with the user of the service; null if only a pooler is known. */
  readonly directUrl: string | null;
  /**
   * The same, for a command that needs it.
   *
   * @throws DatabaseUnusableError
   */
  requireDirectUrl(): string;
  /** The name of the database for people, without the password. */
  readonly database: string;
  /** The migrations that the opening ran. */
  readonly migrated: readonly string[];
  readonly dataSource: DataSource;
  readonly pool: Pool;
  readonly sockets: DatabaseSockets;
  readonly faults: StorageFaults;
  /** Whether the disk of the embedded database is full; false for any other database. */
  readonly isDiskFull: () => Promise<boolean>;
  /** The clock of the database. It is measured at the opening; a service goes on measuring it. */
  readonly clock: DatabaseClock;
  readonly policies: ConfiguredPolicies;
  readonly policyFile: ConfiguredPolicy;
  readonly clients: ClientAccounts;
  /** Does what only the owner of the tables may do, on connections of its own. */
  asOwner<T>(work: (owner: OwnedDatabase) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The database with the owner of its tables as the user. */
export interface OwnedDatabase {
  readonly pool: Pool;
  readonly url: string;
}

/**
 * Whether a process migrates the database, and creates the embedded one if there is none. If not,
 * it needs one that has all tables.
 */
export type Opening = 'MIGRATE' | 'AS_IT_IS';

/**
 * Opens the configured database, or the embedded one.
 *
 * @throws EmbeddedPostgresError, NoDatabaseError, DatabaseUnusableError, DatabaseTooOldError,
 * DatabaseNewerError, DatabaseNotMigratedError, PolicyFileUnreadable, DocumentError
 */
export async function openStore(
  config: Config,
  log: Logger,
  applicationName = 'stepdown',
  opening: Opening = 'MIGRATE',
): Promise<Store> {
  const policyFile = readConfiguredPolicy(config.policyFile);
  const { databaseUrl, dataDir, databasePoolSize: poolSize } = config;
  if (databaseUrl === null && opening !== 'MIGRATE' && !(await hasCluster(dataDir))) throw new NoDatabaseError(dataDir);
  const embedded = databaseUrl === null ? await openEmbeddedPostgres({ dataDir, log }) : null;
  const database = databaseUrl === null ? `the embedded database in ${dataDir}` : describeDatabase(databaseUrl);
  const sockets = new DatabaseSockets();
  const faults = new StorageFaults();
  const { url, pooler, ownerUrl, ownerPooler, directUrl } =
    embedded === null
      ? await findDatabases({ ...config, databaseUrl: databaseUrl ?? '' }, sockets)
      : withoutPooler(embedded.urlFor(SERVICE_USER), embedded.url);
  const isDiskFull = async () => (await embedded?.isDiskFull()) ?? false;
  const dataSource = createDataSource({ url, pooler, sockets, faults, poolSize, applicationName });
  const withOwner = async <T>(work: (owner: DataSource) => Promise<T>, size = 1): Promise<T> => {
    if (ownerUrl === url && size === 1) return work(dataSource);
    const owner = createDataSource({ url: ownerUrl, pooler: ownerPooler, poolSize: size, applicationName });
    try {
      return await work(owner);
    } finally {
      if (owner.isInitialized) await owner.destroy();
    }
  };
  const close = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    sockets.close();
    await embedded?.close();
  };
  try {
    const user = { name: userIn(url), isCreated: embedded !== null };
    const migrated = await withOwner((owner) =>
      opening === 'MIGRATE' ? migrate(owner, database, user) : connectMigrated(owner, database).then(() => []),
    );
    if (ownerUrl !== url) await connectMigrated(dataSource, database);
    if (migrated.length > 0) log.info({ migrations: migrated }, 'migrated the database');
    const pool = poolOf(dataSource);
    const clock = new DatabaseClock();
    await measureDatabaseTime(lanesOf(pool).health.ownWork, (reading) => clock.add(reading));
    const policies = createPolicies({ dataSource, clock, policyId: policyFile.id });
    const clients = createClientAccounts({ dataSource, clock });
    return {
      url,
      pooler,
      directUrl,
      requireDirectUrl: () => {
        if (directUrl === null) throw withoutDirectUrl(database);
        return directUrl;
      },
      database,
      migrated,
      dataSource,
      pool,
      sockets,
      faults,
      isDiskFull,
      clock,
      policies,
      policyFile,
      clients,
      asOwner: (work) =>
        withOwner(async (owner) => {
          await owner.initialize();
          const ownerPool = poolOf(owner);
          runAsOwner(ownerPool);
          return work({ pool: ownerPool, url: ownerUrl });
        }, MIN_POOL_SIZE),
      close,
    };
  } catch (error) {
    await close();
    throw unusable(error, database) ?? error;
  }
}

/**
 * Opens the store for one command of the command line, and closes it when the work has ended.
 *
 * @throws what `openStore` throws; DatabaseUnusableError if the database stops working
 */
export async function withStore<T>(
  config: Config,
  log: Logger,
  { command, opening }: { readonly command: string; readonly opening: Opening },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(config, log, `stepdown ${command}`, opening);
  try {
    return await work(store);
  } catch (error) {
    throw unusable(error, store.database) ?? error;
  } finally {
    await store.close();
  }
}
