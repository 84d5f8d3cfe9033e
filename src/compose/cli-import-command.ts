import type { Logger } from 'pino';
import { type ImportOptions, importFile } from '../adapters/cli/import/import-command';
import { importResult, UNPUBLISHED_CHANGES_NOTE } from '../adapters/cli/import/import-summary';
import type { LineOutput } from '../adapters/cli/line-output';
import { progressOn } from '../adapters/cli/progress';
import { existingExternalIds } from '../adapters/persistence/tickets/external-ids';
import { createTicketStore } from '../adapters/persistence/tickets/postgres-ticket-store';
import { policiesForDryRun, publishConfiguredPolicy } from '../application/policies/publish-configured-policy';
import { createChangeTickets } from '../application/tickets/change-tickets';
import type { Config } from '../config';
import { type Store, withStore } from './open-store';

/** Where an import prints; `process` is one. */
export interface ImportOutput {
  readonly stdout: LineOutput;
  /** For the progress and, unless they go to a file, the reports on rows. */
  readonly stderr: NodeJS.WritableStream;
}

/**
 * `stepdown import`.
 *
 * @returns the exit code
 */
export const runImport = (config: Config, options: ImportOptions, to: ImportOutput, log: Logger): Promise<0 | 1> =>
  withStore(config, log, 'import', (store) => importInto(store, options, to));

/** Imports into an open store. @returns the exit code */
export async function importInto(store: Store, options: ImportOptions, to: ImportOutput): Promise<0 | 1> {
  const { pool, clients, clock, policyFile } = store;
  const { policies, hasUnpublishedChanges } = options.dryRun
    ? await policiesForDryRun(store.policies, policyFile)
    : { policies: store.policies, ...(await publishConfiguredPolicy(store.policies, policyFile, 'MISSING')) };
  if (hasUnpublishedChanges) to.stderr.write(UNPUBLISHED_CHANGES_NOTE);
  const startedAt = performance.now();
  const summary = await importFile(
    {
      url: store.url,
      policies,
      // No part of this process follows the log; other processes find the events within a second.
      changeTickets: createChangeTickets({
        store: createTicketStore({ pool, onCommitted: () => undefined }),
        clock,
        policies,
      }),
      ensureClient: async (name) => (await clients.ensureClient(name)).id,
      clientNamed: async (name) => (await clients.clientNamed(name))?.id ?? null,
      existing: (clientId, externalIds) => existingExternalIds(pool, clientId, externalIds),
    },
    options,
    progressOn(to.stderr),
  );
  const { output, errorOutput, exitCode } = importResult(
    summary,
    (performance.now() - startedAt) / 1000,
    options.dryRun,
  );
  to.stdout.write(output);
  to.stderr.write(errorOutput);
  return exitCode;
}
