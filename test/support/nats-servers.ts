import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { untilTrue } from './until';

const isInstalled = (): boolean => {
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Whether the tests can run a NATS server, which Debian has as the package `nats-server`. */
export const HAS_NATS = isInstalled();

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port');
  return address.port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = openSocket(port, '127.0.0.1');
    socket.once('data', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    setTimeout(() => socket.destroy(), 500);
  });

/** A server that keeps its messages in a folder, and can be killed and started again. */
export class NatsServer {
  private process: ChildProcess | null = null;

  constructor(
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.process = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(this.port), '-js', ...this.options], {
      stdio: 'ignore',
    });
    await untilTrue(() => answers(this.port));
  }

  async kill(): Promise<void> {
    const { process } = this;
    this.process = null;
    if (process === null) return;
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
  }
}

export interface NatsServers {
  readonly servers: readonly NatsServer[];
  /** As `NATS_URL`. */
  readonly url: string;
  /** Resolves when all servers are up and have a leader. */
  whole(): Promise<void>;
  close(): Promise<void>;
}

/** One server, or a cluster of several. */
export async function startNatsServers(count = 1): Promise<NatsServers> {
  const folder = mkdtempSync(join(tmpdir(), 'stepdown-nats-'));
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const routes = await Promise.all(Array.from({ length: count }, freePort));
  const servers = ports.map((port, index) => {
    const cluster = [
      ...['--name', `n${index}`, '--cluster_name', 'test', '--cluster', `nats://127.0.0.1:${routes[index]}`],
      ...['--routes', routes.map((route) => `nats://127.0.0.1:${route}`).join(',')],
    ];
    return new NatsServer(port, ['-sd', join(folder, `${index}`), ...(count === 1 ? [] : cluster)]);
  });
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await Promise.all(servers.map((server) => server.start()));
    const url = servers.map((server) => server.url).join(',');
    const whole = () => untilTrue(() => hasJetStream(servers, count));
    await whole();
    return { servers, url, whole, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A cluster takes a moment until it has a leader that knows all servers. */
async function hasJetStream(servers: readonly NatsServer[], replicas: number): Promise<boolean> {
  const connection = await connect({ servers: servers.map(({ port }) => `127.0.0.1:${port}`), timeout: 2_000 });
  try {
    const { streams } = await jetstreamManager(connection, { timeout: 2_000 });
    await streams.add({ name: 'PROBE', subjects: ['probe'], num_replicas: replicas });
    return await streams.delete('PROBE');
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/** A message of a stream. */
export interface BusMessageOnStream {
  readonly sequence: number;
  readonly subject: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads events of every type.
  readonly event: any;
}

/** All messages of a stream, in their order; none if there is no stream. */
export async function messagesOn(url: string, stream: string): Promise<readonly BusMessageOnStream[]> {
  const connection = await connect({ servers: url.split(',').map((one) => new URL(one).host), timeout: 2_000 });
  try {
    const { streams } = await jetstreamManager(connection, { timeout: 5_000 });
    const { state } = await streams.info(stream);
    const messages: BusMessageOnStream[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
      const message = await streams.getMessage(stream, { seq });
      if (message === null) continue;
      const { subject, header } = message;
      messages.push({ sequence: seq, subject, id: header.get('Nats-Msg-Id'), event: message.json() });
    }
    return messages;
  } finally {
    await connection.close();
  }
}

/** Removes the messages of a stream under a subject, as `nats stream purge --subject` does. */
export async function purgeSubject(url: string, stream: string, filter: string): Promise<void> {
  const connection = await connect({ servers: url.split(',').map((one) => new URL(one).host), timeout: 2_000 });
  try {
    const { streams } = await jetstreamManager(connection, { timeout: 5_000 });
    await streams.purge(stream, { filter });
  } finally {
    await connection.close();
  }
}
