import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { type ImportOptions, importFile, summaryLines } from '../adapters/cli/import/import-command';
import type { LineOutput } from '../adapters/cli/policy/policy-check';
import { progressOn } from '../adapters/cli/progress';
import { askForReport, formatOf, questionOf, type ReportOptions } from '../adapters/cli/report/report-command';
import { demoReport, isServing, requireImported } from '../adapters/cli/ticket/demo';
import { type ExplainOptions, explain } from '../adapters/cli/ticket/explain-command';
import { systemClock } from '../adapters/clock/system-clock';
import { contextFactory, type RequestContext } from '../adapters/graphql/context';
import { buildGraphQLSchema } from '../adapters/graphql/schema';
import { ExportError, ticketLines } from '../adapters/graphql/ticket/export-tickets';
import { existingExternalIds } from '../adapters/persistence/tickets/external-ids';
import { createTicketReader } from '../adapters/persistence/tickets/postgres-ticket-reader';
import { createTicketStore } from '../adapters/persistence/tickets/postgres-ticket-store';
import type { Caller } from '../application/ports/caller';
import { createChangeTickets } from '../application/tickets/change-tickets';
import { type Config, findPackageRoot } from '../config';
import { SYSTEM } from '../domain/actor';
import { openStore, type Store } from './open-store';
import { startService } from './start-service';

/**
 * `stepdown export`. Everything is judged at one instant.
 *
 * @param filter the API's `TicketFilter` as JSON; null for every ticket
 */
export async function runExport(config: Config, filter: string | null, output: Writable, log: Logger): Promise<void> {
  const value = filter === null ? null : parseFilter(filter);
  const store = await openStore(config, log, 'stepdown export');
  try {
    const context = readingContexts(store, log, 'export');
    await pipeline(ticketLines(buildGraphQLSchema(), context, value), output, { end: false });
  } finally {
    await store.close();
  }
}

/** What the API's queries need, all judged at the present instant. */
function readingContexts({ pool, policies }: Store, log: Logger, requestId: string): () => RequestContext {
  const now = systemClock.now();
  const refuse = (): never => {
    throw new Error(`The ${requestId} changes nothing`);
  };
  const contexts = contextFactory(
    {
      clock: { now: () => now },
      policies,
      readPolicy: refuse,
      reader: createTicketReader({ pool }),
      changeTickets: refuse,
      feed: { subscribe: refuse },
      clients: { create: refuse, default: refuse },
    },
    log,
  );
  const caller: Caller = { actor: SYSTEM, sees: 'ALL' };
  return () => contexts(caller, requestId);
}

/** `stepdown report`. */
export async function runReport(
  config: Config,
  options: ReportOptions,
  output: LineOutput,
  log: Logger,
): Promise<void> {
  // What is wrong with the options is said before a database is started.
  const write = formatOf(options.format);
  const question = questionOf(options, systemClock.now());
  const store = await openStore(config, log, 'stepdown report');
  try {
    const context = readingContexts(store, log, 'report');
    output.write(write(await askForReport(buildGraphQLSchema(), context(), question)));
  } finally {
    await store.close();
  }
}

function parseFilter(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ExportError(`--filter takes the API's TicketFilter as JSON: ${(error as Error).message}`);
  }
}

/** `stepdown explain`. */
export async function runExplain(
  config: Config,
  options: ExplainOptions,
  output: LineOutput,
  log: Logger,
): Promise<void> {
  const store = await openStore(config, log, 'stepdown explain');
  try {
    const { pool, policies } = store;
    const text = await explain({ reader: createTicketReader({ pool }), policies, clock: systemClock }, options);
    output.write(text);
  } finally {
    await store.close();
  }
}

/** `stepdown import`. */
export async function runImport(config: Config, options: ImportOptions, log: Logger): Promise<void> {
  const store = await openStore(config, log, 'stepdown import');
  try {
    await importInto(store, options);
  } finally {
    await store.close();
  }
}

async function importInto(store: Store, options: ImportOptions): Promise<void> {
  const { pool, clients } = store;
  const { policies, isAhead } = options.dryRun
    ? await store.policiesOnTrial()
    : { policies: store.policies, ...(await store.publishPolicyFile('MISSING')) };
  if (isAhead) process.stderr.write(AHEAD);
  const began = performance.now();
  const summary = await importFile(
    {
      url: store.url,
      policies,
      // Other processes find the events by themselves within a second; nobody in this one waits for them.
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
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`${summaryLines(summary, seconds, options.dryRun).join('\n')}\n`);
  const isNothingOpened = summary.tickets > 0 && summary.notOpened === summary.tickets;
  if (isNothingOpened) {
    process.stderr.write(
      'No ticket could be opened; do instants.format and the columns of the mapping fit the file?\n',
    );
  }
  if (summary.failed > 0 || isNothingOpened) process.exitCode = 1;
}

const AHEAD =
  'Note: the policy file says something that is not published yet; tickets are opened under the version in force. A start ' +
  'of the service, or `stepdown policy publish`, publishes it.\n';

/** `stepdown demo`: imports the bundled incidents and reports on them, by the running service or one of its own. */
export async function runDemo(config: Config, log: Logger): Promise<void> {
  const root = findPackageRoot();
  const configured = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}/graphql`;
  const running = config.port !== 0 && (await isServing(configured));
  const service = running ? null : await startService({ ...config, port: 0 }, log);
  const url = service?.url ?? configured;
  try {
    process.stdout.write(`${running ? 'Using the service at' : 'No service is running; started one at'} ${url}\n\n`);
    const store = await openStore(config, log, 'stepdown demo');
    try {
      const file = join(root, 'examples', 'data', 'incidents.csv');
      const mapping = join(root, 'examples', 'servicenow.mapping.yaml');
      await importInto(store, { file, mapping, dryRun: false, reports: null });
    } finally {
      await store.close();
    }
    await requireImported(url, 'INC0011284');
    process.stdout.write(await demoReport(url));
  } finally {
    await service?.close();
  }
}
