import { execFile } from 'node:child_process';
import { lchown, lstat, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';

const run = promisify(execFile);

/** The user that PostgreSQL runs as: a prefix of its command line, and the ids to start it with. */
export type Identity = Readonly<{ prefix: readonly string[]; uid?: number; gid?: number }>;

/** The id of the unprivileged user and group of Linux. They need no name here. */
const UNPRIVILEGED_ID = 65534;

/** Runs a command as the current user, who appears to it as the unprivileged user. */
const IN_NAMESPACE = ['unshare', '--user', `--map-user=${UNPRIVILEGED_ID}`, `--map-group=${UNPRIVILEGED_ID}`];

/**
 * Chooses the user that PostgreSQL runs as. PostgreSQL refuses to run as root and as a user without
 * a name. An ordinary user runs it as itself; a user without a name, as in some containers, runs it
 * in a user namespace. Root takes the first of these that can run it:
 * 1. the owner of the data folder, if that is not root;
 * 2. root in a user namespace where it appears as the unprivileged user. Files keep their owner
 * root,
 *    and a home folder of mode 700 is readable;
 * 3. the owner of the parent of the data folder (`sudo` in the home of another user);
 * 4. the unprivileged user.
 *
 * In cases 3 and 4 the data folder changes its owner.
 *
 * @param dataDir must exist
 * @throws EmbeddedPostgresError DATA_DIR_UNUSABLE if an ordinary user does not own the data folder;
 * REFUSES_ROOT if none of the four works
 */
export const chooseIdentity = async (dataDir: string, binaries: Binaries): Promise<Identity> => {
  const owner = await stat(dataDir);
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (owner.uid === uid) return hasName() ? { prefix: [] } : { prefix: IN_NAMESPACE };
    throw new EmbeddedPostgresError(
      'DATA_DIR_UNUSABLE',
      `The data folder ${dataDir} belongs to another user (number ${owner.uid}): run as that user, ` +
        'set STEPDOWN_DATA_DIR to a folder of your own, or DATABASE_URL to a PostgreSQL of your own.',
    );
  }

  const parent = await stat(dirname(dataDir));
  const candidates: Identity[] =
    owner.uid !== 0
      ? [{ prefix: [], uid: owner.uid, gid: owner.gid }]
      : [
          { prefix: IN_NAMESPACE },
          ...(parent.uid === 0 ? [] : [{ prefix: [], uid: parent.uid, gid: parent.gid }]),
          { prefix: [], uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID },
        ];
  for (const candidate of candidates) {
    // A candidate cannot enter the data folder before it owns it; it must be able to enter the
    // parent.
    const isOwner = candidate.uid === undefined || candidate.uid === owner.uid;
    if (!(await canRun(candidate, isOwner ? dataDir : dirname(dataDir), binaries))) continue;
    if (!isOwner) await changeOwner(candidate, dataDir);
    return candidate;
  }
  throw new EmbeddedPostgresError(
    'REFUSES_ROOT',
    `PostgreSQL refuses to run as root, user namespaces are not available, and user number ${candidates.at(-1)?.uid} ` +
      `cannot access its programs or ${dirname(dataDir)}: run this as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
};

const hasName = (): boolean => {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
};

const canRun = async (identity: Identity, folder: string, binaries: Binaries): Promise<boolean> => {
  const [file = '', ...rest] = [
    ...identity.prefix,
    '/bin/sh',
    '-c',
    // `id -un` fails for a user without a name, which initdb needs.
    'cd -- "$1" && id -un && exec "$2" --version',
    'sh',
    folder,
    binaries.postgres,
  ];
  try {
    await run(file, rest, { env: binaries.environment, cwd: '/', ...userOf(identity) });
    return true;
  } catch {
    return false;
  }
};

/** The options of `child_process` that start a process as this user. */
export const userOf = ({ uid, gid }: Identity): { uid?: number; gid?: number } => ({
  ...(uid === undefined ? {} : { uid }),
  ...(gid === undefined ? {} : { gid }),
});

/**
 * Makes the identity the owner of the file or folder and of all files in it, unless it is the
 * current user.
 */
export const changeOwner = async (identity: Identity, path: string): Promise<void> => {
  if (identity.uid === undefined || identity.gid === undefined) return;
  await lchown(path, identity.uid, identity.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await changeOwner(identity, join(path, name));
};
