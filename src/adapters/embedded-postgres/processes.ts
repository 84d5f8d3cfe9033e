import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './embedded-postgres-error';

const run = promisify(execFile);

/**
 * The start time of a process, as an opaque text to compare. A process id is reused; an id together
 * with its start time is not. Null if no such process runs; a zombie counts as ended.
 */
export const startTimeOf = async (pid: number): Promise<string | null> => {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
        env: { ...process.env, LC_ALL: 'C' },
      });
      return stdout.trim() || null;
    }
    // proc(5): the name is in brackets and may contain any character; the state is field 3, the
    // start time is field 22.
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
};

/** Whether the working directory of a process is the folder. A postmaster runs in its cluster. */
export const runsIn = async (pid: number, folder: string): Promise<boolean> => {
  try {
    if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.includes(folder);
  } catch (error) {
    // The process belongs to another user. It can still be this cluster's server if it may be
    // signalled.
    return codeOf(error) === 'EACCES' && maySignal(pid);
  }
};

/** Whether the process exists, possibly as a zombie, and this process may signal it. */
export const maySignal = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
