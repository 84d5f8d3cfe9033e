import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error';
import { changeOwner, type Identity } from './identity';

/** The port is part of the name of the socket, `.s.PGSQL.5432`. No TCP port is opened. */
export const SOCKET_PORT = 5432;

/** unix(7): sun_path has 108 bytes on Linux and 104 on macOS, including the final zero byte. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * Creates the folder of the server's socket, which only its owner can enter: `<dataDir>/socket`, or
 * a folder in /tmp if that path is too long for a socket. The name of the latter is derived from
 * the data folder and the user.
 *
 * @throws EmbeddedPostgresError SOCKET_DIR_UNUSABLE if another user owns the folder in /tmp
 */
export const ensureSocketDir = async (dataDir: string, identity: Identity): Promise<string> => {
  const owner = identity.uid ?? process.getuid?.() ?? -1;
  const inside = join(dataDir, 'socket');
  const fits = Buffer.byteLength(join(inside, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH_BYTES;
  // Not os.tmpdir(), because processes with different TMPDIR must use the same folder.
  const hash = createHash('sha256').update(`${owner}:${dataDir}`).digest('hex').slice(0, 16);
  const folder = fits ? inside : `/tmp/stepdown-${owner}-${hash}`;

  try {
    await mkdir(folder, { mode: 0o700 });
    await changeOwner(identity, folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
    throw new EmbeddedPostgresError(
      'SOCKET_DIR_UNUSABLE',
      `${folder} must be a folder that only its owner, user number ${owner}, can enter: remove it, ` +
        'or set STEPDOWN_DATA_DIR to a folder with a path shorter than 80 bytes, or DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  return folder;
};
