import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { findBinaries } from './binaries';
import { clusterOf, DATABASE, ensureCluster, hasNoSpace, postmasterOf } from './cluster';
import { createFolder } from './data-folder';
import { EmbeddedPostgresError, explainFileError } from './embedded-postgres-error';
import { chooseIdentity } from './identity';
import { takeLease } from './lease';
import { connectionTo, connectOrStart, type Server, truncateLongLog } from './postgres-server';
import { ensureSocketDir, SOCKET_PORT } from './socket-dir';

export { EmbeddedPostgresError };

export type EmbeddedPostgresOptions = Readonly<{
  /** An absolute path. The folder is created with mode 700 if it does not exist. */
  dataDir: string;
  log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  /** False is for tests: writes are faster, and a power failure loses all data. Default true. */
  durable?: boolean;
  /** The folder of the package with the programs, for tests; by default that of this platform. */
  packageDir?: string;
}>;

export type EmbeddedPostgres = Readonly<{
  /**
   * The URL of the database `stepdown` with the owner of its tables, who is a superuser, over a
   * Unix socket, for `pg` and TypeORM.
   */
  url: string;
  /** The same with another user, who needs no password. */
  urlFor(user: string): string;
  /** The same as options of `Client` and `Pool` of `pg`. */
  connection: ClientConfig;
  /** Whether the server has too little space to start or to go on. */
  isDiskFull(): Promise<boolean>;
  /** Releases the server. If no other process uses it, the server stops before this resolves. */
  close(): Promise<void>;
}>;

/**
 * Starts the PostgreSQL that npm installed on the data in `dataDir`, or shares the server that runs
 * there. Any number of processes can share it. The server stops when the last of them closes it or
 * ends, even by SIGKILL. If the server ends earlier, this process starts it again.
 *
 * @throws EmbeddedPostgresError if the server cannot run
 */
export const openEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  try {
    return await open(options);
  } catch (error) {
    throw explainFileError(options.dataDir, error);
  }
};

const open = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { dataDir: asked, log, durable = true, packageDir } = options;
  await createFolder(asked, 0o700);
  const dataDir = await realpath(asked);
  const binaries = await findBinaries(join(dataDir, 'lib'), packageDir);
  const identity = await chooseIdentity(dataDir, binaries);
  const socketDir = await ensureSocketDir(dataDir, identity);
  const cluster = clusterOf(dataDir);
  const logFile = join(dataDir, 'postgres.log');

  const command = [...identity.prefix, binaries.postgres, '-D', cluster, ...settings(socketDir, durable)];
  const { environment } = binaries;
  const lease = await takeLease({ dataDir, cluster, logFile, command, environment, identity, log });
  const server: Server = { dataDir, cluster, socketDir, logFile, lease, log };
  const closed = new AbortController();
  let closing: Promise<void> | undefined;
  try {
    if (await ensureCluster(dataDir, binaries, identity, durable))
      log.info({ dataDir }, 'created the data folder of PostgreSQL');
    await connectOrStart(server, () => true);
  } catch (error) {
    await lease.release();
    throw error;
  }

  const supervision = supervise(server, log, closed.signal);
  const urlFor = (user: string) =>
    `postgresql://${user}@localhost:${SOCKET_PORT}/${DATABASE}?host=${encodeURIComponent(socketDir)}&sslmode=disable`;
  return {
    url: urlFor(DATABASE),
    urlFor,
    connection: connectionTo(socketDir, DATABASE),
    isDiskFull: () => hasNoSpace(cluster),
    close() {
      closed.abort();
      closing ??= supervision.then(() => lease.release());
      return closing;
    },
  };
};

/**
 * Settings for the command line. There they also apply to a cluster that an older release made, and
 * to a folder that was moved.
 */
const settings = (socketDir: string, durable: boolean): string[] => {
  const onOff = durable ? 'on' : 'off';
  return Object.entries({
    listen_addresses: '',
    // A list of paths: the quotes allow a comma in a path.
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: String(SOCKET_PORT),
    max_connections: '200',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: onOff,
    synchronous_commit: onOff,
    full_page_writes: onOff,
    log_checkpoints: 'off',
    // Statements contain texts of customers, which must not be logged.
    log_min_error_statement: 'panic',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
};

/** How often the server is checked. */
const CHECK_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** The longest pause while the disk is full: the server starts soon after there is space. */
const MAX_FULL_PAUSE_MS = 4_000;

/**
 * Starts the server again whenever its postmaster has ended, until `closed` is aborted. The part
 * that uses the database logs the outage; here only a server that does not start is logged, once.
 */
const supervise = async (opened: Server, log: EmbeddedPostgresOptions['log'], closed: AbortSignal): Promise<void> => {
  const server: Server = { ...opened, log: { info: (text: string) => log.debug(text) } };
  let pauseMs = CHECK_MS;
  let isStarting = false;
  while (!closed.aborted) {
    // `ref: false`: the timer does not keep this process alive. The sleep ends early on close.
    await sleep(pauseMs, undefined, { ref: false, signal: closed }).catch(() => undefined);
    if (closed.aborted) return;
    await truncateLongLog(server.logFile).catch(() => undefined);
    if ((await postmasterOf(server.cluster)) !== null) continue;
    log.debug('the embedded PostgreSQL has ended; starting it again');
    try {
      await connectOrStart(server, () => !closed.aborted);
      pauseMs = CHECK_MS;
      isStarting = false;
      log.debug('the embedded PostgreSQL is running again');
    } catch (error) {
      const isFull = error instanceof EmbeddedPostgresError && error.reason === 'DISK_FULL';
      pauseMs = Math.min(pauseMs * 2, isFull ? MAX_FULL_PAUSE_MS : MAX_PAUSE_MS);
      const level = isFull || isStarting || closed.aborted ? 'debug' : 'error';
      log[level]({ err: error }, 'the embedded PostgreSQL does not start; it is tried again until it does');
      isStarting = true;
    }
  }
};
