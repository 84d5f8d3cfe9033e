import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ImportOptions, importFile } from '../adapters/cli/import/import-command';
import { importResult, UNPUBLISHED_CHANGES_NOTE } from '../adapters/cli/import/import-summary';
import { progressOn } from '../adapters/cli/progress';
import { demoReport, isServing, requireImported } from '../adapters/cli/ticket/demo';
import { systemClock } from '../adapters/clock/system-clock';
import { existingExternalIds } from '../adapters/persistence/tickets/external-ids';
import { createTicketStore } from '../adapters/persistence/tickets/postgres-ticket-store';
import { policiesForDryRun, publishConfiguredPolicy } from '../application/policies/publish-configured-policy';
import { createChangeTickets } from '../application/tickets/change-tickets';
import { type Config, findPackageRoot } from '../config';
import { type Store, withStore } from './open-store';
import { startService } from './start-service';

/** `stepdown import`. */
export const runImport = (config: Config, options: ImportOptions, log: Logger): Promise<void> =>
  withStore(config, log, 'import', (store) => importInto(store, options));

async function importInto(store: Store, options: ImportOptions): Promise<void> {
  const { pool, clients, policyFile } = store;
  const { policies, hasUnpublishedChanges } = options.dryRun
    ? await policiesForDryRun(store.policies, policyFile)
    : { policies: store.policies, ...(await publishConfiguredPolicy(store.policies, policyFile, 'MISSING')) };
  if (hasUnpublishedChanges) process.stderr.write(UNPUBLISHED_CHANGES_NOTE);
  const startedAt = performance.now();
  const summary = await importFile(
    {
      url: store.url,
      policies,
      // No part of this process follows the log; other processes find the events within a second.
      changeTickets: createChangeTickets({
        store: createTicketStore({ pool, onCommitted: () => undefined }),
        clock: systemClock,
        policies,
      }),
      ensureClient: async (name) => (await clients.ensureClient(name)).id,
      clientNamed: async (name) => (await clients.clientNamed(name))?.id ?? null,
      existing: (clientId, externalIds) => existingExternalIds(pool, clientId, externalIds),
    },
    options,
    progressOn(process.stderr),
  );
  const { output, errorOutput, exitCode } = importResult(
    summary,
    (performance.now() - startedAt) / 1000,
    options.dryRun,
  );
  process.stdout.write(output);
  process.stderr.write(errorOutput);
  if (exitCode !== 0) process.exitCode = exitCode;
}

/**
 * `stepdown demo`: imports the bundled incidents and prints reports on them. Uses the running
 * service of the configuration, or starts one on a free port.
 */
export async function runDemo(config: Config, log: Logger): Promise<void> {
  const root = findPackageRoot();
  const configuredUrl = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}/graphql`;
  const isRunning = config.port !== 0 && (await isServing(configuredUrl));
  const service = isRunning ? null : await startService({ ...config, port: 0 }, log);
  const url = service?.url ?? configuredUrl;
  try {
    process.stdout.write(`${isRunning ? 'Using the service at' : 'No service is running; started one at'} ${url}\n\n`);
    const file = join(root, 'examples', 'data', 'incidents.csv');
    const mapping = join(root, 'examples', 'servicenow.mapping.yaml');
    await withStore(config, log, 'demo', (store) => importInto(store, { file, mapping, dryRun: false, reports: null }));
    await requireImported(url, 'INC0011284');
    process.stdout.write(await demoReport(url));
  } finally {
    await service?.close();
  }
}
