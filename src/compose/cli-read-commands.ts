import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { LineOutput } from '../adapters/cli/line-output';
import { printableJson } from '../adapters/cli/printable';
import { type ReportedClient, reportClient } from '../adapters/cli/report/report-client';
import { executeReport, reportFormat, reportQuery } from '../adapters/cli/report/report-command';
import type { ReportOptions } from '../adapters/cli/report/report-types';
import { parseExportFilter } from '../adapters/cli/ticket/export-filter';
import { contextFactory, type OperationContext } from '../adapters/graphql/context';
import { buildGraphQLSchema } from '../adapters/graphql/schema';
import { ticketLines } from '../adapters/graphql/ticket/export-tickets';
import { createClientDirectory } from '../adapters/persistence/clients/postgres-client-directory';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { SYSTEM_CALLER } from '../application/ports/caller';
import type { ReadServices } from '../application/ports/services';
import type { Config } from '../config';
import { shorten } from '../domain/text';
import { type Store, withStore } from './open-store';
import { recordExport } from './record-export';

/**
 * `stepdown export`. All tickets are evaluated at one instant.
 *
 * @param filterJson the API's `TicketFilter` as JSON; null exports every ticket
 */
export async function runExport(
  config: Config,
  filterJson: string | null,
  output: Writable,
  log: Logger,
): Promise<void> {
  const filter = filterJson === null ? null : parseExportFilter(filterJson);
  await withStore(config, log, { command: 'export', opening: 'AS_IT_IS' }, async (store) => {
    await recordExport(
      store,
      config,
      log,
      filterJson === null ? 'all tickets' : `tickets by filter ${shorten(filterJson, 500)}`,
    );
    const contexts = readContexts(store, log, 'export');
    await pipeline(ticketLines(buildGraphQLSchema(), contexts, filter), escapeLines, output, { end: false });
  });
}

async function* escapeLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield printableJson(line);
}

/** `stepdown report`. Options are checked before a database is started. */
export async function runReport(
  config: Config,
  options: ReportOptions,
  output: LineOutput,
  log: Logger,
): Promise<void> {
  const format = reportFormat(options.format);
  const queryAt = reportQuery(options);
  await withStore(config, log, { command: 'report', opening: 'AS_IT_IS' }, async (store) => {
    const contexts = readContexts(store, log, 'report');
    const client = options.client === undefined ? null : await clientOfReport(store, options.client);
    const at = queryAt(store.clock.now());
    const report = await executeReport(buildGraphQLSchema(), contexts(), at, client?.id ?? null);
    output.write(format(report, client?.name ?? null));
  });
}

const clientOfReport = ({ dataSource, pool }: Store, written: string): Promise<ReportedClient> =>
  reportClient(createClientDirectory(dataSource), createTicketReader({ pool }), written);

/** Contexts for the API's queries. They see all tickets, and `now` is the current instant. */
function readContexts(
  { clock, pool, policies }: Store,
  log: Logger,
  requestId: string,
): () => OperationContext<ReadServices> {
  const now = clock.now();
  const services: ReadServices = { clock: { now: () => now }, policies, reader: createTicketReader({ pool }) };
  const contextFor = contextFactory(services, log);
  return () => contextFor(SYSTEM_CALLER, requestId, null);
}
