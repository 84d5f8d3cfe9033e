import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './until';

const PROGRAM = join(__dirname, '../../bin/stepdown.js');

/** The environment of a newcomer: nothing of Stepdown's in it but what is given. */
const environment = (given: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...given,
});

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment(env) });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** A command that runs until it is ended. */
export interface Going {
  /** What it has printed until now. */
  stdout(): string;
  stderr(): string;
  /** Ends it by a signal, and gives its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the program. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Going {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    stdout: collect(child.stdout),
    stderr: collect(child.stderr),
    end: async (signal) => {
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

export interface Serving {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has written to standard error until now. */
  stderr(): string;
  /** The lines that it has logged until now. */
  logged(): readonly { readonly msg: string; readonly [field: string]: unknown }[];
  /** Ends it by a signal and waits until it has gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/**
 * Starts `stepdown serve` on any free port and waits for its greeting.
 *
 * @param errorFile the file that its standard error goes to, by its number, instead of to the test
 * @param onSpawn gets the process before it has started up
 */
export async function serve(
  env: Readonly<Record<string, string>>,
  errorFile?: number,
  onSpawn: (child: ChildProcess) => void = () => undefined,
): Promise<Serving> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: environment({ PORT: '0', LOG_LEVEL: 'warn', ...env }),
    stdio: ['ignore', 'pipe', errorFile ?? 'pipe'],
  });
  onSpawn(child);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const urlOf = () => /serves (\S+)/.exec(stdout())?.[1];
  const url = await until(urlOf, (found) => found !== undefined || hasEnded()).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  if (url === undefined) throw new Error(`It did not start: ${stderr()}`);
  return {
    url,
    child,
    stderr,
    logged: () =>
      stderr()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    end: async (signal) => {
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    },
  };
}

/** Asks the API; throws what it answers as errors. */
export async function ask<Data>(url: string, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
