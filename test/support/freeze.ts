import { readdirSync, readFileSync } from 'node:fs';

/** The processes of a server: its postmaster and the processes that this started. */
export function processesOf(postmaster: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === postmaster);
  return [postmaster, ...children];
}

const parentOf = (pid: number): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended in the meantime.
    return null;
  }
};

/** Stops every process of a server in mid-work, as `docker pause` does. @returns lets them go on */
export function freeze(postmaster: number): () => void {
  // The postmaster first, so that it starts no other process.
  process.kill(postmaster, 'SIGSTOP');
  const stopped = processesOf(postmaster);
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of [...stopped].reverse()) process.kill(pid, 'SIGCONT');
  };
}
