// Processes that a benchmark starts, and what they cost. Memory and processor time are read from /proc: on another system
// than Linux they are null.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Starts a program that ends with this process at the latest. */
export const start = (command, args, options) => {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

/** Runs a program to its end. Throws where it fails, with what it said last. */
export const execute = async (command, args, options = {}) => {
  const began = performance.now();
  const child = start(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT, ...options });
  let stdout = '';
  let stderr = '';
  let peakKb = null;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4_000);
  });
  // The greatest so far only grows, so the last look before the end tells it.
  const timer = setInterval(() => {
    peakKb = memoryKb(child.pid, 'VmHWM') ?? peakKb;
  }, 50);
  const [code] = await once(child, 'close').finally(() => clearInterval(timer));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stdout.slice(-1_000)}${stderr}`);
  return { stdout, seconds: (performance.now() - began) / 1000, peakMb: peakKb === null ? null : peakKb / 1024 };
};

/** Does the work in a folder of its own, which is removed whatever comes. */
export const inTemporaryFolder = async (work) => {
  const folder = await mkdtemp(join(tmpdir(), 'stepdown-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
};

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** `VmRSS` is what the process holds now, `VmHWM` the most it ever held. */
const memoryKb = (pid, field) => {
  const found = read(`/proc/${pid}/status`)?.match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'));
  return found ? Number(found[1]) : null;
};

export const memoryMb = (pid) => {
  const kb = memoryKb(pid, 'VmRSS');
  return kb === null ? null : kb / 1024;
};

/** Memory of a process and all that it started, what they share counted once. */
export const sharedMemoryMb = (pids) => {
  const parts = pids.map((pid) => read(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+)/m)?.[1]);
  return parts.includes(undefined) ? null : parts.reduce((sum, kb) => sum + Number(kb), 0) / 1024;
};

// proc(5): after the name, which may hold anything, utime, stime, cutime and cstime are the 12th to the 15th field; 100 ticks
// a second.
const ticksOf = (pid, from, to) => {
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields === undefined ? null : fields.slice(from, to).reduce((sum, ticks) => sum + Number(ticks), 0);
};

export const processorSeconds = (pid) => {
  const ticks = ticksOf(pid, 11, 13);
  return ticks === null ? null : ticks / 100;
};

/** Processor time of a process and its children, of those that have ended as well: so it only grows. */
export const processorSecondsOfFamily = (pid) => {
  // The children first: one that ends in between is counted twice, and not lost.
  const children = childrenOf(pid).map((child) => ticksOf(child, 11, 13) ?? 0);
  const own = ticksOf(pid, 11, 15);
  return own === null ? null : (own + children.reduce((sum, ticks) => sum + ticks, 0)) / 100;
};

export const childrenOf = (pid) =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
