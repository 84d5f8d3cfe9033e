import { type Command, Option } from 'commander';
import type { WatchOptions } from '../adapters/cli/desk/watch-command';
import type { DeskFlags } from '../compose/cli-desk-command';
import { deskCommand, type RunAtDesk, repeatedChoice, repeatedOption, wholeNumberOption } from './desk-options';

const SEVERITIES = ['sev1', 'sev2', 'sev3', 'sev4', 'sev5'];
const STATES = ['open', 'workaround-applied', 'resolved', 'closed'];

interface FindFlags extends DeskFlags {
  readonly client?: string;
  readonly state?: readonly string[];
  readonly assignee?: string;
  readonly limit: number;
  readonly after?: string;
}

interface WatchFlags extends DeskFlags {
  readonly ticket?: string;
  readonly client?: string;
  readonly severity?: readonly string[];
  readonly type?: readonly string[];
  readonly after?: string;
}

interface WorkFlags extends DeskFlags {
  readonly client?: string;
  readonly mine?: boolean;
  readonly unassigned?: boolean;
}

interface MineFlags extends DeskFlags {
  readonly limit: number;
  readonly after?: string;
}

/** Registers the commands that read from a running service. */
export function addReadingCommands(program: Command, run: RunAtDesk): void {
  deskCommand(program, 'next')
    .addOption(new Option('--mine', 'only tickets that are assigned to you').conflicts('unassigned'))
    .option('--unassigned', 'only tickets without an assignee')
    .option('--client <client>', 'only tickets of this client, by name or id')
    .description('show what to do next, and why: the first ticket of the work list')
    .action(({ client, mine, unassigned, ...flags }: WorkFlags) =>
      run(flags, async (desk) => {
        const { showNext } = await import('../adapters/cli/desk/work-commands.js');
        await showNext(desk, { client: client ?? null, isMine: mine === true, isUnassigned: unassigned === true });
      }),
    );

  deskCommand(program, 'mine')
    .addOption(
      new Option('--limit <count>', 'the most tickets to print').default(20).argParser(wholeNumberOption(1, 100)),
    )
    .option('--after <cursor>', 'go on after the page that has printed this cursor')
    .description('list your tickets that ask for work, the most urgent first, and why')
    .action(({ limit, after, ...flags }: MineFlags) =>
      run(flags, async (desk) => {
        const { listMine } = await import('../adapters/cli/desk/work-commands.js');
        await listMine(desk, limit, after ?? null);
      }),
    );

  deskCommand(program, 'show')
    .argument('<ticket>', 'a number, an id or an externalId')
    .addOption(
      new Option('--events <count>', 'how many of the latest events to print')
        .default(20)
        .argParser(wholeNumberOption(1, 100)),
    )
    .description('show a ticket: its promises, its texts and what happened')
    .action((ticket: string, flags: DeskFlags & { readonly events: number }) =>
      run(flags, async (desk) => {
        const { showTicket } = await import('../adapters/cli/desk/show-command.js');
        await showTicket(desk, ticket, flags.events);
      }),
    );

  deskCommand(program, 'find')
    .argument('<text>', 'words in any text of the ticket')
    .option('--client <client>', 'only tickets of this client, by name or id')
    .addOption(repeatedChoice('--state <state>', 'only tickets in this state; may be repeated', STATES))
    .option('--assignee <name>', 'only tickets of this assignee')
    .addOption(
      new Option('--limit <count>', 'the most tickets to print').default(20).argParser(wholeNumberOption(1, 100)),
    )
    .option('--after <cursor>', 'go on after the page that has printed this cursor')
    .description('find tickets by their words, the newest first')
    .action((text: string, { client, state = [], assignee, limit, after, ...flags }: FindFlags) =>
      run(flags, async (desk) => {
        const { findTickets } = await import('../adapters/cli/desk/find-command.js');
        await findTickets(desk, {
          text,
          client: client ?? null,
          states: state,
          assignee: assignee ?? null,
          limit,
          after: after ?? null,
        });
      }),
    );

  deskCommand(program, 'watch')
    .option('--ticket <ticket>', 'only events of this ticket')
    .option('--client <client>', 'only events of tickets of this client, by name or id')
    .addOption(repeatedChoice('--severity <severity>', 'only tickets of this severity; may be repeated', SEVERITIES))
    .option('--type <type>', 'only events of this type, such as resolved; may be repeated', repeatedOption)
    .option('--after <cursor>', 'begin after the event with this cursor')
    .description('print events as they happen, also after a restart of the service; with --json, a line for each')
    .action(({ ticket, client, severity, type, after, ...flags }: WatchFlags) =>
      run(flags, async (desk) => {
        const { watchEvents } = await import('../adapters/cli/desk/watch-command.js');
        const options: WatchOptions = {
          ticket: ticket ?? null,
          client: client ?? null,
          severities: severity ?? [],
          types: type ?? [],
          after: after ?? null,
        };
        const interrupted = new AbortController();
        // npm sends the signal a second time, so the process waits for its end here.
        process.on('SIGINT', () => interrupted.abort());
        await watchEvents(desk, options, interrupted.signal);
      }),
    );
}
