import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { codeOf } from './embedded-postgres-error';
import { giveTo, type Identity, userOf } from './identity';
import { bornAt } from './processes';
import { WATCHDOG } from './watchdog';

/**
 * A process's claim on the server, from `takeLease` to `release`, or to the end of the process in whatever way. The last
 * one to go takes the server down.
 */
export type Lease = Readonly<{
  /** Starts the server, detached from this process. @returns its pid; it may have ended already. */
  launch(): Promise<number>;
  /** Ends the claim; resolves when the server is gone, if this was the last. */
  release(): Promise<void>;
}>;

type LeaseOptions = Readonly<{
  dataDir: string;
  cluster: string;
  logFile: string;
  /** The command line that runs the server in the foreground. */
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  identity: Identity;
  log: Pick<Logger, 'warn'>;
}>;

let taken = 0;

/**
 * Takes a lease: a file `<dataDir>/leases/lease.<pid>.<n>` that holds when this process started, and a watchdog, a shell
 * that reads from a pipe whose other end only we hold. It sees the pipe close when we end, were it by SIGKILL.
 *
 * The lease stands before anything is asked of the server, and a watchdog that would stop the server puts up its mark
 * before it counts the leases: so at least one of the two sees the other. See `untilNobodyStops`.
 */
export const takeLease = async (options: LeaseOptions): Promise<Lease> => {
  const { dataDir, cluster, logFile, command, environment, identity, log } = options;
  const folder = leasesOf(dataDir);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await giveTo(identity, folder);
  const file = join(folder, `lease.${process.pid}.${taken++}`);
  let released = false;

  const startWatchdog = () => {
    const child = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', file, folder, cluster, logFile, ...command], {
      // A session of its own: neither Ctrl-C nor a closed terminal reaches it, or the server that it starts.
      detached: true,
      cwd: '/',
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...userOf(identity),
    });
    // A process that has nothing else to do may end; the watchdog is there to see it.
    child.unref();
    setRef(child.stdin, false);
    setRef(child.stdout, false);
    // One that cannot be started, and writing to one that is gone: the caller, or `exit`, says so too.
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      if (released) return;
      log.warn({ code, signal }, 'the embedded PostgreSQL lost its watchdog; starting another');
      setTimeout(() => {
        if (!released) watchdog = startWatchdog();
      }, 1000).unref();
    });
    return { child, lines: createInterface({ input: child.stdout }) };
  };
  let watchdog = startWatchdog();
  await once(watchdog.child, 'spawn');
  try {
    await writeFile(file, `${await bornAt(process.pid)}\n`, { mode: 0o644 });
  } catch (error) {
    released = true;
    watchdog.child.stdin.end();
    throw error;
  }

  return {
    async launch() {
      const { child, lines } = watchdog;
      setRef(child.stdout, true);
      try {
        child.stdin.write('start\n');
        const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(5000) });
        return Number(line);
      } finally {
        setRef(child.stdout, false);
      }
    },
    async release() {
      if (released) return;
      released = true;
      if (hasEnded(watchdog.child)) watchdog = startWatchdog();
      const { child } = watchdog;
      child.ref();
      child.stdin.end();
      await once(child, 'exit');
    },
  };
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Whether the pipe keeps this process alive; a child's pipes are sockets, though typed as streams. */
const setRef = (pipe: Readable | Writable, keepsAlive: boolean): void => {
  if (!(pipe instanceof Socket)) return;
  if (keepsAlive) pipe.ref();
  else pipe.unref();
};

const leasesOf = (dataDir: string): string => join(dataDir, 'leases');

/**
 * Waits while a watchdog counts the leases or stops the server. Afterwards none will stop it under a lease of ours.
 * Clears away the leases and marks of processes that were killed together with their watchdogs.
 */
export const untilNobodyStops = async (dataDir: string): Promise<void> => {
  const folder = leasesOf(dataDir);
  for (const name of await readdir(folder)) {
    const [, kind, pid] = /^(lease|stop)\.(\d+)/.exec(name) ?? [];
    if (pid === undefined) continue;
    const file = join(folder, name);
    while (kind === 'stop' && (await isHeld(file, Number(pid)))) await sleep(20);
    if (!(await isHeld(file, Number(pid)))) await rm(file, { force: true });
  }
};

/** Whether the process that made the file runs. Its start is in the file; an empty one is just being written. */
const isHeld = async (file: string, pid: number): Promise<boolean> => {
  const written = await readFile(file, 'utf8').catch(() => null);
  if (written === null) return false;
  const born = await bornAt(pid);
  return born !== null && (written.trim() === '' || written.trim() === born);
};
