import type { ClientBase, Pool } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { MIGRATIONS } from '../../../../migrations';
import { TABLES } from '../tables';
import { XID8 } from '../tables/column-types';

export interface DatabaseSettings {
  /** `postgresql://user:password@host:port/database`; `?host=` with a folder for a Unix socket. */
  readonly url: string;
  /** Connections kept at most; 10 unless told. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** How long to wait for a connection, in milliseconds; 10 seconds unless told. */
  readonly connectTimeoutMs?: number;
}

/** The service's DataSource, not yet initialised. Nothing is ever synchronised: the schema is the migrations' alone. */
export function createDataSource(settings: DatabaseSettings): DataSource {
  const options: DataSourceOptions = {
    type: 'postgres',
    entities: TABLES,
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'all',
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolSize: settings.poolSize ?? 10,
    applicationName: settings.applicationName ?? 'stepdown',
    connectTimeoutMS: settings.connectTimeoutMs ?? 10_000,
    // A connection that breaks while it idles is replaced at the next use; whoever needs it then is told.
    poolErrorHandler: () => undefined,
    // The url goes to pg as it is: TypeORM's own reading of it drops the parameters, and with them a socket's folder.
    extra: { connectionString: settings.url, keepAlive: true, onConnect: surviveLoss },
  };
  const dataSource = new DataSource(options);
  dataSource.driver.supportedDataTypes.push(XID8);
  return dataSource;
}

export const MIGRATIONS_TABLE = 'migrations';

/**
 * The pg pool behind an initialised DataSource, shared by everything of this process. Used directly, because through
 * TypeORM a statement costs about twice as much and a lost connection hides its SQLSTATE.
 */
export function poolOf(dataSource: DataSource): Pool {
  const pool = (dataSource.driver as PostgresDriver).master as Pool | undefined;
  if (pool === undefined) throw new Error('The DataSource is not initialised');
  return pool;
}

// The statement that fails reports a connection lost while in use; the event besides would end the process.
const surviveLoss = (client: ClientBase): void => {
  client.on('error', () => undefined);
};
