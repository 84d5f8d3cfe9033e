import { readFileSync } from 'node:fs';

const BYTES_PER_MB = 1_000_000;

/** The resident memory of a process, in megabytes. */
export function residentMemoryOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1_024) / BYTES_PER_MB;
}

/** Calls `work`. @returns the most memory of the process during it, in megabytes */
export async function mostMemoryDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  let most = 0;
  const measure = () => {
    most = Math.max(most, residentMemoryOf(pid));
  };
  const measuring = setInterval(measure, MEASURE_EVERY_MS);
  try {
    await work();
    measure();
    return most;
  } finally {
    clearInterval(measuring);
  }
}

const MEASURE_EVERY_MS = 100;
