import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { codeOf, diskFull, EmbeddedPostgresError, saysDiskFull } from './embedded-postgres-error';
import { type Identity, userOf } from './identity';
import { maySignal, runsIn, startTimeOf } from './processes';

/** The version of PostgreSQL that has Unicode rules of its own. */
const BUILTIN_LOCALES = 17;

const run = promisify(execFile);

/** The name of the superuser and of the database. */
export const DATABASE = 'stepdown';

/** Temporary folders, with the id of the process that made each. */
const UNFINISHED = /^postgres\.init-(\d+)-/;

/**
 * Makes the cluster in `<dataDir>/postgres` if it does not exist. It is made in a temporary folder
 * and renamed, so that a killed process leaves no partial cluster. If two processes make one at the
 * same time, the second is deleted.
 *
 * @param durable whether the new cluster survives a power failure
 * @returns whether this call made the cluster
 * @throws EmbeddedPostgresError OTHER_MAJOR_VERSION, DATA_DIR_UNUSABLE, DISK_FULL or START_FAILED
 * (initdb failed).
 */
export const ensureCluster = async (
  dataDir: string,
  binaries: Binaries,
  identity: Identity,
  durable: boolean,
): Promise<boolean> => {
  const cluster = clusterOf(dataDir);
  if (await checkCluster(dataDir, binaries)) return false;
  await removeUnfinished(dataDir);

  const draft = join(dataDir, `postgres.init-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await initialise(dataDir, draft, binaries, identity, durable);
    await rename(draft, cluster);
    await syncFolder(dataDir);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    await checkCluster(dataDir, binaries);
    return false;
  }
};

export const clusterOf = (dataDir: string): string => join(dataDir, 'postgres');

/** Whether the data folder has a database. One that this user cannot look into counts as having. */
export const hasCluster = (dataDir: string): Promise<boolean> =>
  stat(join(clusterOf(dataDir), 'PG_VERSION')).then(
    () => true,
    (error: unknown) => !['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? ''),
  );

const initialise = async (
  dataDir: string,
  draft: string,
  binaries: Binaries,
  identity: Identity,
  durable: boolean,
): Promise<void> => {
  const [file = '', ...rest] = [
    ...identity.prefix,
    binaries.initdb,
    `--pgdata=${draft}`,
    `--username=${DATABASE}`,
    '--encoding=UTF8',
    // The built-in Unicode rules, because those of the system can change and corrupt an index. The
    // locale C exists on every system.
    ...(binaries.majorVersion >= BUILTIN_LOCALES ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--locale=C',
    // The only access is a socket in a folder that only its owner can enter.
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await run(file, rest, { env: binaries.environment, cwd: dataDir, ...userOf(identity) });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    if (saysDiskFull(said)) throw diskFull(dataDir, cause);
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `PostgreSQL could not make its data folder in ${dataDir}: set STEPDOWN_DATA_DIR to another folder, ` +
        `or DATABASE_URL to a PostgreSQL of your own. Output of initdb: ${said}`,
      { cause },
    );
  }
};

/**
 * Whether a cluster exists that these programs can use. Throws if the folder holds anything else.
 */
const checkCluster = async (dataDir: string, binaries: Binaries): Promise<boolean> => {
  const cluster = clusterOf(dataDir);
  const remedy = 'set STEPDOWN_DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL of your own';
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    const names = await readdir(cluster).catch(() => []);
    const isItselfACluster = (await readdir(dataDir)).includes('PG_VERSION');
    if (names.length === 0 && !isItselfACluster) return false;
    throw new EmbeddedPostgresError(
      'DATA_DIR_UNUSABLE',
      `${isItselfACluster ? dataDir : cluster} holds files that Stepdown did not create: ${remedy}.`,
    );
  }
  if (Number.parseInt(version, 10) !== binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      'OTHER_MAJOR_VERSION',
      `${cluster} was written by PostgreSQL ${version.trim()}, and the embedded one is ${binaries.majorVersion}, which cannot read it: ` +
        `export it with the older version, or ${remedy}.`,
    );
  }
  return true;
};

/** Removes the temporary folders of processes that have ended. */
const removeUnfinished = async (dataDir: string): Promise<void> => {
  for (const name of await readdir(dataDir)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && (await startTimeOf(Number(pid))) === null) {
      await rm(join(dataDir, name), { recursive: true, force: true });
    }
  }
};

/** Syncs the folder, so that a rename in it survives a power failure. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

/** A segment of the write-ahead log has 16 MiB; a start writes some small files as well. */
const NEEDED_BYTES = 18 * 1024 * 1024;

/**
 * Whether there is no space for another segment of the write-ahead log, without which the server
 * ends and does not start. The folder of the log may be a link to another disk.
 */
export const hasNoSpace = async (cluster: string): Promise<boolean> => {
  const disk = await statfs(join(cluster, 'pg_wal')).catch(() => null);
  return disk !== null && disk.bavail * disk.bsize < NEEDED_BYTES;
};

/** The process id of the cluster's postmaster; null if none runs. */
export const postmasterOf = async (cluster: string): Promise<number | null> => {
  const pid = await pidInLockFile(cluster);
  return pid !== null && (await startTimeOf(pid)) !== null && (await runsIn(pid, cluster)) ? pid : null;
};

/**
 * Removes a lock file whose process is not a postmaster but a zombie, or another program with a
 * reused process id. PostgreSQL takes either for a running server if it may signal it. PostgreSQL
 * still checks its shared memory before it starts, so the cluster stays protected.
 */
export const removeStaleLockFile = async (cluster: string): Promise<void> => {
  const pid = await pidInLockFile(cluster);
  if (pid === null || !maySignal(pid) || (await postmasterOf(cluster)) !== null) return;
  if ((await pidInLockFile(cluster)) === pid) await rm(join(cluster, 'postmaster.pid'), { force: true });
};

const pidInLockFile = async (cluster: string): Promise<number | null> => {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : null;
};
