import type { Argument, Command, Option } from 'commander';

/** A word that can stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Names that only the service knows. */
export type KnownNames = 'CLIENTS' | 'AGENTS';

/** What can stand where the cursor is: words, names that the service knows, or else a file. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly names: KnownNames | null;
}

const NAMES_OF_OPTIONS: Readonly<Record<string, KnownNames>> = { '--client': 'CLIENTS', '--assignee': 'AGENTS' };
/** The arguments that are names, by command and the name of the argument. */
const NAMES_OF_ARGUMENTS: Readonly<Record<string, KnownNames>> = { 'assign name': 'AGENTS' };

/**
 * What can stand in place of the last of the words that follow the name of the program.
 *
 * @param words at least one; the last can be empty or incomplete
 */
export function completionOf(program: Command, words: readonly string[]): Completion {
  const written = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  let command = program;
  let position = 0;
  let option: Option | null = null;
  let areOptionsOver = false;
  for (const word of written) {
    if (option !== null) option = null;
    else if (word === '--') areOptionsOver = true;
    else if (word.startsWith('-') && !areOptionsOver) option = optionWithValue(command, word);
    else {
      const next: Command | undefined =
        position === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (next === undefined) position += 1;
      command = next ?? command;
    }
  }
  const all = placeOf(command, position, option, areOptionsOver ? null : current, written);
  return { ...all, candidates: all.candidates.filter(({ value }) => value.startsWith(current)) };
}

/** The option of this name, if its value is the next word. */
function optionWithValue(command: Command, word: string): Option | null {
  const found = command.options.find(({ long, short }) => long === word || short === word);
  return found !== undefined && (found.required || found.optional) ? found : null;
}

function placeOf(
  command: Command,
  position: number,
  option: Option | null,
  current: string | null,
  written: readonly string[],
): Completion {
  if (option !== null) return { candidates: choices(option), names: NAMES_OF_OPTIONS[option.long ?? ''] ?? null };
  if (current?.startsWith('-')) return { candidates: optionsOf(command, written), names: null };
  const argument: Argument | undefined = command.registeredArguments[position];
  return {
    candidates: [...(position === 0 ? subcommands(command) : []), ...(argument === undefined ? [] : choices(argument))],
    names: argument === undefined ? null : (NAMES_OF_ARGUMENTS[`${command.name()} ${argument.name()}`] ?? null),
  };
}

const choices = ({ argChoices, description }: Option | Argument): readonly Candidate[] =>
  (argChoices ?? []).map((value) => ({ value, description }));

const isRepeatable = (description: string): boolean => description.includes('may be repeated');

/** The options that are not written yet; one that may be repeated stays. */
const optionsOf = (command: Command, written: readonly string[]): readonly Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long, description }) => long !== undefined && (isRepeatable(description) || !written.includes(long)))
    .map(({ long, description }) => ({ value: long ?? '', description }));

const subcommands = (command: Command): readonly Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
    .map((one) => ({ value: one.name(), description: one.description() }));
