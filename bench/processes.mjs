// Starts processes for a benchmark and measures their cost. Memory and processor time come from
// /proc; on systems other than Linux they are null.
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

/** Starts a program and kills it when this process exits. */
export const start = (command, args, options) => {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

/** Runs a program until it exits. If it fails, throws an error with its last output. */
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
  // The peak never decreases, so the last value read before the exit is the result.
  const timer = setInterval(() => {
    peakKb = memoryKb(child.pid, 'VmHWM') ?? peakKb;
  }, 50);
  const [code] = await once(child, 'close').finally(() => clearInterval(timer));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stdout.slice(-1_000)}${stderr}`);
  return { stdout, seconds: (performance.now() - began) / 1000, peakMb: peakKb === null ? null : peakKb / 1024 };
};

/** Runs the work in a temporary folder and removes the folder afterwards, also after an error. */
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

/** `VmRSS` is the current memory of the process, `VmHWM` its peak. */
const memoryKb = (pid, field) => {
  const found = read(`/proc/${pid}/status`)?.match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'));
  return found ? Number(found[1]) : null;
};

export const memoryMb = (pid) => {
  const kb = memoryKb(pid, 'VmRSS');
  return kb === null ? null : kb / 1024;
};

/** Memory of these processes together; counts shared pages once. */
export const sharedMemoryMb = (pids) => {
  const parts = pids.map((pid) => read(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+)/m)?.[1]);
  return parts.includes(undefined) ? null : parts.reduce((sum, kb) => sum + Number(kb), 0) / 1024;
};

// See proc(5): after the name, which may contain any character, utime, stime, cutime and cstime are
// the 12th to the 15th field. There are 100 ticks per second.
const ticksOf = (pid, from, to) => {
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields === undefined ? null : fields.slice(from, to).reduce((sum, ticks) => sum + Number(ticks), 0);
};

export const processorSeconds = (pid) => {
  const ticks = ticksOf(pid, 11, 13);
  return ticks === null ? null : ticks / 100;
};

/** Processor time of a process and its children, including those that have exited. */
export const processorSecondsOfFamily = (pid) => {
  // Reads the children first: one that exits in between is counted twice rather than lost.
  const children = childrenOf(pid).map((child) => ticksOf(child, 11, 13) ?? 0);
  const own = ticksOf(pid, 11, 15);
  return own === null ? null : (own + children.reduce((sum, ticks) => sum + ticks, 0)) / 100;
};

export const childrenOf = (pid) =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
