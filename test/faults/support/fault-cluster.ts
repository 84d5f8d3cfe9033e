import { join } from 'node:path';
import { ask } from '../../support/program';
import { until, untilTrue } from '../../support/until';
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy';
import { type FaultDatabase, startFaultDatabase } from './fault-database';
import type { Outage } from './history';
import { MutationLoad } from './mutation-load';
import { readLog } from './read-log';
import { type Recorder, startRecorders } from './recorder';
import { type RecordingSink, startSink } from './recording-sink';
import { createReplica, type Environment, type Replica } from './replica';
import { untilSettled } from './settle';
import { mountSmallDisk, type SmallDisk } from './small-disk';
import { type Verdict, verdictOf } from './verdict';

export interface ClusterOptions {
  /** The mutations that are begun in a second. */
  readonly perSecond: number;
  /** A deadline may be recorded so much later than it was due. */
  readonly mostLateMs: number;
  /** Whether the replicas reach the database through a proxy. */
  readonly isProxied?: boolean;
  /** More environment for the replicas, by their number from 0. */
  readonly environmentOf?: (index: number) => Environment;
  /** The size of a disk for PostgreSQL alone, which can be filled. */
  readonly diskMegabytes?: number;
}

const REPLICAS = 3;
const CLIENTS = 32;
const POLICY = join(__dirname, 'short-deadlines.yaml');

/**
 * Three replicas on a database of their own, with clients that change tickets all the time, a
 * subscriber on each transport and the endpoint of a webhook. A fault breaks some of it; then the
 * history of the run is checked.
 */
export class FaultCluster {
  readonly outages: Outage[] = [];
  private readonly began = performance.now();

  private constructor(
    private readonly options: ClusterOptions,
    readonly database: FaultDatabase,
    readonly replicas: readonly Replica[],
    private readonly mayHaveProxy: DatabaseProxy | null,
    private readonly mayHaveDisk: SmallDisk | null,
    readonly load: MutationLoad,
    readonly recorders: readonly Recorder[],
    readonly sink: RecordingSink,
  ) {}

  /** Starts everything, and waits until clients get answers and observers get events. */
  static async start(options: ClusterOptions): Promise<FaultCluster> {
    const disk = options.diskMegabytes === undefined ? null : mountSmallDisk(options.diskMegabytes);
    const closing: (() => Promise<unknown>)[] = [async () => disk?.remove()];
    try {
      const database = await startFaultDatabase(disk?.folder);
      closing.unshift(() => database.remove());
      const proxy = options.isProxied ? await startDatabaseProxy(database.port) : null;
      if (proxy !== null) closing.unshift(() => proxy.close());
      const sink = await startSink();
      closing.unshift(() => sink.close());
      const url = new URL(database.url);
      if (proxy !== null) url.port = `${proxy.port}`;
      const environment: Environment = {
        DATABASE_URL: url.href,
        STEPDOWN_POLICY_FILE: POLICY,
        STEPDOWN_ENCRYPTION_KEYS: `faults:${Buffer.alloc(32, 7).toString('base64')}`,
        STEPDOWN_WEBHOOK_NETWORKS: '127.0.0.1/32',
      };
      const replicas = await Promise.all(
        Array.from({ length: REPLICAS }, (_, index) =>
          createReplica(`replica ${index + 1}`, { ...environment, ...options.environmentOf?.(index) }),
        ),
      );
      closing.unshift(() => Promise.all(replicas.map((replica) => replica.end('SIGKILL'))));
      // The first creates the tables.
      for (const replica of replicas.slice(0, 1)) await replica.start();
      await Promise.all(replicas.slice(1).map((replica) => replica.start()));
      const urls = replicas.map((replica) => replica.url);
      sink.trust(await createWebhook(urls[0] ?? '', sink.url));
      const recorders = startRecorders(urls);
      closing.unshift(async () => {
        for (const recorder of recorders) recorder.close();
      });
      const load = new MutationLoad({ urls, perSecond: options.perSecond, clients: CLIENTS });
      closing.unshift(async () => load.abandon());
      const cluster = new FaultCluster(options, database, replicas, proxy, disk, load, recorders, sink);
      await untilTrue(() => {
        load.check();
        return [sink, ...recorders].every(({ ids }) => ids.length > 0);
      });
      return cluster;
    } catch (error) {
      for (const close of closing) await close().catch(() => undefined);
      throw error;
    }
  }

