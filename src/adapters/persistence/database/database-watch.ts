import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isConnectionLost, StoreUnresponsiveError, sqlStateOf } from '../../../application/ports/store-errors';
import type { DatabaseSockets } from './database-sockets';
import { DATABASE_NOW_MS, type TimeSample } from './database-time';
import type { StorageFaults } from './storage-faults';

/**
 * Whether the database can be used: it answers; it cannot be reached, or refuses connections; the
 * same, because its disk is full or cannot be written; or it has stopped answering.
 */
export type DatabaseState = 'ANSWERING' | 'UNREACHABLE' | 'OUT_OF_SPACE' | 'UNRESPONSIVE';

export interface DatabaseWatchSettings {
  readonly url: string;
  /** The sockets to cut when the database stops answering. */
  readonly sockets: DatabaseSockets;
  readonly faults: StorageFaults;
  /** Whether the disk of a server on this host is full; false if that cannot be known. */
  readonly isDiskFull: () => Promise<boolean>;
  readonly onSample: (sample: TimeSample) => void;
  /** Called when the state changes, with the error that is the reason. */
  readonly onChange: (state: DatabaseState, error: unknown) => void;
}

interface Answer {
  readonly now: number;
  readonly isStandby: boolean;
}

/** The time between two questions, in milliseconds. */
const INTERVAL_MS = 500;
/** The time between two attempts to connect. */
const RETRY_MS = 250;
const TICK_MS = 250;
/**
 * The ticks within which an answer must come. They are counted and not timed: a process that is
 * busy itself, or was stopped, has not seen the answer that waits in its socket.
 */
const MAX_TICKS = 10;

/**
 * Asks the database for its time every half second, on a connection of its own. It measures the
 * clock of the database, and finds out within three and a half seconds that the database has
 * stopped answering. Then it cuts all connections, and it refuses new ones until there is an
 * answer. It also refuses them, with an error that says so, while the database is away because it
 * has no space.
 */
export class DatabaseWatch {
  private current: DatabaseState = 'ANSWERING';
  private client: Client | null = null;
  private socket: Socket | null = null;
  private readonly closed = new AbortController();
  private pausing = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly settings: DatabaseWatchSettings) {
    settings.faults.onEnd(() => {
      // An answer on the connection of the watch would be one from before the end.
      this.drop();
      this.change('OUT_OF_SPACE', null);
    });
  }

  get state(): DatabaseState {
    return this.current;
  }

  start(): void {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.closed.abort();
    this.pausing.abort();
    this.drop();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.closed.signal.aborted) {
      let pause = INTERVAL_MS;
      try {
        await this.ask();
        this.change('ANSWERING', null);
      } catch (error) {
        this.drop();
        pause = RETRY_MS;
        this.change(await this.stateAfter(error), error);
      }
      if (this.closed.signal.aborted) return;
      this.pausing = new AbortController();
      await sleep(pause, undefined, { signal: this.pausing.signal }).catch(() => undefined);
    }
  }

  /** Only an answer tells that a server which has ended for lack of space has it again. */
  private async stateAfter(error: unknown): Promise<DatabaseState> {
    if (error instanceof StoreUnresponsiveError) return 'UNRESPONSIVE';
    // A server that runs has refused the connection.
    if (sqlStateOf(error) !== null && !isConnectionLost(error)) return 'UNREACHABLE';
    const { faults, isDiskFull } = this.settings;
    const isFull = this.current === 'OUT_OF_SPACE' || faults.isRecent || (await isDiskFull());
    return isFull ? 'OUT_OF_SPACE' : 'UNREACHABLE';
  }

  /** @throws StoreUnresponsiveError if no answer comes; any error of the connection */
  private async ask(): Promise<void> {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
      if (ticks === MAX_TICKS) this.socket?.destroy();
    }, TICK_MS);
    try {
      const client = this.client ?? (await this.connect());
      const sentAt = performance.now();
      const { rows } = await client.query<Answer>(
        `SELECT ${DATABASE_NOW_MS} AS now, pg_is_in_recovery() AS "isStandby"`,
      );
      const [row] = rows;
      if (row !== undefined) this.settings.onSample({ sentAt, databaseNow: row.now, receivedAt: performance.now() });
      // The address may lead to the primary at the next question.
      if (row?.isStandby === true) this.drop();
    } catch (error) {
      throw ticks >= MAX_TICKS ? new StoreUnresponsiveError('UNANSWERED') : error;
    } finally {
      clearInterval(timer);
    }
  }

  private async connect(): Promise<Client> {
    const socket = new Socket();
    this.socket = socket;
    const client = new Client({
      connectionString: this.settings.url,
      application_name: 'stepdown-watch',
      keepAlive: true,
      stream: () => socket,
    });
    // The statement in progress, or the next one, reports the error.
    client.on('error', () => undefined);
    // A server that ends is asked at once, so that requests learn why.
    client.on('end', () => {
      if (this.client === client) this.pausing.abort();
    });
    await client.connect();
    this.client = client;
    return client;
  }

  private drop(): void {
    this.client = null;
    this.socket?.destroy();
    this.socket = null;
  }

  private change(state: DatabaseState, error: unknown): void {
    if (state === this.current || this.closed.signal.aborted) return;
    this.current = state;
    if (state === 'UNRESPONSIVE') this.settings.sockets.refuse();
    else if (state === 'OUT_OF_SPACE') this.settings.sockets.refuseUntilSpace();
    // A server that cannot be reached is found out by each connection, without a wait.
    else this.settings.sockets.accept();
    this.settings.onChange(state, error);
  }
}
