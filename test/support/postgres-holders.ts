import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, test } from '@jest/globals';
import { Client } from 'pg';
import { startTimeOf } from '../../src/adapters/embedded-postgres/processes';
import { untilTrue } from './until';

export const TYPESCRIPT = join(__dirname, 'typescript.cjs');
const HOLDER = join(__dirname, 'hold-postgres.ts');

export const UNPRIVILEGED_ID = 65534;
const isRoot = process.getuid?.() === 0;

export type User = Readonly<{ who: string; uid?: number; gid?: number }>;
export const self: User = { who: isRoot ? 'root' : 'this ordinary user' };
export const unprivileged: User = { who: 'an ordinary user', uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID };

/**
 * Why something cannot be tried on this machine, or null: the tests that need it are skipped by
 * that name.
 */
const obstacle = (command: string, args: string[], user: User = self): string | null => {
  const tried = spawnSync(command, args, { ...idOf(user), encoding: 'utf8' });
  return tried.status === 0 ? null : (tried.error?.message ?? tried.stderr.trim().split('\n')[0] ?? 'it failed');
};
export const idOf = ({ uid, gid }: User) => (uid === undefined ? {} : { uid, gid });
export const testUnless = (reason: string | null, name: string, work: () => Promise<void>) =>
  reason === null ? test(name, work) : test.skip(`${name} (not here: ${reason})`, work);

export const notAsUnprivileged = isRoot
  ? obstacle(process.execPath, ['-r', TYPESCRIPT, '-e', ''], unprivileged)
  : 'only root may become another user';
export const noMounts = isRoot ? obstacle('unshare', ['--mount', 'true']) : 'only root may mount';

/** This test file's own folder, which everybody may enter. */
export const scratch = mkdtempSync(join(tmpdir(), 'stepdown-embedded-'));
chmodSync(scratch, 0o755);
const holders: Holder[] = [];

afterEach(async () => {
  await Promise.all(holders.splice(0).map((holder) => holder.close()));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

export type Holder = Readonly<{
  child: ChildProcess;
  /** What it printed first: the URL, or why there is none. */
  opened: Promise<{ url?: string; reason?: string; message?: string }>;
  close(): Promise<void>;
  kill(): Promise<void>;
}>;

/**
 * Another process that opens the server, as `user`, perhaps behind a command such as `unshare`;
 * `durable` as the service does.
 */
export const hold = (dataDir: string, user: User = self, before: string[] = [], durable = false): Holder => {
  const [file = '', ...args] = [
    ...before,
    process.execPath,
    '-r',
    TYPESCRIPT,
    HOLDER,
    dataDir,
    durable ? 'durable' : '',
  ];
  const child = spawn(file, args, { ...idOf(user), stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const opened = Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(String(line)) as object),
    ended.then(async () => {
      await sleep(50);
      throw new Error(`It ended without a word. ${said}`);
    }),
  ]);
  opened.catch(() => undefined);
  const holder: Holder = {
    child,
    opened,
    async close() {
      child.stdin.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
  holders.push(holder);
  return holder;
};

export const urlOf = async (holder: Holder): Promise<string> => {
  const { url, message } = await holder.opened;
  if (url === undefined) throw new Error(message);
  return url;
};

export const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

export const postmasterOf = (dataDir: string): number =>
  Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);

/** Whether the postmaster of a data folder is this process. While it starts again, none is. */
export function isPostmaster(pid: number, dataDir: string): boolean {
  try {
    return postmasterOf(dataDir) === pid;
  } catch {
    return false;
  }
}

export const isGone = async (pid: number): Promise<boolean> => (await startTimeOf(pid)) === null;

/** Waits until a condition holds; {@link until} says for how long. */
export const eventually = (what: string, isSo: () => Promise<boolean>): Promise<void> =>
  untilTrue(isSo).catch((cause: unknown) => {
    throw new Error(`Still not: ${what}`, { cause });
  });

/** A data folder, not there yet, in a folder of mode 700 that belongs to the user. */
export const home = (name: string, user: User = self): string => {
  const folder = join(scratch, name);
  mkdirSync(folder, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid);
  return join(folder, 'data');
};
