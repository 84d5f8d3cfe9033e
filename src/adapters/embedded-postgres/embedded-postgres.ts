import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { findBinaries } from './binaries';
import { clusterOf, DATABASE, ensureCluster, postmasterOf } from './cluster';
import { EmbeddedPostgresError, explainFileError } from './embedded-postgres-error';
import { chooseIdentity } from './identity';
import { takeLease } from './lease';
import { boundLog, connectionTo, reach, type Server } from './postgres-server';
import { ensureSocketDir, SOCKET_PORT } from './socket-dir';

export { EmbeddedPostgresError };

export type EmbeddedPostgresOptions = Readonly<{
  /** Absolute; made if it is missing, with mode 700. */
  dataDir: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** False makes a server for tests: it writes faster, and a power failure loses everything. */
  durable?: boolean;
}>;

export type EmbeddedPostgres = Readonly<{
  /** `postgresql://…`, for `pg` and TypeORM, to the database `stepdown`; by a Unix socket. */
  url: string;
  /** The same for `new Client` and `new Pool` of `pg`. */
  connection: ClientConfig;
  /** Gives the server up; resolves when it has ended, if no other process uses it. */
  close(): Promise<void>;
}>;

/**
 * Brings up the real PostgreSQL that npm installed, on the data in `dataDir`: finds it running and shares it, or starts
 * it. Any number of processes may do so; the last one to close or to end, even by SIGKILL, takes the server down with it.
 * While this process holds it, a server that dies is started again.
 *
 * @throws EmbeddedPostgresError when it cannot run; its message says what to set.
 */
export const openEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  try {
    return await open(options);
  } catch (error) {
    throw explainFileError(options.dataDir, error);
  }
};

const open = async ({ dataDir: asked, log, durable = true }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  await mkdir(asked, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(asked);
  const binaries = await findBinaries(join(dataDir, 'lib'));
  const identity = await chooseIdentity(dataDir, binaries);
  const socketDir = await ensureSocketDir(dataDir, identity);
  const cluster = clusterOf(dataDir);
  const logFile = join(dataDir, 'postgres.log');

  const command = [...identity.prefix, binaries.postgres, '-D', cluster, ...settings(socketDir, durable)];
  const { environment } = binaries;
  const lease = await takeLease({ dataDir, cluster, logFile, command, environment, identity, log });
  const server: Server = { dataDir, cluster, socketDir, logFile, lease, log };
  const unwanted = new AbortController();
  let closing: Promise<void> | undefined;
  try {
    if (await ensureCluster(dataDir, binaries, identity, durable))
      log.info({ dataDir }, 'made a data folder for PostgreSQL');
    await reach(server, () => true);
  } catch (error) {
    await lease.release();
    throw error;
  }

  const supervision = supervise(server, log, unwanted.signal);
  return {
    url: `postgresql://${DATABASE}@localhost:${SOCKET_PORT}/${DATABASE}?host=${encodeURIComponent(socketDir)}&sslmode=disable`,
    connection: connectionTo(socketDir, DATABASE),
    close() {
      unwanted.abort();
      closing ??= supervision.then(() => lease.release());
      return closing;
    },
  };
};

/** On the command line, because there they also hold for a cluster of an older release, and after the folder was moved. */
const settings = (socketDir: string, durable: boolean): string[] => {
  const onOff = durable ? 'on' : 'off';
  return Object.entries({
    listen_addresses: '',
    // A list: quotes keep a comma in the path from ending its item.
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: String(SOCKET_PORT),
    max_connections: '100',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: onOff,
    synchronous_commit: onOff,
    full_page_writes: onOff,
    log_checkpoints: 'off',
    // Statements hold what customers wrote; it does not belong into a log.
    log_min_error_statement: 'panic',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
};

const LOOK_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Starts the server again whenever its postmaster is gone, until it is no longer wanted. */
const supervise = async (server: Server, log: EmbeddedPostgresOptions['log'], unwanted: AbortSignal): Promise<void> => {
  let pauseMs = LOOK_MS;
  while (!unwanted.aborted) {
    // Waits without keeping alive a process that has nothing else to do; ends early when closed.
    await sleep(pauseMs, undefined, { ref: false, signal: unwanted }).catch(() => undefined);
    if (unwanted.aborted) return;
    await boundLog(server.logFile).catch(() => undefined);
    if ((await postmasterOf(server.cluster)) !== null) continue;
    log.warn('the embedded PostgreSQL has ended; starting it again');
    try {
      await reach(server, () => !unwanted.aborted);
      pauseMs = LOOK_MS;
      log.warn('the embedded PostgreSQL runs again');
    } catch (error) {
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (!unwanted.aborted) log.error({ err: error, pauseMs }, 'the embedded PostgreSQL does not start; trying again');
    }
  }
};
