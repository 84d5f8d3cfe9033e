import { open, rename, stat, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { Logger } from 'pino';
import { DATABASE, postmasterOf, removeStaleLockFile } from './cluster';
import { codeOf, diskFull, EmbeddedPostgresError, saysDiskFull } from './embedded-postgres-error';
import { type Lease, untilNobodyStops } from './lease';
import { bornAt } from './processes';
import { SOCKET_PORT } from './socket-dir';

/** What there is to know of the one server of a data folder. */
export type Server = Readonly<{
  dataDir: string;
  cluster: string;
  socketDir: string;
  logFile: string;
  lease: Lease;
  log: Pick<Logger, 'info' | 'warn'>;
}>;

/** How long a server that does not run may take to start, with all its retries. */
const START_MS = 10_000;
/** How long one that runs may keep us waiting: it replays up to 1 GB of its log after a crash, or writes all before it ends. */
const BUSY_MS = 300_000;
/** Starts that may fail for a reason that does not pass by itself. */
const ATTEMPTS = 3;

/** Another start won, or the processes of a killed server have not all ended: it passes within seconds. */
const PASSING =
  /postmaster\.pid" already exists|pre-existing shared memory block|\.lock" already exists|could not create lock file/;

/**
 * Sees to it that the server runs and answers: adopts the one there is, or starts it. Several processes may do so at
 * once; one starts it and the others find it.
 *
 * @param isWanted asked between the steps; false ends the waiting.
 * @throws EmbeddedPostgresError DISK_FULL, START_FAILED or CLOSED.
 */
export const reach = async (server: Server, isWanted: () => boolean): Promise<void> => {
  const began = performance.now();
  let launched: number | null = null;
  let failures = 0;
  let logEnd = 0;
  let saidBusy = false;
  let pauseMs = 15;

  while (isWanted()) {
    await untilNobodyStops(server.dataDir);
    const answer = await knock(server);
    if (answer === 'ready') return;

    const waitedMs = performance.now() - began;
    if (launched !== null && (await bornAt(launched)) === null) {
      launched = null;
      const said = await readFrom(server.logFile, logEnd);
      if (saysDiskFull(said)) throw diskFull(server.dataDir);
      if (!PASSING.test(said)) failures++;
      pauseMs = 100;
      if (failures >= ATTEMPTS || waitedMs > START_MS) throw startFailed(server, said);
    }
    const isRunning = launched !== null || (await postmasterOf(server.cluster)) !== null;
    if (waitedMs > (isRunning && answer === 'busy' ? BUSY_MS : START_MS)) {
      throw startFailed(server, await readFrom(server.logFile, logEnd));
    }
    if (answer === 'busy' && waitedMs > 2000 && !saidBusy) {
      saidBusy = true;
      server.log.info('the embedded PostgreSQL is still starting or stopping; waiting for it');
    }
    if (!isRunning && answer === 'absent') {
      await removeStaleLockFile(server.cluster);
      logEnd = await makeRoomInLog(server.logFile);
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
      `or DATABASE_URL to a PostgreSQL of your own. It said last: ${said.trim().split('\n').slice(-8).join('\n') || '(nothing)'}`,
  );

/** How to connect; everything is said, so that no PG* variable of the environment has a part in it. */
export const connectionTo = (socketDir: string, database: string): ClientConfig => ({
  host: socketDir,
  port: SOCKET_PORT,
  user: DATABASE,
  database,
  ssl: false,
  connectionTimeoutMillis: 5000,
});

/** Asks by a real connection; makes our database in a new cluster. Not `ready`: it starts, ends or is full; or is not there. */
const knock = async (server: Server): Promise<'ready' | 'busy' | 'absent'> => {
  try {
    await withClient(server.socketDir, DATABASE, async (client) => client.query('select 1'));
    return 'ready';
  } catch (error) {
    switch (codeOf(error)) {
      case '3D000':
        await createDatabase(server.socketDir);
        return 'ready';
      // The server is starting, stopping or recovering; went away just now; or has no connection left.
      case '57P03':
      case '57P01':
      case '53300':
        return 'busy';
      case 'ENOENT':
      case 'ECONNREFUSED':
        return 'absent';
      default:
        // Torn while it was made: by a server that ended in this moment, or one too busy to answer in time.
        if (codeOf(error) === undefined || /^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(codeOf(error) ?? '')) return 'busy';
        throw error;
    }
  }
};

const createDatabase = (socketDir: string): Promise<unknown> =>
  withClient(socketDir, 'postgres', (client) =>
    client.query(`create database ${DATABASE}`).catch((error: unknown) => {
      // Another process made it in the same moment.
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

const LOG_BYTES = 5_000_000;

/** Moves a long log aside, before the server opens it. @returns where the server will begin to write. */
const makeRoomInLog = async (logFile: string): Promise<number> => {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size <= LOG_BYTES) return size;
  await rename(logFile, `${logFile}.old`);
  return 0;
};

/** Empties a log that grew long while the server runs; the server appends, so it goes on at the beginning. */
export const boundLog = async (logFile: string): Promise<void> => {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size > 4 * LOG_BYTES) await truncate(logFile);
};

/** What was written after `offset`, at most its last 8 kB. */
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
