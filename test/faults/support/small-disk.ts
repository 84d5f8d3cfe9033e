import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unmountWithTests } from './leftovers';

/** A file system of its own, in memory, for the data of a database. */
export interface SmallDisk {
  /** A folder on it. */
  readonly folder: string;
  /** Takes all the space that is left. Returns what gives it back. */
  fill(): () => void;
  /** Ends it, with everything on it. */
  remove(): void;
}

const PAGES_AT_A_TIME = 4_096;

/** Only root can mount. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const point = realpathSync(mkdtempSync(join(tmpdir(), 'stepdown-disk-')));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', point]);
  unmountWithTests(point);
  const ballast = join(point, 'ballast');
  return {
    folder: mkdtempSync(join(point, 'data-')),
    fill: () => {
      // PostgreSQL writes at the same time, so less than what is free may fit.
      for (;;) {
        const { bavail, bsize } = statfsSync(point);
        if (bavail === 0) break;
        try {
          appendFileSync(ballast, Buffer.alloc(Math.min(bavail, PAGES_AT_A_TIME) * bsize));
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        }
      }
      return () => rmSync(ballast, { force: true });
    },
    remove: () => {
      execFileSync('umount', [point]);
      rmSync(point, { recursive: true, force: true });
    },
  };
}
