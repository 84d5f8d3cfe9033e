import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { untilTrue } from './until';

const PROGRAM = '/usr/sbin/pgbouncer';
/** Why the tests with a pooler are skipped; null if they run. */
export const noPgBouncer = existsSync(PROGRAM) ? null : `there is no ${PROGRAM} (apt-get install pgbouncer)`;

/** PgBouncer does not run as root. In a namespace of users, root is another user to it. */
const AS_ANOTHER = ['unshare', '--user', '--map-user=65534', '--map-group=65534'] as const;

export interface PgBouncer {
  /** The URL of a database on the server, through the pooler. */
  urlOf(database: string, user?: string): string;
  close(): Promise<void>;
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

/**
 * Starts a real PgBouncer in front of a server, with few connections, so that clients share them.
 *
 * @param server the URL of any database on it
 */
export async function startPgBouncer(
  server: string,
  { mode = 'transaction', poolSize = 4 }: { readonly mode?: string; readonly poolSize?: number } = {},
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'stepdown-pgbouncer-'));
  const port = await freePort();
  const { host, port: serverPort, user } = new Client(server);
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${user}" ""\n`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${host} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${poolSize}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
`,
  );
  const [program = PROGRAM, ...args] = [...(process.getuid?.() === 0 ? AS_ANOTHER : []), PROGRAM];
  const child: ChildProcess = spawn(program, [...args, '-q', join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
  const urlOf = (database: string, as = user ?? ''): string =>
    `postgresql://${encodeURIComponent(as)}@127.0.0.1:${port}/${database}`;
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const answers = async () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`);
    const client = new Client({ connectionString: urlOf('postgres'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  try {
    await untilTrue(answers, 20_000);
  } catch (error) {
    await close();
    throw error;
  }
  return { urlOf, close };
}
