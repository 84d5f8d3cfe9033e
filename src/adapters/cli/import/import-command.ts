import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { finished } from 'node:stream/promises';
import { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { type ImportSummary, importTickets } from '../../../application/import/import-tickets';
import type { RowReport } from '../../../application/import/plan-ticket';
import { tryChanges } from '../../../application/import/try-changes';
import type { Policies } from '../../../application/ports/policies';
import type { ChangeTickets } from '../../../application/tickets/change';
import { COMMITMENT_KINDS } from '../../../domain/policy/policy';
import { TICKET_STATES } from '../../../domain/ticket/ticket';
import { csvRows, ImportFileError } from '../../import/csv-rows';
import { parseMapping } from '../../import/mapping-file';
import { stage } from '../../import/staging';
import { oneLine } from '../one-line';
import type { Progress } from '../progress';

/** What the command needs of the opened store. */
export interface ImportStore {
  readonly url: string;
  readonly policies: Policies;
  readonly changeTickets: ChangeTickets;
  ensureClient(name: string): Promise<string>;
  /** Null where there is no account of that name. */
  clientNamed(name: string): Promise<string | null>;
  existing(clientId: string, externalIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface ImportOptions {
  readonly file: string;
  readonly mapping: string;
  readonly dryRun: boolean;
  /** A file for the reports; null puts them beside the progress. */
  readonly reports: string | null;
}

/** Replays another tracker's log; see docs/IMPORT.md. The summary's text is for people. */
export async function importFile(
  store: ImportStore,
  options: ImportOptions,
  progress: Progress,
): Promise<ImportSummary> {
  const mapping = parseMapping(await readMapping(options.mapping), options.mapping, await store.policies.current(null));
  const reports = await reportsTo(options.reports, progress);
  // A connection of its own: the rows lie in a temporary table of it.
  const client = new Client({ connectionString: store.url, application_name: 'stepdown import' });
  // A lost connection would end the process; the next query on it says what happened.
  client.on('error', () => undefined);
  await client.connect();
  try {
    let phase = false;
    const rows = csvRows(options.file, mapping.file, reports.write, ({ bytes, totalBytes }) => {
      if (!phase) progress.phase('Reading ', Math.ceil(totalBytes / 1024), 'KiB');
      phase = true;
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

export const reportLine = ({ line, ticket, reason, detail }: RowReport): string =>
  oneLine(`line ${line}${ticket === '' ? '' : ` ${ticket}`} ${reason}: ${detail}`);

/** @throws ImportFileError where the file cannot be opened; so do `write` and `close` where it cannot be written. */
async function reportsTo(file: string | null, progress: Progress) {
  if (file === null) {
    return { write: (report: RowReport) => progress.line(reportLine(report)), close: async () => undefined };
  }
  const refuse = (error: Error): never => {
    throw new ImportFileError(`The reports cannot be written to ${file}: ${error.message}`);
  };
  const stream = createWriteStream(file);
  await once(stream, 'open').catch(refuse);
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    write: (report: RowReport) => {
      if (failure !== null) refuse(failure);
      stream.write(`${reportLine(report)}\n`);
    },
    close: async () => {
      stream.end();
      await finished(stream).catch(refuse);
    },
  };
}

const listed = (counts: Readonly<Record<string, number>>, order = Object.keys(counts).sort()): string =>
  order
    .filter((name) => counts[name] !== undefined)
    .map((name) => `${name} ${counts[name]}`)
    .join(', ') || 'none';

/** The closing summary, as lines. */
export function summaryLines(summary: ImportSummary, seconds: number, isDryRun: boolean): readonly string[] {
  const { rows, tickets, imported, alreadyThere, notOpened, failed, events } = summary;
  const { reports, byState, bySeverity, breaches } = summary;
  return [
    `${isDryRun ? 'Would import' : 'Imported'} ${imported} of ${tickets} tickets from ${rows} rows in ${seconds.toFixed(1)} s; ${alreadyThere} were there already, ${notOpened} could not be opened.`,
    ...(failed === 0
      ? []
      : [`Failed:    ${failed} left out because of an unexpected fault; the reports say which, and why.`]),
    `Events:    ${events}`,
    `State:     ${listed(byState, [...TICKET_STATES])}`,
    `Severity:  ${listed(bySeverity)}`,
    `Breaches:  ${listed(breaches, [...COMMITMENT_KINDS])}`,
    `Reports:   ${listed(reports)}`,
  ];
}
