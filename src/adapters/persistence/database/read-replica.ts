import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { DatabaseSockets } from './database-sockets';
import type { Queryable } from './sql';
import { CONNECT_TIMEOUT_MS } from './time-limits';

/** Whether a replica is read: it has what it needs, is too far behind, or does not answer. */
export type ReplicaState = 'IN_USE' | 'BEHIND' | 'AWAY';

export interface ReadReplicaSettings {
  readonly url: string;
  /** The connections to it, prepared as those to the primary. */
  readonly pool: Pool;
  /** Their sockets, and no others. */
  readonly sockets: DatabaseSockets;
  /** The primary, which is asked how far it is. */
  readonly primary: Queryable;
  /** The most that it may be behind, in milliseconds. */
  readonly maxLagMs: number;
  readonly onChange: (state: ReplicaState, error: unknown) => void;
}

/** The time between two checks. */
const CHECK_EVERY_MS = 500;
/** How long a replica may take to answer a check. */
const CHECK_TIMEOUT_MS = 2_000;
/** How many of the last positions of the primary are kept: those of some minutes. */
const MOST_SAMPLES = 1_000;

/** A position in the write-ahead log of the primary, and when it was read. */
interface Sample {
  readonly at: number;
  readonly position: bigint;
}

/**
 * A standby that answers lists and reports. It has had everything that the primary had some time
 * ago; that time is measured by positions in the log of the primary, and by no clock of a server,
 * so that a standby that has lost its connection to the primary is found to be behind.
 */
export class ReadReplica {
  readonly pool: Pool;
  private current: ReplicaState = 'AWAY';
  private lag: number | null = null;
  private samples: Sample[] = [];
  private client: Client | null = null;
  private readonly closed = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly settings: ReadReplicaSettings) {
    this.pool = settings.pool;
  }

  get state(): ReplicaState {
    return this.current;
  }

  /** How far it is behind at most, in milliseconds; null if that is not known. */
  get lagMs(): number | null {
    return this.lag === null ? null : Math.round(this.lag);
  }

  /** Resolves after the first check. */
  async start(): Promise<void> {
    await this.check();
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.closed.abort();
    await this.running;
    await this.client?.end().catch(() => undefined);
    await this.pool.end();
    this.settings.sockets.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.closed;
    while (!signal.aborted) {
      await sleep(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.check();
    }
  }

  private async check(): Promise<void> {
    const { maxLagMs, sockets } = this.settings;
    await this.sample();
    try {
      const position = await this.replayed();
      const reached = this.samples.findLast((sample) => sample.position <= position);
      this.lag = reached === undefined ? null : performance.now() - reached.at;
      sockets.accept();
      this.change(this.lag !== null && this.lag <= maxLagMs ? 'IN_USE' : 'BEHIND', null);
    } catch (error) {
      this.client?.end().catch(() => undefined);
      this.client = null;
      this.lag = null;
      // Statements that wait for it are sent to the primary.
      sockets.refuse();
      this.change('AWAY', error);
    }
  }

  /** Without an answer of the primary, the replica falls behind what is known of it. */
  private async sample(): Promise<void> {
    const at = performance.now();
    try {
      const { rows } = await this.settings.primary.query<{ position: string }>({ text: PRIMARY_POSITION });
      this.samples = [...this.samples.slice(1 - MOST_SAMPLES), { at, position: positionOf(rows[0]?.position) }];
    } catch {
      // The watch of the primary says so.
    }
  }

  /** @throws NotAReplica; errors of the connection */
  private async replayed(): Promise<bigint> {
    this.client ??= await this.connect();
    const { rows } = await this.client.query<{ position: string | null }>(REPLAYED_POSITION);
    const position = rows[0]?.position ?? null;
    if (position === null) throw new NotAReplica();
    return positionOf(position);
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.settings.url,
      application_name: 'stepdown-replica-watch',
      connectionTimeoutMillis: Math.min(CHECK_TIMEOUT_MS, CONNECT_TIMEOUT_MS),
      query_timeout: CHECK_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  private change(state: ReplicaState, error: unknown): void {
    if (state === this.current || this.closed.signal.aborted) return;
    this.current = state;
    this.settings.onChange(state, error);
  }
}

/** The server of `DATABASE_REPLICA_URL` replays no log: it was promoted, or never was a standby. */
export class NotAReplica extends Error {
  override readonly name = 'NotAReplica';
  constructor() {
    super('The server of DATABASE_REPLICA_URL is no standby');
  }
}

const PRIMARY_POSITION = 'SELECT pg_current_wal_flush_lsn()::text AS position';
const REPLAYED_POSITION = 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text END AS position';

/** The number of a position, which is written as two halves such as `16/B374D848`. */
function positionOf(text = '0/0'): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
