import type { Logger } from 'pino';
import { type ImportDone, type ImportOptions, importFile } from '../adapters/cli/import/import-command';
import { importResult, UNPUBLISHED_CHANGES_NOTE } from '../adapters/cli/import/import-summary';
import type { LineOutput } from '../adapters/cli/line-output';
import { progressOn } from '../adapters/cli/progress';
import { existingExternalIds } from '../adapters/persistence/tickets/external-ids';
import { createTicketStore } from '../adapters/persistence/tickets/postgres-ticket-store';
import { reserveNumbers } from '../adapters/persistence/tickets/reserved-numbers';
import { policiesForDryRun, publishConfiguredPolicy } from '../application/policies/publish-configured-policy';
import { createChangeTickets } from '../application/tickets/change-tickets';
import type { Config } from '../config';
import { leaveProcessorToServices } from './leave-processor';
import { type Store, withStore } from './open-store';

/** Where an import prints; `process` is one. */
export interface ImportOutput {
  readonly stdout: LineOutput;
  /** For the progress and, unless they go to a file, the reports on rows. */
  readonly stderr: NodeJS.WritableStream;
}

/**
 * `stepdown import`. The first Ctrl-C or SIGTERM ends the import after the tickets that are being
 * saved; the second ends the process.
 *
 * @returns the exit code
 */
export async function runImport(config: Config, options: ImportOptions, to: ImportOutput, log: Logger): Promise<0 | 1> {
  const stopping = new AbortController();
  const stop = () => {
    for (const signal of SIGNALS) process.off(signal, stop);
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    const opening = options.dryRun ? 'AS_IT_IS' : 'MIGRATE';
    return await withStore(config, log, { command: 'import', opening }, (store) => {
      leaveProcessorToServices();
      return importInto(store, options, to, stopping.signal);
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Imports into an open store, and prints the account. Returns the exit code. */
async function importInto(store: Store, options: ImportOptions, to: ImportOutput, signal: AbortSignal): Promise<0 | 1> {
  const done = await importRowsInto(store, options, to, signal);
  const { output, errorOutput, exitCode } = importResult(done, options.dryRun, options.json);
  to.stdout.write(output);
  to.stderr.write(errorOutput);
  return exitCode;
}

/**
 * Imports into an open store; prints the progress and the reports on rows.
 *
 * @param signal ends the import after the tickets that are being saved
 */
export async function importRowsInto(
  store: Store,
  options: ImportOptions,
  to: ImportOutput,
  signal = new AbortController().signal,
): Promise<ImportDone> {
  const { pool, clients, clock, policyFile } = store;
  const { policies, hasUnpublishedChanges } = options.dryRun
    ? await policiesForDryRun(store.policies, policyFile)
    : { policies: store.policies, ...(await publishConfiguredPolicy(store.policies, policyFile, 'MISSING')) };
  if (hasUnpublishedChanges) to.stderr.write(UNPUBLISHED_CHANGES_NOTE);
  return await importFile(
    {
      url: store.requireDirectUrl(),
      clock,
      policies,
      // No part of this process follows the log; other processes find the events within a second.
      changeTickets: createChangeTickets({
        store: createTicketStore({ pool, onCommitted: () => undefined }),
        clock,
        policies,
      }),
      ensureClient: async (name) => (await clients.ensureClient(name)).id,
      clientNamed: async (name) => (await clients.clientNamed(name))?.id ?? null,
      existing: existingExternalIds(pool),
      reserveNumbers: (count) => reserveNumbers(pool, count),
    },
    options,
    progressOn(to.stderr),
    signal,
  );
}
