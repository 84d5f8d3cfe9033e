import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { archiveLine, archiveRecords } from '../adapters/archive/archive-lines';
import { spillEvents } from '../adapters/archive/spilled-events';
import { restoreResult } from '../adapters/cli/archive/restore-summary';
import { printableJson, singleLine } from '../adapters/cli/printable';
import { progressOn } from '../adapters/cli/progress';
import { createRestoreStore } from '../adapters/persistence/archive/postgres-restore-store';
import { readArchive } from '../adapters/persistence/archive/read-archive';
import { isDataError, isStoreFault } from '../adapters/persistence/database/database-errors';
import { OperatorError } from '../application/operator-error';
import type { ArchiveRecord } from '../application/ports/archive';
import { restoreArchive } from '../application/restore/restore-archive';
import type { Config } from '../config';
import type { ImportOutput } from './cli-import-command';
import { leaveProcessorToServices } from './leave-processor';
import { withStore } from './open-store';
import { recordExport } from './record-export';

/**
 * `stepdown export --with events`.
 *
 * @param clientName the client whose tickets are exported; those of all by default
 */
export const runFullExport = (
  config: Config,
  output: Writable,
  log: Logger,
  clientName: string | null = null,
): Promise<void> =>
  withStore(config, log, { command: 'export', opening: 'AS_IT_IS' }, async (store) => {
    leaveProcessorToServices();
    const client = clientName === null ? null : await store.clients.clientNamed(clientName);
    if (clientName !== null && client === null) throw new OperatorError(`There is no client named "${clientName}".`);
    const what = client === null ? 'all tickets' : `all tickets of ${client.name}`;
    await recordExport(store, config, log, `${what} with their events`);
    await pipeline(linesOf(readArchive(store.requireDirectUrl(), client?.id)), output, { end: false });
  });

async function* linesOf(records: AsyncIterable<ArchiveRecord>): AsyncGenerator<string> {
  for await (const record of records) yield printableJson(archiveLine(record));
}

/**
 * `stepdown import --from-export`. The configured policy file is not published: the export brings
 * the policies of its tickets.
 *
 * @returns the exit code
 */
export const runRestore = (config: Config, file: string, to: ImportOutput, log: Logger): Promise<0 | 1> =>
  withStore(config, log, { command: 'import', opening: 'MIGRATE' }, async ({ dataSource, policies }) => {
    leaveProcessorToServices();
    const progress = progressOn(to.stderr);
    const startedAt = performance.now();
    const summary = await restoreArchive(archiveRecords(file), {
      store: createRestoreStore(dataSource),
      policies,
      isStoreFault,
      isRejection: isDataError,
      spill: spillEvents,
      onHeader: ({ tickets }) => progress.phase('Restoring', tickets, 'tickets'),
      onProgress: (tickets) => progress.update(tickets),
      onReport: ({ line, ticket, reason }) =>
        progress.line(singleLine(`line ${line} ticket ${ticket}: left out, because ${reason}`)),
    }).finally(() => progress.stop());
    const { output, exitCode } = restoreResult(summary, (performance.now() - startedAt) / 1000);
    to.stdout.write(output);
    return exitCode;
  });
