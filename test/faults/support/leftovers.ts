import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';

/** What the keeper gets, a line of JSON each. */
export type Leftover =
  | { readonly kind: 'PROCESS'; readonly pid: number; readonly signal: NodeJS.Signals }
  | { readonly kind: 'ENDED'; readonly pid: number }
  | { readonly kind: 'MOUNT' | 'FOLDER'; readonly path: string };

const KEEPER = ['-r', join(__dirname, '../../support/typescript.cjs'), join(__dirname, 'keeper-of-leftovers.ts')];

let keeper: ChildProcess | null = null;

/**
 * The keeper is a process that removes what the tests have left when they end, also when they are
 * interrupted or killed. It knows that by the end of its input. Jest does not wait for it.
 */
function tell(leftover: Leftover): void {
  if (keeper === null) {
    keeper = spawn(process.execPath, KEEPER, { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
    keeper.unref();
    keeper.stdin?.on('error', () => undefined);
    (keeper.stdin as Socket).unref();
  }
  keeper.stdin?.write(`${JSON.stringify(leftover)}\n`);
}

/** Ends a process with the tests, if they have not done so before. */
export function endWithTests(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child;
  // It could not be started.
  if (pid === undefined) return;
  tell({ kind: 'PROCESS', pid, signal });
  child.once('exit', () => tell({ kind: 'ENDED', pid }));
}

/** Removes a folder with the tests, if it is still there. */
export const removeWithTests = (path: string): void => tell({ kind: 'FOLDER', path });

/** Unmounts a file system with the tests, if it is still there, and removes its folder. */
export function unmountWithTests(path: string): void {
  tell({ kind: 'MOUNT', path });
  removeWithTests(path);
}
