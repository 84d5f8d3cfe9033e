import { createInterface } from 'node:readline/promises';
import type { Logger } from 'pino';
import { erasureResult } from '../adapters/cli/erasure/erasure-summary';
import { writeLines } from '../adapters/cli/line-output';
import { progressOn } from '../adapters/cli/progress';
import { createErasureStore } from '../adapters/persistence/erasure/postgres-erasure-store';
import { ErasureRefused, type ErasureRequest, erase } from '../application/erasure/erase';
import type { Config } from '../config';
import type { ImportOutput } from './cli-import-command';
import { type OwnedDatabase, withStore } from './open-store';

export interface EraseOptions extends ErasureRequest {
  /** Whether the person has confirmed it in the command. */
  readonly isConfirmed: boolean;
}

/**
 * `stepdown erase`. Without a confirmation it prints what it would erase, and asks.
 *
 * @param input where the answer comes from
 * @returns the exit code
 */
export const runErase = (
  config: Config,
  options: EraseOptions,
  to: ImportOutput,
  log: Logger,
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean } = process.stdin,
): Promise<0 | 1> => {
  if (!options.isConfirmed && !options.isDryRun && !input.isTTY) {
    throw new ErasureRefused(
      'An erasure cannot be undone. Add --yes to erase, or --dry-run to see what would be erased.',
    );
  }
  return withStore(config, log, { command: 'erase', opening: 'AS_IT_IS' }, async (store) => {
    const run = (request: ErasureRequest) => store.asOwner((owner) => eraseIn(owner, request, to));
    if (options.isConfirmed || options.isDryRun) return await run(options);
    const exitCode = await run({ ...options, isDryRun: true });
    const lines = createInterface({ input, output: to.stderr });
    const answer = await lines.question('An erasure cannot be undone. Type "erase" to go on: ');
    lines.close();
    if (answer.trim() === 'erase') return await run(options);
    writeLines(to.stdout, ['Nothing was erased.']);
    return exitCode;
  });
};

async function eraseIn({ pool, url }: OwnedDatabase, request: ErasureRequest, to: ImportOutput): Promise<0 | 1> {
  const store = createErasureStore({ pool, url });
  const progress = progressOn(to.stderr);
  const onBegin = async (pseudonym: string): Promise<void> => {
    if (!request.isDryRun) {
      progress.line(`The person becomes ${pseudonym}. If this is interrupted, run it again with --as ${pseudonym}.`);
    }
    progress.phase('Looking through', await store.countTickets(), 'tickets');
  };
  const onProgress = (tickets: number) => progress.update(tickets);
  const summary = await erase(request, { store, onBegin, onProgress }).finally(() => progress.stop());
  const { lines, exitCode } = erasureResult(summary, request.isDryRun);
  writeLines(to.stdout, lines);
  return exitCode;
}
