import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeOf } from '../../../src/adapters/embedded-postgres/processes';
import { processesOf } from '../../support/freeze';
import type { Leftover } from './leftovers';

/** A program that runs beside the tests of faults, see `leftovers.ts`. */

/** How long a process may take to end after its signal. */
const END_WITHIN_MS = 10_000;

interface Running {
  readonly signal: NodeJS.Signals;
  readonly startTime: string | null;
}

async function keep(): Promise<void> {
  // Ctrl-C and the end of a terminal reach this process too.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const running = new Map<number, Running>();
  const mounts: string[] = [];
  const folders: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const leftover = JSON.parse(line) as Leftover;
    if (leftover.kind === 'PROCESS') {
      running.set(leftover.pid, { signal: leftover.signal, startTime: await startTimeOf(leftover.pid) });
    } else if (leftover.kind === 'ENDED') running.delete(leftover.pid);
    else (leftover.kind === 'MOUNT' ? mounts : folders).push(leftover.path);
  }
  await Promise.all([...running].map(([pid, one]) => end(pid, one)));
  for (const path of mounts) if (existsSync(path)) spawnSync('umount', ['--lazy', path]);
  for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

/** Its number may belong to another process by now. */
async function end(pid: number, { signal, startTime }: Running): Promise<void> {
  const isRunning = async () => startTime !== null && (await startTimeOf(pid)) === startTime;
  if (!(await isRunning())) return;
  const all = processesOf(pid);
  send(pid, signal);
  // One that is stopped cannot end.
  for (const one of all) send(one, 'SIGCONT');
  for (const until = performance.now() + END_WITHIN_MS; performance.now() < until && (await isRunning()); ) {
    await sleep(50);
  }
  if (await isRunning()) for (const one of all) send(one, 'SIGKILL');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

void keep();
