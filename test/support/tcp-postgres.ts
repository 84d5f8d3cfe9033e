import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findBinaries } from '../../src/adapters/embedded-postgres/binaries';
import { clusterOf, ensureCluster } from '../../src/adapters/embedded-postgres/cluster';
import { changeOwner, chooseIdentity, userOf } from '../../src/adapters/embedded-postgres/identity';
import { untilTrue } from './until';

const CERTIFICATE = join(__dirname, '../fixtures/tls');

/** A PostgreSQL that listens on 127.0.0.1, as one of an operator does; it offers TLS. */
export interface TcpPostgres {
  /** `user` may have a password after a colon; `rest` is the database and perhaps parameters. */
  url(user: string, rest: string): string;
  /** Runs statements as the superuser, in the database `postgres`. */
  run(...statements: readonly string[]): Promise<void>;
  runIn(database: string, ...statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** @param rules the lines of its pg_hba.conf; the superuser `stepdown` is let in besides */
export async function startTcpPostgres(rules: readonly string[]): Promise<TcpPostgres> {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'stepdown-tcp-')));
  await chmod(dataDir, 0o700);
  const binaries = await findBinaries(join(dataDir, 'lib'));
  const identity = await chooseIdentity(dataDir, binaries);
  await ensureCluster(dataDir, binaries, identity, false);
  const cluster = clusterOf(dataDir);
  for (const name of ['server.crt', 'server.key']) {
    await copyFile(join(CERTIFICATE, name), join(cluster, name));
    await chmod(join(cluster, name), 0o600);
  }
  const hba = ['host all stepdown 127.0.0.1/32 trust', ...rules].join('\n');
  await writeFile(join(cluster, 'pg_hba.conf'), `${hba}\n`);
  await changeOwner(identity, cluster);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', fsync: 'off' };
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [file = '', ...args] = [...identity.prefix, binaries.postgres, '-D', cluster, ...given];
  const child: ChildProcess = spawn(file, args, {
    env: binaries.environment,
    cwd: cluster,
    stdio: 'ignore',
    ...userOf(identity),
  });
  const url = (user: string, rest: string): string => `postgresql://${user}@127.0.0.1:${port}/${rest}`;
  const runIn = async (database: string, ...statements: readonly string[]): Promise<void> => {
    const client = new Client(url('stepdown', database));
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const run = (...statements: readonly string[]) => runIn('postgres', ...statements);
  await untilTrue(() =>
    run().then(
      () => true,
      () => false,
    ),
  );
  await run('ALTER SYSTEM SET ssl = on', 'SELECT pg_reload_conf()');
  return {
    url,
    run,
    runIn,
    close: async () => {
      child.kill('SIGQUIT');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
