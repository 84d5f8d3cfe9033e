import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { errorText } from './adapters/cli/error-text';
import { printableOutput } from './adapters/cli/line-output';
import { withoutCredentials } from './application/access/without-credentials';
import { addChangingCommands } from './cli/changing-program';
import { addCompletionCommands } from './cli/completion-program';
import type { RunAtDesk } from './cli/desk-options';
import { addReadingCommands } from './cli/reading-program';
import type { Config } from './config';

interface ImportFlags {
  readonly mapping?: string;
  readonly dryRun: boolean;
  readonly reports?: string;
  readonly fromExport?: string;
  readonly json: boolean;
}

interface ReportFlags {
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly zone: string;
  readonly format: string;
  readonly client?: string;
}

interface EraseFlags {
  readonly person?: readonly string[];
  readonly ticket?: readonly string[];
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** The values of an option that may be repeated. */
const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

// Each command imports its own modules when it runs, so that `stepdown calendar` does not wait for
// a GraphQL schema.

const CALENDAR_HELP = `
op is addMinutes, addBusinessDays or businessMinutesBetween; docs/BUSINESS-TIME.md describes the
fields of a request. An example, on one line:
  {"id":1,"calendar":{"timeZone":"America/New_York","week":{"fri":[["08:00","17:00"]]}},"op":"addMinutes","start":"2026-05-01T16:00:00-04:00","amount":90}
Its result:
  {"id":1,"result":"2026-05-08T12:30:00.000Z"}`;

/** Where text goes. Names and messages of others stand in it, so a terminal must not obey it. */
const output = printableOutput(process.stdout);
const errorOutput = printableOutput({ write: (text) => process.stderr.write(withoutCredentials(text)) });

// The help shows the form that runs this package: outside it, `npx` would fetch another package of
// that name.
const program = new Command('npm run stepdown --')
  .description('Tickets of a support organisation: severity from facts, deadlines in business time.')
  .version((require('../../package.json') as { version: string }).version)
  .showHelpAfterError()
  .configureOutput({ writeErr: (text) => errorOutput.write(text) })
  .configureHelp({ sortSubcommands: false });

program
  .command('serve')
  .description('run the service; the same as `npm start`')
  .action(async () => {
    // The configuration first: a mistake in it is reported before everything else is loaded.
    const config = await configuration();
    const { serve } = await import('./compose/serve.js');
    await serve(config);
  });

program
  .command('migrate')
  .description('create or migrate the tables of the database, and end; the service does it when it starts')
  .action(async () => {
    const { runMigrate } = await import('./compose/cli-migrate-command.js');
    await runMigrate(await configuration(), output, await commandLog());
  });

program
  .command('import')
  .argument('[file]', 'the log of another tracker, exported as CSV')
  .option('--mapping <file>', 'the meaning of its columns, states and priorities (YAML; see docs/IMPORT.md)')
  .option('--dry-run', 'do everything except save', false)
  .option('--reports <file>', 'write the reports on rows to this file instead of to standard error')
  .option('--json', 'print the account of the import as JSON', false)
  .addOption(
    new Option('--from-export <file>', 'restore a file of `export --with events` instead').conflicts([
      'mapping',
      'dryRun',
      'reports',
      'json',
    ]),
  )
  .description("replay another tracker's log as if Stepdown had recorded it, or restore a full export")
  .action(async (file: string | undefined, options: ImportFlags, command: Command) => {
    const { mapping, dryRun, reports = null, fromExport, json } = options;
    if (fromExport !== undefined) {
      if (file !== undefined) command.error('error: --from-export takes no other file');
      const { runRestore } = await import('./compose/cli-archive-commands.js');
      process.exitCode = await runRestore(
        await configuration(),
        fromExport,
        { stdout: output, stderr: process.stderr },
        await commandLog(),
      );
      return;
    }
    if (file === undefined) return command.error("error: missing required argument 'file'");
    if (mapping === undefined) return command.error("error: required option '--mapping <file>' not specified");
    const { runImport } = await import('./compose/cli-import-command.js');
    const all = { file, mapping, dryRun, reports, json };
    const to = { stdout: output, stderr: process.stderr };
    process.exitCode = await runImport(await configuration(), all, to, await commandLog());
  });

program
  .command('export')
  .option('--filter <json>', 'a TicketFilter of the API as JSON (default: all tickets)')
  .addOption(
    new Option('--with <what>', 'a full export: policies, clients, and all tickets with their events')
      .choices(['events'])
      .conflicts('filter'),
  )
  .option('--client <name>', 'in a full export: only the tickets of this client, to move it to another database')
  .description("print tickets as JSON lines in the shape of the API's Ticket, with all cycles")
  .action(async (options: { filter?: string; with?: string; client?: string }) => {
    if (options.with === 'events') {
      const { runFullExport } = await import('./compose/cli-archive-commands.js');
      return runFullExport(await configuration(), process.stdout, await commandLog(), options.client);
    }
    if (options.client !== undefined) program.error('error: --client needs --with events; use --filter otherwise');
    const { runExport } = await import('./compose/cli-read-commands.js');
    await runExport(await configuration(), options.filter ?? null, process.stdout, await commandLog());
  });

program
  .command('explain')
  .argument('<ticket>', 'a number, an id or an externalId')
  .option('--commitment <kind>', 'RESPONSE, UPDATE or RESOLUTION (default: all)')
  .option('--cycle <number>', 'only the cycles with this number')
  .option('--zone <zone>', 'the IANA zone of the printed times (default: that of the first calendar)')
  .option('--json', 'print JSON', false)
  .description('tell the story of a ticket, and explain its due dates: counted hours, closed hours, pauses')
  .action(async (ticket: string, options: { commitment?: string; cycle?: string; zone?: string; json: boolean }) => {
    const { runExplain } = await import('./compose/cli-explain-command.js');
    const { commitment = null, cycle = null, zone = null, json } = options;
    await runExplain(await configuration(), { ticket, commitment, cycle, zone, json }, output, await commandLog());
  });

program
  .command('report')
  .option('--from <when>', 'the first date, in the zone, or an RFC 3339 instant (default: no limit)')
  .option('--to <when>', 'the date or instant before which the report ends (default: now)')
  .option('--by <grouping>', 'severity, client, month, clause or assignee', 'severity')
  .option('--zone <zone>', 'the IANA zone in which dates and months begin', 'UTC')
  .option('--format <format>', 'table, csv or json', 'table')
  .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
  .option('--client <client>', 'only the tickets of this client, by name or id')
  .description('report on commitments: attainment, breaches, percentiles of business time')
  .action(async (options: ReportFlags) => {
    const { runReport } = await import('./compose/cli-read-commands.js');
    const { from = null, to = null, ...rest } = options;
    await runReport(await configuration(), { ...rest, from, to }, output, await commandLog());
  });

program
  .command('calendar')
  .argument('[file]', 'JSON lines (default: standard input)')
  .description('compute business time: each input line is a JSON request, each output line its result')
  .addHelpText('after', CALENDAR_HELP)
  .action(async (file?: string) => {
    const { runCalendar } = await import('./adapters/cli/calendar/calendar-command.js');
    await runCalendar(file === undefined ? process.stdin : createReadStream(file), process.stdout);
  });

const policy = program.command('policy').description('check, publish, list and compare policies');
policy
  .command('check')
  .argument('<file>', 'a policy (YAML)')
  .description('check a policy file without a database; print every problem with its line and field')
  .option('--json', 'print JSON: the policy, or its problems', false)
  .action(async (file: string, { json }: { json: boolean }) => {
    const { checkPolicy } = await import('./adapters/cli/policy/policy-check.js');
    const { hostNow } = await import('./adapters/clock/database-clock.js');
    process.exitCode = await checkPolicy(file, output, errorOutput, hostNow(), json);
  });
policy
  .command('publish')
  .argument('<file>', 'a policy (YAML)')
  .option('--dry-run', 'publish nothing; print the effect on the open tickets', false)
  .description('publish a policy as its next version; it applies to tickets opened from now on')
  .action(async (file: string, { dryRun }: { dryRun: boolean }) => {
    const { runPolicyPublish } = await import('./compose/cli-policy-commands.js');
    await runPolicyPublish(await configuration(), { file, dryRun }, output, await commandLog());
  });
policy
  .command('list')
  .option('--json', 'print JSON', false)
  .description('list the published versions, latest first')
  .action(async ({ json }: { json: boolean }) => {
    const { runPolicyList } = await import('./compose/cli-policy-commands.js');
    await runPolicyList(await configuration(), output, await commandLog(), json);
  });
policy
  .command('diff')
  .argument('<before>', 'a file, a version of the default policy (3) or a version of another policy (gold/3)')
  .argument('<after>', 'a file or a version')
  .option('--tickets', 'also print the effect of the second policy on the open tickets', false)
  .option('--json', 'print JSON', false)
  .description('print the differences between two policies and the clients that the second applies to')
  .action(async (before: string, after: string, options: { tickets: boolean; json: boolean }) => {
    const { runPolicyDiff } = await import('./compose/cli-policy-commands.js');
    await runPolicyDiff(configuration, { before, after, ...options }, output, await commandLog());
  });

const key = program.command('key').description('create, list and revoke API keys');
key
  .command('create')
  .requiredOption('--name <name>', 'what uses the key')
  .requiredOption('--scopes <scopes>', 'read, write, subscribe, webhooks, import, admin; with commas between them')
  .option('--client <name>', 'only the tickets of this client (default: of all clients)')
  .option('--expires <when>', 'a number of days, such as 90d, or an RFC 3339 instant (default: never)')
  .description('create an API key and print it; it cannot be printed again')
  .action(async (options: { name: string; scopes: string; client?: string; expires?: string }) => {
    const { runKeyCreate } = await import('./compose/cli-key-commands.js');
    const { client = null, expires = null, ...rest } = options;
    await runKeyCreate(await configuration(), { ...rest, client, expires }, output, await commandLog());
  });
key
  .command('list')
  .option('--json', 'print JSON', false)
  .description('list the API keys, the latest first, without their secrets')
  .action(async ({ json }: { json: boolean }) => {
    const { runKeyList } = await import('./compose/cli-key-commands.js');
    await runKeyList(await configuration(), output, await commandLog(), json);
  });
key
  .command('revoke')
  .argument('<prefix>', 'the part of the key that `key list` prints')
  .description('revoke an API key; services refuse it within a second')
  .action(async (prefix: string) => {
    const { runKeyRevoke } = await import('./compose/cli-key-commands.js');
    await runKeyRevoke(await configuration(), prefix, output, await commandLog());
  });

program
  .command('erase')
  .option('--person <name>', 'a name or an e-mail of a person; may be repeated', repeated)
  .option('--ticket <number>', 'a ticket that loses all its texts; may be repeated', repeated)
  .option('--as <pseudonym>', 'the pseudonym that an interrupted erasure printed')
  .option('--dry-run', 'erase nothing; print what would be erased')
  .option('--yes', 'do not ask')
  .description('erase persons and texts for good; events keep their facts (see docs/OPERATIONS.md)')
  .action(async (options: EraseFlags, command: Command) => {
    const tickets = (options.ticket ?? []).map(Number);
    if (!tickets.every((number) => Number.isSafeInteger(number) && number > 0)) {
      command.error('error: --ticket takes the number of a ticket');
    }
    const { runErase } = await import('./compose/cli-erase-command.js');
    const { person: persons = [], as: pseudonym = null, dryRun: isDryRun = false, yes: isConfirmed = false } = options;
    const request = { persons, tickets, pseudonym, isDryRun, isConfirmed };
    const to = { stdout: output, stderr: process.stderr };
    process.exitCode = await runErase(await configuration(), request, to, await commandLog());
  });

/** The commands that talk to a running service. */
const atDesk: RunAtDesk = async (flags, work) => {
  const { runAtDesk } = await import('./compose/cli-desk-command.js');
  const streams = { stdout: process.stdout, stderr: errorOutput };
  process.exitCode = await runAtDesk(flags, process.env, streams, work);
};
addReadingCommands(program, atDesk);
addChangingCommands(program, atDesk);
addCompletionCommands(program, process.stdout, async (flags, work) => {
  const { runAtDesk } = await import('./compose/cli-desk-command.js');
  const silent = new Writable({ write: (_text, _encoding, done) => done() });
  await runAtDesk(flags, process.env, { stdout: silent, stderr: silent }, work);
});

program
  .command('demo')
  .option('--remove', 'remove the incidents and their client again', false)
  .description('import 200 real incidents into the running service, or into one it starts, and report on them')
  .action(async ({ remove }: { remove: boolean }) => {
    const { runDemo, runDemoRemoval } = await import('./compose/cli-demo-command.js');
    await (remove ? runDemoRemoval : runDemo)(await configuration(), output, await commandLog());
  });

program
  .command('schema')
  .option('--subgraph', 'with the directives of Apollo Federation 2, for the composition of a graph', false)
  .description('print the GraphQL schema')
  .action(async ({ subgraph }: { subgraph: boolean }) => {
    const { printSchemaText } = await import('./adapters/cli/print-schema.js');
    process.stdout.write(printSchemaText(subgraph ? 'SUBGRAPH' : 'API'));
  });

program
  .command('lifecycle')
  .argument('<format>', 'mermaid or svg')
  .description('print a diagram of the ticket lifecycle, drawn from the state machine')
  .action(async (format: string) => {
    const { lifecycleMermaid, lifecycleSvg } = await import('./adapters/lifecycle-diagram/lifecycle-diagram.js');
    if (format !== 'mermaid' && format !== 'svg') program.error('The format is mermaid or svg.');
    process.stdout.write(`${(format === 'mermaid' ? lifecycleMermaid() : await lifecycleSvg()).trimEnd()}\n`);
  });

/** The log of all commands but `serve`: warnings and errors, on standard error. */
async function commandLog(): Promise<Logger> {
  const { openLog } = await import('./compose/open-log.js');
  return openLog(process.env.LOG_LEVEL || 'warn', (await configuration()).logFormat);
}

async function configuration(): Promise<Config> {
  const { loadConfig } = await import('./config.js');
  return loadConfig(process.env);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has closed the pipe, as `| head` does. That is no failure.
  if (error.code === 'EPIPE') process.exit(0);
  errorOutput.write(`The output cannot be written: ${error.message}\n`);
  process.exit(1);
});

program.parseAsync().catch((error: unknown) => {
  errorOutput.write(`${errorText(error)}\n`);
  process.exitCode = error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 1;
});
