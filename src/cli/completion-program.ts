import { Argument, type Command } from 'commander';
import { COMPLETED_SHELLS, COMPLETION_SCRIPTS, type CompletedShell } from '../adapters/cli/completion-scripts';
import type { LineOutput } from '../adapters/cli/line-output';
import { singleLine } from '../adapters/cli/printable';
import type { DeskFlags } from '../compose/cli-desk-command';
import { completionOf } from './candidates';
import type { RunAtDesk } from './desk-options';

const HELP = `
docs/COMMAND-LINE.md says where the script of each shell goes.`;

/** How long the names that only the service knows may take. */
const NAMES_TIMEOUT_MS = 2_000;

/**
 * Registers the commands that complete words in a shell.
 *
 * @param output is not changed on its way: it has tabs
 * @param quietly asks the service and prints no error
 */
export function addCompletionCommands(program: Command, output: LineOutput, quietly: RunAtDesk): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(COMPLETED_SHELLS))
    .addHelpText('after', HELP)
    .description('print a script that completes commands, options and names in a shell')
    .action((shell: CompletedShell) => void output.write(COMPLETION_SCRIPTS[shell]));

  program
    .command('complete', { hidden: true })
    .argument('<words...>', 'the words after the name of the program; the last is completed')
    .description('print what can stand in place of the last word; the scripts call it')
    .action(async (words: readonly string[]) => {
      const { candidates, names } = completionOf(program, words);
      const print = (lines: readonly string[]) =>
        void output.write(lines.map((line) => `${line.split('\t').map(singleLine).join('\t')}\n`).join(''));
      print(candidates.map(({ value, description }) => `${value}\t${description}`));
      if (names === null) return;
      // A person waits for it, so a slow service is not waited for.
      const giveUp = setTimeout(() => process.exit(), NAMES_TIMEOUT_MS);
      await quietly(accessIn(words), async ({ service }) => {
        const { knownNames } = await import('../adapters/cli/desk/known-names.js');
        print(await knownNames(service, names, words.at(-1) ?? ''));
      });
      clearTimeout(giveUp);
    });
}

/** The service and the key that the words name, as the command itself would use them. */
function accessIn(words: readonly string[]): DeskFlags {
  const given = (option: string): string | undefined => {
    const index = words.indexOf(option);
    return index === -1 ? undefined : words[index + 1];
  };
  const [url, keyFile] = [given('--url'), given('--key-file')];
  return { ...(url === undefined ? {} : { url }), ...(keyFile === undefined ? {} : { keyFile }) };
}
