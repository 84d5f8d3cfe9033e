import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { type ImportSummary, importTickets } from '../../../application/import/import-tickets';
import { tryChanges } from '../../../application/import/try-changes';
import type { Policies } from '../../../application/ports/policies';
import type { ChangeTickets } from '../../../application/tickets/change';
import { csvRows, ImportFileError } from '../../import/csv-rows';
import { parseMapping } from '../../import/mapping-file';
import { stage } from '../../import/staging';
import type { Progress } from '../progress';
import { openRowReportOutput } from './row-report-output';

/** The parts of an open store that an import uses. */
export interface ImportStore {
  readonly url: string;
  readonly policies: Policies;
  readonly changeTickets: ChangeTickets;
  /** The id of the client account of that name; opens the account if there is none. */
  ensureClient(name: string): Promise<string>;
  /** The id of the client account of that name; null if there is none. */
  clientNamed(name: string): Promise<string | null>;
  existing(clientId: string, externalIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface ImportOptions {
  readonly file: string;
  readonly mapping: string;
  readonly dryRun: boolean;
  /** The file for the reports on rows; null prints them with the progress. */
  readonly reports: string | null;
}

/**
 * Replays the log of another tracker; see docs/IMPORT.md.
 *
 * @throws ImportFileError, DocumentError (of the mapping)
 */
export async function importFile(
  store: ImportStore,
  options: ImportOptions,
  progress: Progress,
): Promise<ImportSummary> {
  const mapping = parseMapping(await readMapping(options.mapping), options.mapping, await store.policies.current(null));
  const reports = await openRowReportOutput(options.reports, progress);
  // A connection outside the pool: the rows are staged in a temporary table of this connection.
  const client = new Client({ connectionString: store.url, application_name: 'stepdown import' });
  // Without a listener a lost connection would end the process; the next query rejects instead.
  client.on('error', () => undefined);
  await client.connect();
  try {
    let isReading = false;
    const rows = csvRows(options.file, mapping.file, reports.write, ({ bytes, totalBytes }) => {
      if (!isReading) progress.phase('Reading ', Math.ceil(totalBytes / 1024), 'KiB');
      isReading = true;
      progress.update(Math.ceil(bytes / 1024));
    });
    const staging = await stage(client, rows);
    progress.phase(options.dryRun ? 'Trying  ' : 'Importing', staging.tickets, 'tickets');
    const actor = { kind: 'IMPORT', id: basename(options.mapping), name: mapping.file.title } as const;
    return await importTickets(staging, mapping.meaning, actor, {
      changeTickets: options.dryRun ? tryChanges(store.policies) : store.changeTickets,
      ensureClient: options.dryRun ? async (name) => (await store.clientNamed(name)) ?? newId() : store.ensureClient,
      existing: store.existing,
      newTicketId: newId,
      onReport: reports.write,
      onProgress: ({ tickets }) => progress.update(tickets),
    });
  } finally {
    progress.stop();
    await client.end();
    await reports.close();
  }
}

async function readMapping(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ImportFileError(`The mapping ${path} cannot be read: ${(error as Error).message}`);
  }
}
