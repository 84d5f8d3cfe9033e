import { Argument, type Command, Option } from 'commander';
import type { ChangeOptions } from '../adapters/cli/desk/change-commands';
import {
  type ChangeFlags,
  changeCommand,
  choice,
  lateChangeCommand,
  type RunAtDesk,
  repeatedOption,
} from './desk-options';

const CHANNELS = ['email', 'phone', 'extranet'];
const WAITING_REASONS = ['client', 'third-party', 'other-ticket'];
const IMPACT = 'AUDIENCE/CONSEQUENCE, such as ALL_END_USERS/ORDERING_BLOCKED, and a note after a colon';

interface NewFlags extends ChangeFlags {
  readonly impact: readonly string[];
  readonly client?: string;
  readonly channel?: string;
  readonly description?: string;
  readonly reporter?: string;
  readonly assignee?: string;
  readonly tag?: readonly string[];
  readonly externalId?: string;
  readonly externalUrl?: string;
  readonly followUpOf?: string;
}

/** How a change is made, as far as it is given. */
type GivenHow = { readonly [Name in 'idempotencyKey' | 'at' | 'reason']?: string | null };

/** Registers the commands that change a ticket of a running service. */
export function addChangingCommands(program: Command, run: RunAtDesk): void {
  const howOf = ({ idempotencyKey = null, at = null, reason = null }: GivenHow): Omit<ChangeOptions, 'ticket'> => ({
    key: idempotencyKey,
    at,
    lateReason: reason,
  });
  const changing = (ticket: string, flags: GivenHow): ChangeOptions => ({ ticket, ...howOf(flags) });
  const commands = () => import('../adapters/cli/desk/change-commands.js');
  const values = () => import('../adapters/cli/desk/desk-values.js');

  lateChangeCommand(program, 'new')
    .argument('<subject>', 'what is wrong, in a line')
    .addOption(
      new Option('--impact <impact>', `who cannot do what: ${IMPACT}; may be repeated`)
        .argParser(repeatedOption)
        .makeOptionMandatory(),
    )
    .option('--client <client>', 'the client, by name or id (default: the client of the service or of the key)')
    .addOption(choice('--channel <channel>', 'how the client reported it', CHANNELS))
    .option('--description <text>', 'the whole report, or - to read it from standard input')
    .option('--reporter <name>', 'who reported it')
    .option('--assignee <name>', 'who works on it')
    .option('--tag <tag>', 'a tag; may be repeated', repeatedOption)
    .option('--external-id <id>', 'its identifier in another system')
    .option('--external-url <url>', 'its address in another system')
    .option('--follow-up-of <ticket>', 'the ticket that it follows')
    .description('open a ticket; the severity follows from the impacts')
    .action((subject: string, flags: NewFlags) =>
      run(flags, async (desk) => {
        const { givenText, parseImpact, enumValue } = await values();
        const { openTicketAtDesk } = await commands();
        const { impact, client, channel, description, tag, followUpOf } = flags;
        const { reporter, assignee, externalId, externalUrl } = flags;
        const input = {
          subject,
          impacts: impact.map(parseImpact),
          channel: channel === undefined ? undefined : enumValue(channel),
          description:
            description === undefined ? undefined : await givenText(description, 'the description', process.stdin),
          tags: tag,
          reporter,
          assignee,
          externalId,
          externalUrl,
        };
        const refers = { client: client ?? null, followUpOf: followUpOf ?? null };
        await openTicketAtDesk(desk, input, refers, howOf(flags));
      }),
    );

  lateChangeCommand(program, 'ack')
    .argument('<ticket>')
    .description('acknowledge a ticket: the first action was taken')
    .action((ticket: string, flags: ChangeFlags) =>
      run(flags, async (desk) => (await commands()).acknowledgeAtDesk(desk, changing(ticket, flags))),
    );

  lateChangeCommand(program, 'reply')
    .argument('<ticket>')
    .argument('[text]', 'the message, or - to read it from standard input')
    .addOption(choice('--channel <channel>', 'how it is sent (default: extranet)', CHANNELS))
    .option('--inbound', 'record what the client has said')
    .option('--automatic', 'no person wrote it, so it fulfils nothing')
    .description('record a message to the client; it fulfils the promised update')
    .action(
      (
        ticket: string,
        text: string | undefined,
        flags: ChangeFlags & { channel?: string; inbound?: boolean; automatic?: boolean },
      ) =>
        run(flags, async (desk) => {
          const { givenText, enumValue } = await values();
          const body = await givenText(text, 'the message', process.stdin);
          const channel = flags.channel === undefined ? null : enumValue(flags.channel);
          const message = { body, channel, isInbound: flags.inbound === true, isAutomatic: flags.automatic === true };
          const { replyAtDesk } = await commands();
          await replyAtDesk(desk, changing(ticket, flags), message);
        }),
    );

  changeCommand(program, 'note')
    .argument('<ticket>')
    .argument('[text]', 'the note, or - to read it from standard input')
    .description('write a note for colleagues; the client never sees it, and no clock changes')
    .action((ticket: string, text: string | undefined, flags: ChangeFlags) =>
      run(flags, async (desk) => {
        const { givenText } = await values();
        const body = await givenText(text, 'the note', process.stdin);
        await (await commands()).noteAtDesk(desk, changing(ticket, flags), body);
      }),
    );

  lateChangeCommand(program, 'wait')
    .argument('<ticket>')
    .addArgument(new Argument('<reason>', 'who or what the ticket waits for').choices(WAITING_REASONS))
    .option('--stop', 'stop waiting for this reason')
    .description('wait for the client or for others; the policy says which clocks stand still')
    .action((ticket: string, reason: string, flags: ChangeFlags & { stop?: boolean }) =>
      run(flags, async (desk) => {
        const { enumValue } = await values();
        const { waitAtDesk } = await commands();
        const what = { reason: enumValue(reason), stops: flags.stop === true };
        await waitAtDesk(desk, changing(ticket, flags), what);
      }),
    );

  lateChangeCommand(program, 'workaround')
    .argument('<ticket>')
    .argument('[text]', 'what the workaround is, or - to read it from standard input')
    .addOption(
      new Option('--remaining <impact>', `what still does not work: ${IMPACT}; may be repeated`)
        .argParser(repeatedOption)
        .makeOptionMandatory(),
    )
    .description('apply a workaround: the severity follows from what remains')
    .action((ticket: string, text: string | undefined, flags: ChangeFlags & { remaining: readonly string[] }) =>
      run(flags, async (desk) => {
        const { givenText, parseImpact } = await values();
        const { workaroundAtDesk } = await commands();
        const description = await givenText(text, 'the workaround', process.stdin);
        const remaining = flags.remaining.map(parseImpact);
        await workaroundAtDesk(desk, changing(ticket, flags), { description, remaining });
      }),
    );

  lateChangeCommand(program, 'resolve')
    .argument('<ticket>')
    .argument('[text]', 'what solved it, or - to read it from standard input')
    .description('resolve a ticket: the cause is removed')
    .action((ticket: string, text: string | undefined, flags: ChangeFlags) =>
      run(flags, async (desk) => {
        const { givenText } = await values();
        const resolution = text === undefined ? null : await givenText(text, 'the resolution', process.stdin);
        await (await commands()).resolveAtDesk(desk, changing(ticket, flags), resolution);
      }),
    );

  lateChangeCommand(program, 'assign')
    .argument('<ticket>')
    .argument('[name]', 'the person')
    .option('--me', 'assign it to yourself')
    .option('--none', 'remove the assignee')
    .description('assign a ticket to a person')
    .action(
      (
        ticket: string,
        name: string | undefined,
        flags: ChangeFlags & { me?: boolean; none?: boolean },
        command: Command,
      ) => {
        if ([name !== undefined, flags.me, flags.none].filter(Boolean).length !== 1) {
          return command.error('error: give one of a name, --me and --none');
        }
        const to = flags.me ? 'ME' : name === undefined ? null : { name };
        return run(flags, async (desk) => (await commands()).assignAtDesk(desk, changing(ticket, flags), to));
      },
    );
}
