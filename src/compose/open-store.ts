import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { DatabaseClock } from '../adapters/clock/database-clock';
import { openEmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import { type ClientAccounts, createClientAccounts } from '../adapters/persistence/clients/postgres-clients';
import { createDataSource, poolOf } from '../adapters/persistence/database/data-source';
import { DatabaseSockets } from '../adapters/persistence/database/database-sockets';
import { measureDatabaseTime } from '../adapters/persistence/database/database-time';
import { lanesOf } from '../adapters/persistence/database/lanes';
import { migrate } from '../adapters/persistence/database/migrate';
import { StorageFaults } from '../adapters/persistence/database/storage-faults';
import { createPolicies } from '../adapters/persistence/policies/postgres-policies';
import { readConfiguredPolicy } from '../adapters/policy-files/configured-policy-file';
import type { ConfiguredPolicies, ConfiguredPolicy } from '../application/ports/configured-policy';
import type { Config } from '../config';

/**
 * A migrated database, and the policy file that it is used with. The file may not be published yet.
 */
export interface Store {
  readonly url: string;
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
  close(): Promise<void>;
}

/**
 * Opens the configured database, or the embedded one, and migrates its schema.
 *
 * @throws EmbeddedPostgresError, DatabaseUnreachableError, DatabaseNewerError,
 * PolicyFileUnreadable, DocumentError
 */
export async function openStore(config: Config, log: Logger, applicationName = 'stepdown'): Promise<Store> {
  const policyFile = readConfiguredPolicy(config.policyFile);
  const embedded = config.databaseUrl === null ? await openEmbeddedPostgres({ dataDir: config.dataDir, log }) : null;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  const sockets = new DatabaseSockets();
  const faults = new StorageFaults();
  const isDiskFull = async () => (await embedded?.isDiskFull()) ?? false;
  const dataSource = createDataSource({ url, sockets, faults, poolSize: config.databasePoolSize, applicationName });
  const close = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await embedded?.close();
  };
  try {
    const applied = await migrate(dataSource);
    if (applied.length > 0) log.info({ migrations: applied }, 'migrated the database');
    const pool = poolOf(dataSource);
    const clock = new DatabaseClock();
    await measureDatabaseTime(lanesOf(pool).health.ownWork, (reading) => clock.add(reading));
    const policies = createPolicies({ dataSource, clock, policyId: policyFile.id });
    const clients = createClientAccounts({ dataSource, clock });
    return { url, dataSource, pool, sockets, faults, isDiskFull, clock, policies, policyFile, clients, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the store for one command of the command line, and closes it when the work has ended. */
export async function withStore<T>(
  config: Config,
  log: Logger,
  command: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(config, log, `stepdown ${command}`);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
