import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { ImportInterrupted } from '../../../application/import/import-interrupted';
import { importTickets, type Staging } from '../../../application/import/import-tickets';
import type { RowReport } from '../../../application/import/plan-ticket';
import { RowTally } from '../../../application/import/row-tally';
import type { ImportSummary } from '../../../application/import/ticket-tally';
import { tryChanges } from '../../../application/import/try-changes';
import type { Clock } from '../../../application/ports/clock';
import type { Policies } from '../../../application/ports/policies';
import { isServerFault } from '../../../application/ports/store-errors';
import type { ChangeTickets } from '../../../application/tickets/change';
import type { Actor } from '../../../domain/actor';
import type { Policy } from '../../../domain/policy/policy';
import { type CsvLog, openCsvLog } from '../../import/csv-rows';
import { ImportFileError } from '../../import/import-file-error';
import { clientIn, type MappedClient, type Mapping, parseMapping } from '../../import/mapping-file';
import { stage } from '../../import/staging';
import type { Progress } from '../progress';
import { openRowReportOutput } from './row-report-output';

/** The parts of an open store that an import uses. */
export interface ImportStore {
  readonly url: string;
  readonly clock: Clock;
  readonly policies: Policies;
  readonly changeTickets: ChangeTickets;
  /** The id of the client account of that name; opens the account if there is none. */
  ensureClient(name: string): Promise<string>;
  /** The id of the client account of that name; null if there is none. */
  clientNamed(name: string): Promise<string | null>;
  existing(clientId: string, externalIds: readonly string[]): Promise<ReadonlySet<string>>;
  reserveNumbers(count: number): Promise<readonly number[]>;
}

export interface ImportOptions {
  readonly file: string;
  readonly mapping: string;
  readonly dryRun: boolean;
  /** The file for the reports on rows; null prints them with the progress. */
  readonly reports: string | null;
  /** Whether the account at the end is JSON. */
  readonly json?: boolean;
  /** The client of all tickets and the actor, instead of those of the mapping. */
  readonly as?: { readonly client: string; readonly actor: Actor };
}

/** The result of an import, and what the operator needs to read it. */
export interface ImportDone {
  readonly summary: ImportSummary;
  readonly mapping: Mapping;
  readonly seconds: number;
}

/**
 * Replays the log of another tracker; see docs/IMPORT.md. Everything that can refuse the files is
 * checked before the file of the reports is emptied and before anything is saved.
 *
 * @param signal ends the import after the tickets that are being saved
 * @throws ImportFileError, DocumentError (of the mapping), ImportInterrupted
 */
export async function importFile(
  store: ImportStore,
  options: ImportOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ImportDone> {
  const startedAt = performance.now();
  const text = await readMapping(options.mapping);
  const policies = await policiesFor(store, options.as === undefined ? clientIn(text) : { name: options.as.client });
  const mapping = mappingFor(options, parseMapping(text, options.mapping, ...policies));
  const log = await openCsvLog(options.file, mapping.file, store.clock.now());
  // A connection outside the pool: the rows are staged in a temporary table of this connection.
  const client = new Client({ connectionString: store.url, application_name: 'stepdown import' });
  // Without a listener a lost connection would end the process; the next query rejects instead.
  client.on('error', () => undefined);
  const sources = [
    { name: 'the file that is imported', path: options.file },
    { name: 'the mapping', path: options.mapping },
  ];
  try {
    const reports = await openRowReportOutput(options.reports, progress, sources);
    try {
      const onReport = options.as === undefined ? reports.write : withoutThoseThere(reports.write);
      const summary = await importRows(store, options, { mapping, log, client, progress, signal }, onReport);
      return { summary, mapping, seconds: (performance.now() - startedAt) / 1000 };
    } finally {
      progress.stop();
      await reports.close();
    }
  } finally {
    log.close();
    await client.end().catch(() => undefined);
  }
}

/** The policies under which tickets of a mapping's clients are opened. */
async function policiesFor(
  { policies, clientNamed }: Pick<ImportStore, 'policies' | 'clientNamed'>,
  client: MappedClient | undefined,
): Promise<readonly Policy[]> {
  if (client === undefined) return [await policies.current(null)];
  if ('name' in client) return [await policies.current(await clientNamed(client.name))];
  return [await policies.current(null), ...(await policies.inForce())];
}

function mappingFor({ as }: ImportOptions, { file, meaning }: Mapping): Mapping {
  if (as === undefined) return { file, meaning };
  return { file: { ...file, ticket: { ...file.ticket, client: { name: as.client } } }, meaning };
}

/** An import with a client of its own may be repeated; what is there already is as it should be. */
const withoutThoseThere =
  (write: (report: RowReport) => void) =>
  (report: RowReport): void => {
    if (report.reason !== 'ALREADY_THERE') write(report);
  };

interface OpenImport {
  readonly mapping: Mapping;
  readonly log: CsvLog;
  readonly client: Client;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function importRows(
  store: ImportStore,
  options: ImportOptions,
  { mapping, log, client, progress, signal }: OpenImport,
  onReport: ConstructorParameters<typeof RowTally>[0],
): Promise<ImportSummary> {
  const rows = new RowTally(onReport);
  const staging = await stageLog(log, client, rows, progress, signal);
  progress.phase(options.dryRun ? 'Trying  ' : 'Importing', staging.tickets, 'tickets');
  const ownActor = { kind: 'IMPORT', id: basename(options.mapping), name: mapping.file.title } as const;
  const actor = options.as?.actor ?? ownActor;
  return await importTickets(staging, mapping.meaning, actor, {
    changeTickets: options.dryRun ? tryChanges(store.policies, store.clock.now()) : store.changeTickets,
    ensureClient: options.dryRun ? async (name) => (await store.clientNamed(name)) ?? newId() : store.ensureClient,
    existing: store.existing,
    newTicketId: newId,
    reserveNumbers: options.dryRun ? null : store.reserveNumbers,
    rows,
    onProgress: (tickets) => progress.update(tickets),
    signal,
  });
}

async function stageLog(
  log: CsvLog,
  client: Client,
  tally: RowTally,
  progress: Progress,
  signal: AbortSignal,
): Promise<Staging> {
  const nothing = { tickets: 0, rows: 0 };
  let isReading = false;
  const rows = log.rows(tally, ({ bytes, totalBytes }) => {
    if (signal.aborted) throw new ImportInterrupted(nothing);
    if (!isReading) progress.phase('Reading ', Math.ceil(totalBytes / 1024), 'KiB');
    isReading = true;
    progress.update(Math.ceil(bytes / 1024));
  });
  try {
    await client.connect();
    return await stage(client, rows);
  } catch (error) {
    throw isServerFault(error) ? new ImportInterrupted(nothing, error) : error;
  }
}

async function readMapping(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ImportFileError(`The mapping ${path} cannot be read: ${(error as Error).message}`);
  }
}
