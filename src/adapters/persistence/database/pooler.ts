import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { DatabaseSockets } from './database-sockets';
import { CONNECT_TIMEOUT_MS } from './time-limits';
import { SEARCH_PATH } from './work-roles';

/**
 * A connection pooler between this process and the server, such as PgBouncer in transaction mode.
 * Each transaction can have another connection to the server, which other programs use before and
 * after it.
 */
export interface Pooler {
  /** Whether it keeps named statements apart, as PgBouncer does since version 1.21. */
  readonly hasPreparedStatements: boolean;
  /** The schemas of the user of the service, whatever others have set on a connection. */
  readonly searchPath: string;
}

/** What is known of a database before it is used. */
export interface FoundDatabase {
  /** Null if each connection is one to the server. */
  readonly pooler: Pooler | null;
  /** The same for all URLs of one database on one running server. */
  readonly identity: string;
}

/**
 * Connects once, and finds out what is behind a URL.
 *
 * A pooler gives its clients numbers of its own to cancel statements with, so these are not the
 * numbers of the processes of the server. A pooler in session mode is treated as one in transaction
 * mode, which is right as well. One that keeps prepared statements apart gives them other names on
 * the server.
 *
 * @throws errors of the connection; an error of the server in statement mode, which has no
 *   transactions
 */
export async function findDatabase(url: string, sockets: Pick<DatabaseSockets, 'open'>): Promise<FoundDatabase> {
  const client = new Client({
    connectionString: url,
    application_name: 'stepdown',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    stream: sockets.open,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    // No other statement on a connection that is shared has this name.
    const probe = `stepdown-probe-${randomUUID()}`;
    const [found] = (await client.query<Found>({ name: probe, text: selectIn(probe) })).rows;
    if (found === undefined) throw new Error('The database did not answer');
    if (found.isNamedAsGiven) await client.query(`DEALLOCATE "${probe}"`);
    await client.query('COMMIT');
    const { pid, identity, searchPath, isNamedAsGiven } = found;
    const isDirect = pid === (client as { readonly processID?: number | null }).processID;
    return { identity, pooler: isDirect ? null : { hasPreparedStatements: !isNamedAsGiven, searchPath } };
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Found {
  readonly pid: number;
  readonly identity: string;
  readonly searchPath: string;
  readonly isNamedAsGiven: boolean;
}

const selectIn = (probe: string): string => `SELECT pg_backend_pid() AS pid, ${SEARCH_PATH} AS "searchPath",
  pg_postmaster_start_time() || ' ' || current_database() AS identity,
  EXISTS (SELECT FROM pg_prepared_statements WHERE name = '${probe}') AS "isNamedAsGiven"`;
