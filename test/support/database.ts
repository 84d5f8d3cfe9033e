import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { untilTrue } from './until';

/** The project of jest that runs on another version than the embedded one says so in a global. */
export const ofProject = globalThis as { POSTGRESQL_VERSION?: number | undefined };

/**
 * Where global-setup.ts says how to reach the run's server; not STEPDOWN_…, which the configuration
 * would refuse.
 */
export const serverVariable = (): string => `TEST_DATABASE_SERVER${ofProject.POSTGRESQL_VERSION ?? ''}`;

/** Holds the migrated tables and nothing else; it accepts no connections. */
export const TEMPLATE = 'stepdown_template';

export type TestDatabase = Readonly<{
  /** For `createDataSource({ url })`, `new Client(url)`, or a service's DATABASE_URL. */
  url: string;
  /** Removes it, and ends the connections to it. */
  drop(): Promise<void>;
}>;

/** An empty, migrated database of the caller's own: about 30 ms. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withServer((client) => clone(client, name));
  return {
    url: urlOf(name),
    drop: () =>
      withServer((client) => client.query(`drop database if exists ${name} with (force)`)).then(() => undefined),
  };
};

/** The URL of a database on the run's server. */
export const urlOf = (database: string): string => {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
};

export const withServer = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client(serverUrl());
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Closes the template for connections: one of them would keep every clone waiting. */
export const sealTemplate = (client: Client): Promise<unknown> =>
  client.query(`alter database ${TEMPLATE} with is_template true allow_connections false`);

const serverUrl = (): string => {
  const variable = serverVariable();
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is unset: only tests outside test/unit have a database.`);
  return url;
};

const OBJECT_IN_USE = '55006';

const clone = (client: Client, name: string): Promise<void> =>
  untilTrue(async () => {
    try {
      // Files are copied, not logged block by block: the server of a test run need not survive a
      // crash.
      await client.query(`create database ${name} template ${TEMPLATE} strategy file_copy`);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === OBJECT_IN_USE) return false;
      throw error;
    }
  });
