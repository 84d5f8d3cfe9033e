import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import pino from 'pino';
import { loadConfig } from './config';

// Each command loads what it needs: the calendar tool is not to wait for a GraphQL schema.

/** Mistakes of the caller or the surroundings: their message says what to do, a stack would only hide it. */
const EXPLAINED = new Set([
  'ConfigError',
  'DocumentError',
  'ImportFileError',
  'EmbeddedPostgresError',
  'DatabaseUnreachableError',
  'DatabaseNewerError',
  'CommitUnknownError',
  'NoPolicyPublished',
  'CalendarError',
  'ListenError',
  'ExportError',
  'ExplainError',
  'ReportError',
  'DemoError',
  'PolicyCommandError',
]);

const program = new Command('stepdown')
  .description("Keeps a support organisation's promises: severity from facts, deadlines in business time.")
  .version((require('../../package.json') as { version: string }).version)
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: false });

program
  .command('serve')
  .description('run the service; `npm start` does the same')
  .action(async () => {
    const { serve } = await import('./compose/serve.js');
    await serve();
  });

program
  .command('import')
  .argument('<file>', "a CSV export of another tracker's log")
  .requiredOption('--mapping <file>', 'what its columns, states and priorities mean (YAML; see docs/IMPORT.md)')
  .option('--dry-run', 'do everything but write', false)
  .option('--reports <file>', 'write the reports on rows there instead of to standard error')
  .description("replay another tracker's log as if Stepdown had been there")
  .action(async (file: string, options: { mapping: string; dryRun: boolean; reports?: string }) => {
    const { runImport } = await import('./compose/cli-commands.js');
    await runImport(loadConfig(process.env), { ...options, file, reports: options.reports ?? null }, quietLog());
  });

program
  .command('export')
  .option('--filter <json>', "the API's TicketFilter as JSON")
  .description("stream tickets as JSON lines in the shape of the API's Ticket, all cycles included")
  .action(async (options: { filter?: string }) => {
    const { runExport } = await import('./compose/cli-commands.js');
    await runExport(loadConfig(process.env), options.filter ?? null, process.stdout, quietLog());
  });

program
  .command('explain')
  .argument('<ticket>', 'its number, id or externalId')
  .option('--commitment <kind>', 'only RESPONSE, UPDATE or RESOLUTION')
  .option('--cycle <number>', 'only the cycles of that number')
  .option('--zone <zone>', 'the IANA zone of the times that are shown; else that of each calendar')
  .option('--json', 'the same as JSON', false)
  .description('show how every due instant of a ticket comes about: hours counted, nights, holidays, pauses')
  .action(async (ticket: string, options: { commitment?: string; cycle?: string; zone?: string; json: boolean }) => {
    const { runExplain } = await import('./compose/cli-commands.js');
    const { commitment = null, cycle = null, zone = null, json } = options;
    await runExplain(loadConfig(process.env), { ticket, commitment, cycle, zone, json }, process.stdout, quietLog());
  });

program
  .command('report')
  .option('--from <when>', 'a date, which begins in the zone, or an RFC 3339 instant; else everything')
  .option('--to <when>', 'until before it; else until now')
  .option('--by <what>', 'severity, client, month, clause or assignee', 'severity')
  .option('--zone <zone>', 'the IANA zone in which dates and months begin', 'UTC')
  .option('--format <format>', 'table, csv or json', 'table')
  .description('report what was promised and kept: attainment, breaches, percentiles of business time')
  .action(async (options: { from?: string; to?: string; by: string; zone: string; format: string }) => {
    const { runReport } = await import('./compose/cli-commands.js');
    const { from = null, to = null, ...rest } = options;
    await runReport(loadConfig(process.env), { ...rest, from, to }, process.stdout, quietLog());
  });

program
  .command('calendar')
  .argument('[file]', 'JSON lines; standard input where it is left out')
  .description('answer questions of business time, one JSON line each')
  .action(async (file?: string) => {
    const { runCalendar } = await import('./adapters/cli/calendar/calendar.js');
    await runCalendar(file === undefined ? process.stdin : createReadStream(file), process.stdout);
  });

const policy = program.command('policy').description('work on policy files');
policy
  .command('check')
  .argument('<file>', 'a policy (YAML)')
  .description('check a policy file and nothing else; every problem is named with line and field')
  .action(async (file: string) => {
    const { checkPolicy } = await import('./adapters/cli/policy/policy-check.js');
    process.exitCode = await checkPolicy(file, process.stdout, process.stderr);
  });
policy
  .command('publish')
  .argument('<file>', 'a policy (YAML)')
  .option('--dry-run', 'publish nothing; say what it would have meant for the tickets that are open', false)
  .description('publish a policy as its next version, for the tickets opened from now on')
  .action(async (file: string, { dryRun }: { dryRun: boolean }) => {
    const { runPolicyPublish } = await import('./compose/cli-policy-commands.js');
    await runPolicyPublish(loadConfig(process.env), { file, dryRun }, process.stdout, quietLog());
  });
policy
  .command('list')
  .description('list the published versions, the latest first')
  .action(async () => {
    const { runPolicyList } = await import('./compose/cli-policy-commands.js');
    await runPolicyList(loadConfig(process.env), process.stdout, quietLog());
  });
policy
  .command('diff')
  .argument('<before>', 'a file, a version of the policy of the service (3), or of another policy (gold/3)')
  .argument('<after>', 'likewise')
  .option('--tickets', 'say as well what the second would have meant for the tickets that are open', false)
  .description('say what one policy says otherwise than another, and for whom')
  .action(async (before: string, after: string, { tickets }: { tickets: boolean }) => {
    const { runPolicyDiff } = await import('./compose/cli-policy-commands.js');
    await runPolicyDiff(() => loadConfig(process.env), [before, after], tickets, process.stdout, quietLog());
  });

program
  .command('demo')
  .description('import 200 real incidents, on the running service or a fresh one, and report on them')
  .action(async () => {
    const { runDemo } = await import('./compose/cli-commands.js');
    await runDemo(loadConfig(process.env), quietLog());
  });

program
  .command('schema')
  .description('print the GraphQL schema')
  .action(async () => {
    const { printSchemaText } = await import('./adapters/cli/print-schema.js');
    process.stdout.write(printSchemaText());
  });

program
  .command('lifecycle')
  .argument('<form>', 'mermaid or svg')
  .description("draw the ticket's lifecycle, as the running machine has it")
  .action(async (form: string) => {
    const { lifecycleMermaid, lifecycleSvg } = await import('./adapters/lifecycle-diagram/lifecycle-diagram.js');
    if (form !== 'mermaid' && form !== 'svg') program.error('The form is mermaid or svg.');
    process.stdout.write(`${(form === 'mermaid' ? lifecycleMermaid() : await lifecycleSvg()).trimEnd()}\n`);
  });

const quietLog = () => pino({ level: process.env.LOG_LEVEL || 'warn' }, pino.destination({ dest: 2, sync: true }));

// A reader that has seen enough (`| head`) closes the pipe; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`The output cannot be written: ${error.message}\n`);
  process.exit(1);
});

/** What to say of an error that is a mistake of the caller or the surroundings; undefined for a fault of the program. */
function sentenceOf({ name, message, code, syscall }: NodeJS.ErrnoException): string | undefined {
  // A folder can be opened, and only reading it fails.
  if (code === 'EISDIR') return 'A folder was given in place of a file.';
  return EXPLAINED.has(name) || syscall === 'open' ? message : undefined;
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (sentenceOf(error) ?? error.stack) : String(error)}\n`);
  process.exitCode = error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 1;
});
