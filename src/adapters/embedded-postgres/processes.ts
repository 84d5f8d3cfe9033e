import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './embedded-postgres-error';

const run = promisify(execFile);

/**
 * When a process started, in a form that is only good for comparing: pids are reused, a pid with its start is not.
 * Null when no such process runs; a zombie has ended and does not count.
 */
export const bornAt = async (pid: number): Promise<string | null> => {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
        env: { ...process.env, LC_ALL: 'C' },
      });
      return stdout.trim() || null;
    }
    // proc(5): the name stands in brackets and may hold anything; state is the 3rd field, the start the 22nd.
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
};

/** Whether a process runs *in* the folder, as a postmaster does in its cluster. */
export const runsIn = async (pid: number, folder: string): Promise<boolean> => {
  try {
    if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.includes(folder);
  } catch (error) {
    // Not to be seen: a stranger's, unless it is one that we may signal, as we may our own server.
    return codeOf(error) === 'EACCES' && maySignal(pid);
  }
};

/** Whether the process exists, be it as a zombie, and is ours to signal. */
export const maySignal = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
