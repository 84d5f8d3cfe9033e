import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error';
import { giveTo, type Identity } from './identity';

/** The port names the socket, `.s.PGSQL.5432`; nothing listens on it. */
export const SOCKET_PORT = 5432;

/** unix(7): sun_path holds 108 bytes on Linux, 104 on macOS, and ends with a zero. */
const LONGEST_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107;

/**
 * The folder of the server's socket, which only its owner may enter: `<dataDir>/socket`, or, where that path would be too
 * long for a socket, one in /tmp named after the data folder and the user.
 *
 * @throws EmbeddedPostgresError SOCKET_DIR_UNUSABLE when somebody else made the one in /tmp.
 */
export const ensureSocketDir = async (dataDir: string, identity: Identity): Promise<string> => {
  const owner = identity.uid ?? process.getuid?.() ?? -1;
  const inside = join(dataDir, 'socket');
  const fits = Buffer.byteLength(join(inside, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_SOCKET_PATH;
  // Not os.tmpdir(): two processes with different TMPDIR must agree on the place.
  const hash = createHash('sha256').update(`${owner}:${dataDir}`).digest('hex').slice(0, 16);
  const folder = fits ? inside : `/tmp/stepdown-${owner}-${hash}`;

  try {
    await mkdir(folder, { mode: 0o700 });
    await giveTo(identity, folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
    throw new EmbeddedPostgresError(
      'SOCKET_DIR_UNUSABLE',
      `${folder} should be a folder of user number ${owner} that nobody else may enter, and is not: remove it, ` +
        'or set STEPDOWN_DATA_DIR to a folder with a path shorter than 80 bytes, or DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  return folder;
};
