import type { ClientBase, Pool, PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions, type Logger, type MigrationInterface } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { MIGRATIONS } from '../../../../migrations';
import { numberOf } from '../../../../migrations/number-of';
import { TABLES } from '../tables';
import { SNAPSHOT, XID8 } from '../tables/column-types';
import type { DatabaseSockets } from './database-sockets';
import { DEFAULT_POOL_SIZE } from './lanes';
import type { Pooler } from './pooler';
import { CONNECTION_SETTINGS, type PoolerOptions, sessionSettings } from './session-settings';
import { SERVER_OF_CONNECTION, type ServerOfConnection, StandbyConnections } from './standby-connections';
import type { StorageFaults } from './storage-faults';
import { CONNECT_TIMEOUT_MS } from './time-limits';
import { KEEP_SCHEMA } from './work-roles';

export interface DatabaseSettings {
  /** `postgresql://user:password@host:port/database`; `?host=` with a folder for a Unix socket. */
  readonly url: string;
  /** The maximum number of connections, which the lanes divide; 20 by default. */
  readonly poolSize?: number;
  /** The name of the process in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Makes the sockets of the connections; sockets of `pg` by default. */
  readonly sockets?: DatabaseSockets;
  /** The pooler in front of the server, if there is one. */
  readonly pooler?: Pooler | null;
  /** Notes what the server says of its disk. */
  readonly faults?: StorageFaults;
  /** How long to wait for a connection, in milliseconds; 10 seconds by default. */
  readonly connectTimeoutMs?: number;
  /** The migrations that this code knows; those of `migrations/` by default. Tests add some. */
  readonly migrations?: readonly (new () => MigrationInterface)[];
  /** False if the URL may lead to any of several standbys. */
  readonly isOfPrimary?: boolean;
}

/**
 * The DataSource of the service, not yet initialized. Only migrations change the schema; nothing is
 * synchronized.
 */
export function createDataSource(settings: DatabaseSettings): DataSource {
  const migrations = settings.migrations ?? MIGRATIONS;
  const options: DataSourceOptions = {
    type: 'postgres',
    entities: TABLES,
    migrations: [...migrations],
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'all',
    synchronize: false,
    installExtensions: false,
    logger: NO_LOG,
    poolSize: settings.poolSize ?? DEFAULT_POOL_SIZE,
    applicationName: settings.applicationName ?? 'stepdown',
    connectTimeoutMS: settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    // An idle connection that breaks is replaced when a connection is needed next; that statement
    // reports the error.
    poolErrorHandler: () => undefined,
    extra: preparedOptions(settings),
  };
  const dataSource = new DataSource(options);
  dataSource.driver.supportedDataTypes.push(XID8, SNAPSHOT);
  return dataSource;
}

/** The options of `pg` for a pool with connections for the statements of the service. */
export function preparedOptions({
  url,
  pooler,
  sockets,
  faults,
  migrations = MIGRATIONS,
  isOfPrimary = true,
}: DatabaseSettings): PoolConfig & PoolerOptions {
  const newest = Math.max(...migrations.map((one) => numberOf(new one())));
  return {
    // TypeORM's own parsing of the URL drops its parameters, and with them the folder of a socket.
    connectionString: url,
    keepAlive: true,
    ...(sockets === undefined ? {} : { stream: sockets.open }),
    ...(pooler == null ? {} : { sessionSettings: sessionSettings(pooler, newest) }),
    onConnect: prepareConnection(pooler == null ? newest : null, isOfPrimary, faults),
  };
}

const nothing = (): void => undefined;

/** With `logging: false`, TypeORM still prints the error of a migration, which is thrown too. */
const NO_LOG: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

const MIGRATIONS_TABLE = 'migrations';

/**
 * The pg pool of an initialized DataSource, shared by all parts of this process. Each part
 * uses the lane of its work (`lanesOf`, ADR 016). Hot statements do not go through TypeORM, because
 * there a statement costs about twice as much (ADR 009).
 */
export function poolOf(dataSource: DataSource): Pool {
  const pool = (dataSource.driver as PostgresDriver).master as Pool | undefined;
  if (pool === undefined) throw new Error('The DataSource is not initialized');
  return pool;
}

/**
 * Runs for each new connection of the pool, before its first use. Sets its time limits and its
 * schema, and tells the trigger function `refuse_older_writers` which migrations this process knows
 * (ADR 010). Behind a pooler, each transaction does that.
 */
function prepareConnection(newestMigration: number | null, isOfPrimary: boolean, faults?: StorageFaults) {
  const standby = isOfPrimary ? new StandbyConnections() : null;
  return async (client: ClientBase) => {
    // The statement in progress reports a lost connection; without a listener, the event would end
    // the process.
    client.on('error', () => undefined);
    faults?.listenTo(client);
    if (newestMigration === null) return;
    const { rows } = await client.query<ServerOfConnection>(
      `SELECT set_config('stepdown.newest_migration', $1, false), ${KEEP_SCHEMA}, ${CONNECTION_SETTINGS}, ${SERVER_OF_CONNECTION}`,
      [`${newestMigration}`],
    );
    if (rows[0] !== undefined) standby?.note(client, rows[0]);
  };
}
