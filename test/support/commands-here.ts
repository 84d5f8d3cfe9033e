import { Readable, Writable } from 'node:stream';
import pino from 'pino';
import { errorText } from '../../src/adapters/cli/error-text';
import type { ImportOptions } from '../../src/adapters/cli/import/import-command';
import { type EraseOptions, runErase } from '../../src/compose/cli-erase-command';
import { type ImportOutput, runImport } from '../../src/compose/cli-import-command';
import { runExport } from '../../src/compose/cli-read-commands';
import { type Config, loadConfig } from '../../src/config';
import type { Finished } from './program';

// Commands in this process, because a start of the program takes about a second of CPU time.

type Env = Readonly<Record<string, string>>;
type Stdio = ImportOutput & Readonly<Record<'stdout' | 'stderr', Writable>>;

/** Runs a command in this process; the result is that of the program. */
async function runHere(env: Env, command: (config: Config, stdio: Stdio) => Promise<number>): Promise<Finished> {
  const printed = { stdout: '', stderr: '' };
  const output = (name: keyof typeof printed) =>
    new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        printed[name] += text;
        done();
      },
    });
  const stdio = { stdout: output('stdout'), stderr: output('stderr') };
  try {
    const code = await command(loadConfig(env), stdio);
    return { code, ...printed };
  } catch (error) {
    return { code: 1, stdout: printed.stdout, stderr: `${printed.stderr}${errorText(error)}\n` };
  }
}

const SILENT = pino({ level: 'silent' });

/** `stepdown import`, by default not dry and with the reports on standard error. */
export const importWith = (env: Env, options: Pick<ImportOptions, 'file' | 'mapping'> & Partial<ImportOptions>) =>
  runHere(env, (config, stdio) => runImport(config, { dryRun: false, reports: null, ...options }, stdio, SILENT));

/**
 * `stepdown erase`, by default confirmed.
 *
 * @param answer what a person types in a terminal; by default there is no terminal
 */
export const eraseHere = (env: Env, options: Partial<EraseOptions>, answer?: string) =>
  runHere(env, (config, stdio) =>
    runErase(
      config,
      { persons: [], tickets: [], pseudonym: null, isDryRun: false, isConfirmed: answer === undefined, ...options },
      stdio,
      SILENT,
      Object.assign(Readable.from(answer === undefined ? [] : [`${answer}\n`]), { isTTY: answer !== undefined }),
    ),
  );

/** `stepdown export`. */
export const exportHere = (env: Env, filter?: object) =>
  runHere(env, async (config, { stdout }) => {
    await runExport(config, filter === undefined ? null : JSON.stringify(filter), stdout, SILENT);
    return 0;
  });
