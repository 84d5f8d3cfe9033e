import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, notAFolder } from './embedded-postgres-error';

/**
 * Creates the folder, and those above it that are missing. Each is tried once:
 * `mkdir` with `recursive` does not return for a folder in /proc, which says of it that one above
 * is missing.
 *
 * @throws EmbeddedPostgresError DATA_DIR_UNUSABLE if the path is that of a file; errors of the
 * file system
 */
export async function createFolder(folder: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path) && path !== dirname(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    await mkdir(path, { mode }).catch((error: unknown) => {
      // Another process created it at the same time.
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
  if (!(await stat(folder)).isDirectory()) throw notAFolder(folder);
}
