import { open, rename, stat, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { DATABASE, hasNoSpace, postmasterOf, removeStaleLockFile } from './cluster';
import { codeOf, diskFull, EmbeddedPostgresError, saysDiskFull } from './embedded-postgres-error';
import { type Lease, waitWhileStopping } from './lease';
import { startTimeOf } from './processes';
import { SOCKET_PORT } from './socket-dir';

/** The server of a data folder. */
export type Server = Readonly<{
  dataDir: string;
  cluster: string;
  socketDir: string;
  logFile: string;
  lease: Lease;
  log: { info(text: string): void };
}>;

/** The time limit of a start, including its retries. */
const START_MS = 10_000;
/**
 * The time limit for a running server to answer. It may replay up to 1 GB of its log after a crash,
 * or write all its data before it stops.
 */
const BUSY_MS = 300_000;
/**
 * The number of failed starts after which the start is given up; temporary failures do not count.
 */
const MAX_FAILURES = 3;

/**
 * Temporary failures: another process starts the server, or processes of a killed server still run.
 */
const TEMPORARY_FAILURE =
  /postmaster\.pid" already exists|pre-existing shared memory block|\.lock" already exists|could not create lock file/;

/**
 * Waits until the server accepts connections, and starts it if it does not run. If several
 * processes do this at the same time, one starts the server and the others share it.
 *
 * @param isWanted called between the steps; false ends the wait
 * @throws EmbeddedPostgresError DISK_FULL, START_FAILED or CLOSED.
 */
export const connectOrStart = async (server: Server, isWanted: () => boolean): Promise<void> => {
  const began = performance.now();
  let launched: number | null = null;
  let failures = 0;
  let logEnd = 0;
  let hasLoggedBusy = false;
  let pauseMs = 15;

  while (isWanted()) {
    await waitWhileStopping(server.dataDir);
    const answer = await probe(server);
    if (answer === 'ready') return;

    const waitedMs = performance.now() - began;
    if (launched !== null && (await startTimeOf(launched)) === null) {
      launched = null;
      const said = await readFrom(server.logFile, logEnd);
      // A full disk may have no room for the words that say so.
      const isTemporary = TEMPORARY_FAILURE.test(said);
      const isFull = saysDiskFull(said) || (!isTemporary && (await hasNoSpace(server.cluster)));
      if (isFull) throw diskFull(server.dataDir);
      if (!isTemporary) failures++;
      pauseMs = 100;
      if (failures >= MAX_FAILURES || waitedMs > START_MS) throw startFailed(server, said);
    }
    const isRunning = launched !== null || (await postmasterOf(server.cluster)) !== null;
    if (waitedMs > (isRunning && answer === 'busy' ? BUSY_MS : START_MS)) {
      throw startFailed(server, await readFrom(server.logFile, logEnd));
    }
    if (answer === 'busy' && waitedMs > 2000 && !hasLoggedBusy) {
      hasLoggedBusy = true;
      server.log.info('the embedded PostgreSQL is still starting or stopping; waiting for it');
    }
    if (!isRunning && answer === 'absent') {
      await removeStaleLockFile(server.cluster);
      logEnd = await rotateLog(server.logFile);
      launched = await server.lease.launch();
    }
    await sleep(pauseMs);
  }
  throw new EmbeddedPostgresError('CLOSED', 'The embedded PostgreSQL was closed while it started.');
};

const startFailed = (server: Server, said: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    'START_FAILED',
    `The embedded PostgreSQL in ${server.dataDir} does not start: see ${server.logFile}, set STEPDOWN_DATA_DIR to another folder, ` +
      `or DATABASE_URL to a PostgreSQL of your own. The end of its log: ${said.trim().split('\n').slice(-8).join('\n') || '(empty)'}`,
  );

const CONNECT_TIMEOUT_MS = 5_000;

/** The connection options. All are given, so that no PG* environment variable applies. */
export const connectionTo = (socketDir: string, database: string): ClientConfig => ({
  host: socketDir,
  port: SOCKET_PORT,
  user: DATABASE,
  database,
  ssl: false,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
});

/**
 * Tries to connect, and creates the database in a new cluster. `busy`: the server starts, stops or
 * has no free connection; `absent`: no server listens.
 */
const probe = async (server: Server): Promise<'ready' | 'busy' | 'absent'> => {
  try {
    await withClient(server.socketDir, DATABASE, async (client) => client.query('select 1'));
    return 'ready';
  } catch (error) {
    switch (codeOf(error)) {
      case '3D000':
        await createDatabase(server.socketDir);
        return 'ready';
      // Starting, stopping or recovering; shut down just now; no free connection.
      case '57P03':
      case '57P01':
      case '53300':
        return 'busy';
      case 'ENOENT':
      case 'ECONNREFUSED':
        return 'absent';
      default:
        // The connection broke while it was opened: the server has just ended, or is too busy to
        // answer.
        if (codeOf(error) === undefined || /^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(codeOf(error) ?? '')) return 'busy';
        throw error;
    }
  }
};

const createDatabase = (socketDir: string): Promise<unknown> =>
  withClient(socketDir, 'postgres', (client) =>
    client.query(`create database ${DATABASE}`).catch((error: unknown) => {
      // Another process created it at the same time.
      if (codeOf(error) !== '42P04' && codeOf(error) !== '23505') throw error;
    }),
  );

const withClient = async <T>(socketDir: string, database: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client(connectionTo(socketDir, database));
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** A log that is longer than this is rotated. */
const LOG_BYTES = 5_000_000;

/**
 * Renames a long log before the server opens it.
 * @returns the offset at which the server begins to write
 */
const rotateLog = async (logFile: string): Promise<number> => {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size <= LOG_BYTES) return size;
  await rename(logFile, `${logFile}.old`);
  return 0;
};

/**
 * Truncates a log that has grown too long. The server appends, so it continues at the start of the
 * file.
 */
export const truncateLongLog = async (logFile: string): Promise<void> => {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size > 4 * LOG_BYTES) await truncate(logFile);
};

/** The text of the file after `offset`, at most its last 8 kB; empty if the file cannot be read. */
const readFrom = async (file: string, offset: number): Promise<string> => {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const from = Math.max(offset, size - 8192);
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(Math.max(size - from, 1)),
        0,
        Math.max(size - from, 0),
        from,
      );
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
};
