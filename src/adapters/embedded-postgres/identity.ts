import { execFile } from 'node:child_process';
import { lchown, lstat, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';

const run = promisify(execFile);

/** As whom PostgreSQL's programs run: what stands before their command line, and the user to start it as. */
export type Identity = Readonly<{ prefix: readonly string[]; uid?: number; gid?: number }>;

/** The user `nobody`, by number: it need not have a name. */
const NOBODY = 65534;

/** Runs what follows as the present user, to whom it looks as if it were nobody. */
const IN_NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];

/**
 * Decides as whom to run PostgreSQL, which refuses to run as root, and as a user without a name. An ordinary user runs it
 * as itself, one without a name (as in some containers) in a user namespace; root runs it, in this order, as
 * 1. the owner of the data folder, if that is somebody else;
 * 2. itself, in a user namespace where it looks like somebody else: files stay root's, and a home of mode 700 is no hindrance;
 * 3. the owner of the folder around the data folder (`sudo` in somebody's home);
 * 4. nobody. In 3 and 4 the data folder is given away.
 *
 * @param dataDir exists.
 * @throws EmbeddedPostgresError DATA_DIR_UNUSABLE when an ordinary user does not own the data folder; REFUSES_ROOT.
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

  const around = await stat(dirname(dataDir));
  const candidates: Identity[] =
    owner.uid !== 0
      ? [{ prefix: [], uid: owner.uid, gid: owner.gid }]
      : [
          { prefix: IN_NAMESPACE },
          ...(around.uid === 0 ? [] : [{ prefix: [], uid: around.uid, gid: around.gid }]),
          { prefix: [], uid: NOBODY, gid: NOBODY },
        ];
  for (const candidate of candidates) {
    // What is yet to be given away cannot be entered; the folder around it must be.
    const isTheirs = candidate.uid === undefined || candidate.uid === owner.uid;
    if (!(await canRun(candidate, isTheirs ? dataDir : dirname(dataDir), binaries))) continue;
    if (!isTheirs) await giveTo(candidate, dataDir);
    return candidate;
  }
  throw new EmbeddedPostgresError(
    'REFUSES_ROOT',
    `PostgreSQL refuses to run as root, user namespaces are not to be had here, and user number ${candidates.at(-1)?.uid} ` +
      `can reach either not its programs or not ${dirname(dataDir)}: run this as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.`,
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
    // initdb asks for the user's name.
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

/** The options that make Node start a process as this user. */
export const userOf = ({ uid, gid }: Identity): { uid?: number; gid?: number } => ({
  ...(uid === undefined ? {} : { uid }),
  ...(gid === undefined ? {} : { gid }),
});

/** Makes the file or folder, and all in it, the identity's own; nothing to do where it runs as ourselves. */
export const giveTo = async (identity: Identity, path: string): Promise<void> => {
  if (identity.uid === undefined || identity.gid === undefined) return;
  await lchown(path, identity.uid, identity.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(identity, join(path, name));
};
