import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from './pgbouncer';
import { untilTrue } from './until';

const DEBIAN = '/usr/lib/postgresql';
const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort() : [];
const BIN = join(DEBIAN, versions.at(-1) ?? '', 'bin');
/** Why the tests with a standby are skipped; null if they run. */
export const noPgBaseBackup = existsSync(join(BIN, 'pg_basebackup'))
  ? null
  : `there is no pg_basebackup in ${DEBIAN} (apt-get install postgresql)`;

/** PostgreSQL does not run as root. In a namespace of users, root is another user to it. */
const AS_ANOTHER = ['unshare', '--user', '--map-user=65534', '--map-group=65534'] as const;

const command = (program: string, args: readonly string[]): [string, string[]] => {
  const [first = program, ...rest] = [...(process.getuid?.() === 0 ? AS_ANOTHER : []), join(BIN, program), ...args];
  return [first, rest];
};

const run = async (program: string, ...args: readonly string[]): Promise<void> => {
  await promisify(execFile)(...command(program, args), { cwd: tmpdir() });
};

export interface StreamingServer {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Writes a dump of its database to a file. */
  dump(file: string): Promise<void>;
  /**
   * Reads such a file into its database, which is empty.
   *
   * @returns the errors that were ignored
   */
  restore(file: string): Promise<readonly string[]>;
  /** Stops, and removes its data. */
  remove(): Promise<void>;
}

/** A new server that sends its log to standbys. */
export async function createPrimary(): Promise<StreamingServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stepdown-primary-'));
  await run('initdb', '-D', join(folder, 'data'), '-U', 'stepdown', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N');
  return server(folder);
}

/** A standby of a server that runs; it is not started. */
export async function createStandby(primary: StreamingServer): Promise<StreamingServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stepdown-standby-'));
  const from = `host=127.0.0.1 port=${primary.port} user=stepdown`;
  await run('pg_basebackup', '-D', join(folder, 'data'), '-d', from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync');
  return server(folder);
}

async function server(folder: string): Promise<StreamingServer> {
  const port = await freePort();
  const data = join(folder, 'data');
  await appendFile(
    join(data, 'postgresql.conf'),
    `\nport = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n`,
  );
  const url = `postgresql://stepdown@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | null = null;
  const answers = async () => {
    if (child?.exitCode !== null) throw new Error('PostgreSQL has ended');
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const stop = async (signal: 'SIGINT' | 'SIGKILL' = 'SIGINT') => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url,
    port,
    start: async () => {
      child = spawn(...command('postgres', ['-D', data]), { stdio: 'ignore', cwd: tmpdir() });
      await untilTrue(answers, 30_000);
    },
    stop,
    dump: (file) => run('pg_dump', '-d', url, '-Fc', '-f', file),
    restore: async (file) => {
      const { stderr } = await promisify(execFile)(...command('pg_restore', ['-d', url, file]), {
        cwd: tmpdir(),
      }).catch((error: { readonly code?: unknown; readonly stderr: string }) => {
        // It goes on after an error of one statement.
        if (error.code === 1) return error;
        throw error;
      });
      return stderr.split('\n').filter((line) => line.startsWith('pg_restore: error:'));
    },
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