  get proxy(): DatabaseProxy {
    if (this.mayHaveProxy === null) throw new Error('This fault needs isProxied');
    return this.mayHaveProxy;
  }

  get isProxied(): boolean {
    return this.mayHaveProxy !== null;
  }

  get disk(): SmallDisk {
    if (this.mayHaveDisk === null) throw new Error('This fault needs diskMegabytes');
    return this.mayHaveDisk;
  }

  /** Resolves when the clients have got so many answers more. */
  async untilAnswered(count: number): Promise<void> {
    const from = this.load.answered.length;
    await until(
      () => {
        this.load.check();
        return this.load.answered.length - from;
      },
      (answered) => answered >= count,
    ).catch(async (cause: unknown) => {
      throw new Error(`Clients got ${JSON.stringify([...this.load.failures])}; ${await this.activity()}`, { cause });
    });
  }

  /** What the connections of the database do, for the message of a failure. */
  private async activity(): Promise<string> {
    const rows = await this.database
      .query(
        `SELECT pid, state, wait_event_type, wait_event, round(extract(epoch FROM now() - state_change)) AS seconds,
                pg_blocking_pids(pid) AS blocked_by, left(query, 100) AS query
           FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'`,
      )
      .catch((error: unknown) => [{ error: String(error) }]);
    const warned = this.replicas.flatMap(({ name, logged }) =>
      logged()
        .slice(-3)
        .map((line) => `${name}: ${JSON.stringify(line).slice(0, 500)}`),
    );
    return [...rows.map((row) => JSON.stringify(row)), ...warned].join('\n');
  }

  /**
   * Does what makes the whole service unable to work, and waits until all of it is ready again.
   *
   * @param breakIt resolves when the cause is mended
   * @returns how long the service needed after that, in milliseconds
   */
  async outage(breakIt: () => Promise<void>): Promise<number> {
    const from = Date.now();
    await breakIt();
    const mended = performance.now();
    await Promise.all(this.replicas.map((replica) => replica.untilReady()));
    const recoveryMs = performance.now() - mended;
    this.outages.push({ from, to: Date.now() });
    return recoveryMs;
  }

  /** Ends the claims of processes that are gone, which would be waited for otherwise. */
  async endClaims(): Promise<void> {
    await this.database.query(
      "UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'PENDING' AND next_attempt_at > now()",
    );
  }

  /**
   * Stops the clients, waits until every observer has the end of the log, and checks the history.
   *
   * @param isPatient whether it waits for claims of processes that are gone
   * @returns what was violated, and the figures of the run
   */
  async verdict(isPatient: boolean): Promise<Verdict> {
    await this.load.stop();
    const seconds = (performance.now() - this.began) / 1_000;
    if (!isPatient) await this.endClaims();
    const unsettled = await untilSettled(this.database, [...this.recorders, this.sink]);
    const log = await readLog(this.database);
    const verdict = verdictOf({ ...this, log, seconds, mostLateMs: this.options.mostLateMs });
    return { ...verdict, violations: [...unsettled, ...verdict.violations] };
  }

  /** Ends everything, also after a failure. */
  async close(): Promise<void> {
    this.load.abandon();
    for (const recorder of this.recorders) recorder.close();
    await Promise.allSettled(this.replicas.map((replica) => replica.end('SIGKILL')));
    await Promise.allSettled([this.sink.close(), this.mayHaveProxy?.close()]);
    await this.database.remove();
    this.mayHaveDisk?.remove();
  }
}

async function createWebhook(url: string, target: string): Promise<string> {
  const query = `mutation ($url: String!) { createWebhook(input: { url: $url }) { secret userErrors { message } } }`;
  const { createWebhook: created } = await ask<{ createWebhook: { secret: string | null; userErrors: unknown[] } }>(
    url,
    query,
    { url: target },
  );
  if (created.secret === null) throw new Error(`The webhook is refused: ${JSON.stringify(created.userErrors)}`);
  return created.secret;
}
