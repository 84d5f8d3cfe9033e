import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pipe from which nothing is taken before `read`. */
export interface UnreadPipe {
  /** The end to write to, for the output of a program. */
  readonly file: number;
  /** Takes what is in the pipe, and returns all that was taken so far. */
  read(): string;
  close(): void;
}

export function openUnreadPipe(): UnreadPipe {
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-pipe-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const end = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const file = openSync(path, 'w');
  let text = '';
  return {
    file,
    read: () => {
      const buffer = Buffer.alloc(65_536);
      try {
        for (let length = 1; length > 0; text += buffer.toString('latin1', 0, length)) length = readSync(end, buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      return text;
    },
    close: () => {
      closeSync(end);
      closeSync(file);
      rmSync(folder, { recursive: true });
    },
  };
}
