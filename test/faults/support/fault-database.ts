import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findBinaries } from '../../../src/adapters/embedded-postgres/binaries';
import { clusterOf, ensureCluster } from '../../../src/adapters/embedded-postgres/cluster';
import { chooseIdentity, userOf } from '../../../src/adapters/embedded-postgres/identity';
import { freeze } from '../../support/freeze';
import { freePort } from '../../support/pgbouncer';
import { until, untilTrue } from '../../support/until';
import { endWithTests, removeWithTests } from './leftovers';

/** A PostgreSQL of a run of faults, which no other test uses, so that it can be broken. */
export interface FaultDatabase {
  readonly port: number;
  readonly url: string;
  /** The folder of its data. */
  readonly folder: string;
  /** What it has written to its log until now. */
  log(): string;
  /** Runs a statement as the superuser. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Ends it as `pg_ctl stop -m immediate` does: without a checkpoint, as in a crash. */
  stopAtOnce(): Promise<void>;
  /** Starts it again, and resolves when it takes connections. */
  start(): Promise<void>;
  /** Stops all its processes in mid-work. Returns what lets them go on. */
  freeze(): () => void;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** As of a real server, except that it does not wait for the disk: no test cuts the power. */
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', max_connections: 300 };

/** @param parent the folder for its data; a temporary one if it is not given */
export async function startFaultDatabase(parent?: string): Promise<FaultDatabase> {
  const dataDir = parent ?? (await realpath(await mkdtemp(join(tmpdir(), 'stepdown-faults-'))));
  if (parent === undefined) removeWithTests(dataDir);
  await chmod(dataDir, 0o700);
  const binaries = await findBinaries(join(dataDir, 'lib'));
  const identity = await chooseIdentity(dataDir, binaries);
  await ensureCluster(dataDir, binaries, identity, false);
  const folder = clusterOf(dataDir);
  await writeFile(join(folder, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
  const port = await freePort();
  const url = `postgresql://stepdown@127.0.0.1:${port}/postgres`;
  const given = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [file = '', ...args] = [...identity.prefix, binaries.postgres, '-D', folder, ...given];
  let child: ChildProcess | null = null;
  let thaw: (() => void) | null = null;
  const pieces: string[] = [];

  const hasEnded = () => child === null || child.exitCode !== null || child.signalCode !== null;
  const query = async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    const client = new Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(sql, [...values])).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const spawned = (): ChildProcess => {
    const started = spawn(file, args, {
      env: binaries.environment,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...userOf(identity),
    });
    endWithTests(started, 'SIGQUIT');
    started.stderr?.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
    return started;
  };
  const start = async () => {
    // Right after a crash, a process of the server that ended may still hold its shared memory.
    await until(
      async () => {
        if (hasEnded()) child = spawned();
        return query('SELECT').then(
          () => true,
          () => false,
        );
      },
      (answers) => answers,
    );
  };
  const stopAtOnce = async () => {
    thaw?.();
    const running = child;
    if (running === null || hasEnded()) return;
    const ended = once(running, 'exit');
    running.kill('SIGQUIT');
    await ended;
  };
  const remove = async () => {
    await stopAtOnce();
    await untilTrue(hasEnded);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    port,
    url,
    folder,
    log: () => pieces.join(''),
    query,
    stopAtOnce,
    start,
    freeze: () => {
      const release = freeze(child?.pid ?? 0);
      thaw = () => {
        thaw = null;
        release();
      };
      return () => thaw?.();
    },
    remove,
  };
}
