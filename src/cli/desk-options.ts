import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Desk } from '../adapters/cli/desk/desk';
import { EXIT } from '../adapters/cli/desk/exit-codes';
import type { DeskFlags } from '../compose/cli-desk-command';

const HELP = `
The service is that of --url or STEPDOWN_URL, else the one that \`npm start\` runs
here. A key stands in the file of --key-file, or in STEPDOWN_API_KEY; a service
without access control needs none. A ticket is named by its number (202 or
#202), its id or its externalId.

Exit codes: 0 done; 1 refused, or another error; 2 wrong usage; 3 not found;
4 not allowed; 5 the service does not answer; 130 interrupted.
docs/COMMAND-LINE.md has more.`;

/** Adds what every command has that talks to a running service. */
export function deskCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .option('--url <url>', 'the URL of the service (default: STEPDOWN_URL, or the local service)')
    .option('--key-file <file>', 'a file with an API key (default: STEPDOWN_API_KEY)')
    .option('--zone <zone>', 'the IANA zone of printed times (default: the zone of this machine)')
    .option('--json', 'print JSON; errors are JSON too, on standard error')
    .addHelpText('after', HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.DONE : EXIT.USAGE));
}

/** Runs a command that talks to a service, and sets the exit code. */
export type RunAtDesk = (flags: DeskFlags, work: (desk: Desk) => Promise<void>) => Promise<void>;

/** What the commands have that change a ticket. */
export interface ChangeFlags extends DeskFlags {
  readonly idempotencyKey?: string;
  readonly at?: string;
  readonly reason?: string;
}

/** The same for a command that changes a ticket. */
export const changeCommand = (program: Command, name: string): Command =>
  deskCommand(program, name)
    .option(
      '--at <time>',
      'when it happened, if it was earlier: 02:00, "2026-11-28 02:00", or an instant with an offset',
    )
    .option('--idempotency-key <key>', 'the key that an earlier attempt has printed, to repeat it');

/** The same for one whose late entry can need a reason. */
export const lateChangeCommand = (program: Command, name: string): Command =>
  changeCommand(program, name).option('--reason <text>', 'why it is entered later than --at');

/** An option that takes one of the values of an enum of the API, in lower case with hyphens. */
export const choice = (flags: string, description: string, values: readonly string[]): Option =>
  new Option(flags, description).choices(values);

/** The same for an option that may be repeated. */
export const repeatedChoice = (flags: string, description: string, values: readonly string[]): Option =>
  choice(flags, description, values).argParser((value: string, before: readonly string[] | undefined) => {
    if (values.includes(value)) return repeatedOption(value, before);
    throw new InvalidArgumentError(`Allowed choices are ${values.join(', ')}.`);
  });

/** The values of an option that may be repeated. */
export const repeatedOption = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** A whole number in a range, for an option. */
export const wholeNumberOption =
  (min: number, max: number) =>
  (value: string): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
