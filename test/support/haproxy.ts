import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './pgbouncer';
import { untilTrue } from './until';

const PROGRAM = '/usr/sbin/haproxy';
const CONFIGURATION = join(__dirname, '../../deploy/haproxy.cfg');
/** Why the tests with HAProxy are skipped; null if they run. */
export const noHaproxy = existsSync(PROGRAM) ? null : `there is no ${PROGRAM} (apt-get install haproxy)`;

export interface Haproxy {
  /** The URL of GraphQL, through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/** The configuration of `deploy/`, with other addresses of the proxy and of the processes. */
function configurationFor(port: number, processes: readonly number[]): string {
  const text = readFileSync(CONFIGURATION, 'utf8');
  const addresses = processes.map((to, index) => [`stepdown-${index + 1}:4000`, `127.0.0.1:${to}`] as const);
  return replaced(text, [['bind :4000', `bind 127.0.0.1:${port}`], ...addresses]);
}

/** A text with parts replaced by others; each has to be there. */
export function replaced(text: string, parts: readonly (readonly [from: string, to: string])[]): string {
  return parts.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`The configuration has no ${from}`);
    return changed.replace(from, to);
  }, text);
}

/**
 * Starts a real HAProxy with the configuration of `deploy/`.
 *
 * @param processes the ports of the three processes
 */
export const startHaproxy = (processes: readonly number[]): Promise<Haproxy> =>
  runHaproxy((port) => configurationFor(port, processes));

/** Starts a real HAProxy with a configuration for a port. */
export async function runHaproxy(configuration: (port: number) => string): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), 'stepdown-haproxy-'));
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, configuration(port));
  const child: ChildProcess = spawn(PROGRAM, ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said += data;
  });
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const listens = async () => {
    if (child.exitCode !== null) throw new Error(`HAProxy ended with ${child.exitCode}: ${said}`);
    return fetch(`http://127.0.0.1:${port}/metrics`).then(
      () => true,
      () => false,
    );
  };
  try {
    await untilTrue(listens);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}/graphql`, close };
}
