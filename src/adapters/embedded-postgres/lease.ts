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
import { changeOwner, type Identity, userOf } from './identity';
import { startTimeOf } from './processes';
import { WATCHDOG } from './watchdog';

/** How long the watchdog may take to start the server. */
const LAUNCH_TIMEOUT_MS = 5_000;

/**
 * Keeps the server running for one process, from `takeLease` until `release` or the end of the
 * process. The server stops when the last lease ends.
 */
export type Lease = Readonly<{
  /**
   * Starts the server, detached from this process.
   * @returns its process id; it may have ended already
   */
  launch(): Promise<number>;
  /** Ends the lease. If it was the last, the server has stopped when this resolves. */
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

/** Leases that this process has taken; each has a number of its own. */
let taken = 0;

/**
 * Takes a lease: a file `<dataDir>/leases/lease.<pid>.<n>` that contains the start time of this
 * process, and a watchdog, a shell that reads from a pipe of this process. The pipe closes when
 * this process ends, even by SIGKILL.
 *
 * A process writes its lease before it uses the server, and a watchdog that wants to stop the
 * server writes a stop mark before it counts the leases. So at least one of them sees the other;
 * see `waitWhileStopping`.
 */
export const takeLease = async (options: LeaseOptions): Promise<Lease> => {
  const { dataDir, cluster, logFile, command, environment, identity, log } = options;
  const folder = leasesOf(dataDir);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await changeOwner(identity, folder);
  const file = join(folder, `lease.${process.pid}.${taken++}`);
  let released = false;

  const startWatchdog = () => {
    const child = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', file, folder, cluster, logFile, ...command], {
      // In a session of its own, so that Ctrl-C and a closed terminal do not end it or the server.
      detached: true,
      cwd: '/',
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...userOf(identity),
    });
    // The watchdog does not keep this process alive.
    child.unref();
    setRef(child.stdin, false);
    setRef(child.stdout, false);
    // Failed starts and writes are handled by the caller and by the `exit` listener.
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      if (released) return;
      log.warn({ code, signal }, 'the watchdog of the embedded PostgreSQL has ended; starting another');
      setTimeout(() => {
        if (!released) watchdog = startWatchdog();
      }, 1000).unref();
    });
    return { child, lines: createInterface({ input: child.stdout }) };
  };
  let watchdog = startWatchdog();
  await once(watchdog.child, 'spawn');
  try {
    await writeFile(file, `${await startTimeOf(process.pid)}\n`, { mode: 0o644 });
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
        const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(LAUNCH_TIMEOUT_MS) });
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

/**
 * Sets whether the pipe keeps this process alive. The pipes of a child are sockets, although typed
 * as streams.
 */
const setRef = (pipe: Readable | Writable, keepsAlive: boolean): void => {
  if (!(pipe instanceof Socket)) return;
  if (keepsAlive) pipe.ref();
  else pipe.unref();
};

const leasesOf = (dataDir: string): string => join(dataDir, 'leases');

/**
 * Waits while a watchdog counts the leases or stops the server. After that, no watchdog stops the
 * server while this process holds a lease. Also deletes the leases and stop marks of processes that
 * were killed together with their watchdogs.
 */
export const waitWhileStopping = async (dataDir: string): Promise<void> => {
  const folder = leasesOf(dataDir);
  for (const name of await readdir(folder)) {
    const [, kind, pid] = /^(lease|stop)\.(\d+)/.exec(name) ?? [];
    if (pid === undefined) continue;
    const file = join(folder, name);
    while (kind === 'stop' && (await isHeld(file, Number(pid)))) await sleep(20);
    if (!(await isHeld(file, Number(pid)))) await rm(file, { force: true });
  }
};

/**
 * Whether the process that wrote the file runs. The file contains its start time; an empty file is
 * being written.
 */
const isHeld = async (file: string, pid: number): Promise<boolean> => {
  const written = await readFile(file, 'utf8').catch(() => null);
  if (written === null) return false;
  const startTime = await startTimeOf(pid);
  return startTime !== null && (written.trim() === '' || written.trim() === startTime);
};
