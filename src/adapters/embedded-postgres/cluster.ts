import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { codeOf, diskFull, EmbeddedPostgresError, saysDiskFull } from './embedded-postgres-error';
import { type Identity, userOf } from './identity';
import { bornAt, maySignal, runsIn } from './processes';

const run = promisify(execFile);

/** The superuser that initdb makes, and our database: both carry the product's name. */
export const DATABASE = 'stepdown';

const UNFINISHED = /^postgres\.init-(\d+)-/;

/**
 * Makes the cluster in `<dataDir>/postgres` unless it is there. It is built beside and renamed: whoever is killed
 * midway leaves nothing half done, and of two that build at once one is thrown away.
 *
 * @param durable whether it is to outlast a power failure from the start.
 * @returns whether this call made it.
 * @throws EmbeddedPostgresError OTHER_MAJOR_VERSION, DATA_DIR_UNUSABLE, DISK_FULL or START_FAILED (initdb failed).
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
    // PostgreSQL's own Unicode rules, for the system's may change under an index; C for the rest exists everywhere.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    // There is but one way in, the socket in a folder that only its owner may enter.
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
        `or DATABASE_URL to a PostgreSQL of your own. initdb said: ${said}`,
      { cause },
    );
  }
};

/** Whether there is a cluster that these programs can use; throws where there is something else. */
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
      `${isItselfACluster ? dataDir : cluster} holds files that Stepdown did not put there: ${remedy}.`,
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

/** Removes what an initdb left behind whose process was killed. */
const removeUnfinished = async (dataDir: string): Promise<void> => {
  for (const name of await readdir(dataDir)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && (await bornAt(Number(pid))) === null) {
      await rm(join(dataDir, name), { recursive: true, force: true });
    }
  }
};

/** Makes a rename within the folder outlast a power failure. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

/** The pid of the postmaster that serves the cluster, or null when none runs. */
export const postmasterOf = async (cluster: string): Promise<number | null> => {
  const pid = await pidInLockFile(cluster);
  return pid !== null && (await bornAt(pid)) !== null && (await runsIn(pid, cluster)) ? pid : null;
};

/**
 * Removes a lock file whose process is no postmaster (a zombie that nobody waits for, or a stranger with the same
 * number): PostgreSQL itself would take either for a running server, if it may signal it. Its shared memory still guards the cluster.
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
