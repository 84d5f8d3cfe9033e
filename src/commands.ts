import type { Logger } from 'pino';
import { type ImportOptions, importFile, summaryLines } from './adapters/cli/import';
import { progressOn } from './adapters/cli/progress';
import { createChangeTickets } from './adapters/persistence/change-tickets';
import { existingExternalIds } from './adapters/persistence/external-ids';
import { systemClock } from './adapters/system-clock';
import type { Config } from './config';
import { openStore } from './store';

/** `stepdown import`. */
export async function runImport(config: Config, options: ImportOptions, log: Logger): Promise<void> {
  const store = await openStore(config, log, 'stepdown import');
  try {
    const { pool, policies, clients } = store;
    const began = performance.now();
    const summary = await importFile(
      {
        url: store.url,
        policy: await policies.current(),
        // Other processes find the events by themselves within a second; nobody in this one waits for them.
        changeTickets: createChangeTickets({ pool, clock: systemClock, policies, onCommitted: () => undefined }),
        ensureClient: async (name) => (await clients.ensureClient(name)).id,
        clientNamed: async (name) => (await clients.clientNamed(name))?.id ?? null,
        existing: (clientId, externalIds) => existingExternalIds(pool, clientId, externalIds),
      },
      options,
      progressOn(process.stderr),
    );
    const seconds = (performance.now() - began) / 1000;
    process.stdout.write(`${summaryLines(summary, seconds, options.dryRun).join('\n')}\n`);
  } finally {
    await store.close();
  }
}
