import { Client, type ClientConfig } from 'pg';
import type { LogPosition } from '../../application/ports/logged-event';
import { type EpochMs, least } from '../../domain/instant';
import { isLocked } from '../persistence/database/database-errors';
import { CONNECT_TIMEOUT_MS, limitTime } from '../persistence/database/time-limits';

const CHANNEL = 'stepdown_events';
/** Where `place_events` announces the last position. */
const POSITIONS = 'stepdown_positions';
/**
 * At most one NOTIFY is sent in this time, not one for each commit, because it takes a lock that
 * every committing transaction waits for.
 */
const COALESCE_MS = 20;
const LONGEST_BACKOFF_MS = 5_000;

export interface NotifyChannelSettings {
  /**
   * The URL of the database itself: LISTEN receives nothing through a pooler in transaction mode.
   * Null if there is none; then nothing is sent or received.
   */
  readonly url: string | null;
  /**
   * Called when another process has written a deadline, or may have recorded events. The argument
   * is the earliest deadline that it has written, null if it sent none.
   */
  readonly onWake: (nextDeadlineAt: EpochMs | null) => void;
  /** Called with the last position when a process has given positions to events. */
  readonly onPlaced: (position: LogPosition) => void;
  readonly onError?: (error: unknown) => void;
  /** Makes the socket of the connection; that of `pg` by default. */
  readonly stream?: NonNullable<ClientConfig['stream']>;
}

/**
 * Wakes the other processes on the database by LISTEN and NOTIFY, over a connection of its own. It
 * only saves time. If a notification is lost, the next poll finds the events.
 */
export class NotifyChannel {
  private client: Client | null = null;
  /** Before that, its connection is busy. */
  private isListening = false;
  private isClosed = false;
  private failures = 0;
  private reconnect: NodeJS.Timeout | null = null;
  private pending: NodeJS.Timeout | null = null;
  private isSending = false;
  private sendAgain = false;
  private nextDeadlineAt: EpochMs | null = null;

  constructor(private readonly settings: NotifyChannelSettings) {}

  /**
   * Resolves once it listens. If the connection fails, it resolves as well and retries in the
   * background.
   */
  async open(): Promise<void> {
    const { url } = this.settings;
    if (url === null) return;
    const client = new Client({
      connectionString: url,
      application_name: 'stepdown-events',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(this.settings.stream === undefined ? {} : { stream: this.settings.stream }),
    });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, null));
    client.on('notification', (message) => {
      if (message.channel === POSITIONS) this.settings.onPlaced(Number(message.payload));
      else if (message.processId !== ownProcess(client)) this.settings.onWake(deadlineIn(message.payload));
    });
    this.client = client;
    try {
      await client.connect();
      await limitTime(client);
      await client.query(`LISTEN ${CHANNEL}; LISTEN ${POSITIONS}`);
    } catch (error) {
      this.lost(client, error);
      return;
    }
    if (this.client !== client) return;
    this.failures = 0;
    this.isListening = true;
    if (this.nextDeadlineAt !== null) this.schedule();
    // Notifications sent before LISTEN were missed.
    this.settings.onWake(null);
  }

  /** Sends a NOTIFY within `COALESCE_MS`, one at a time. */
  notify(nextDeadlineAt: EpochMs | null): void {
    this.nextDeadlineAt = least([this.nextDeadlineAt, nextDeadlineAt]);
    this.schedule();
  }

  /** To be called when the database can be reached again, so that it does not wait longer. */
  retry(): void {
    if (this.reconnect === null || this.client !== null || this.isClosed) return;
    clearTimeout(this.reconnect);
    this.reconnect = null;
    void this.open();
  }

  private schedule(): void {
    if (this.isClosed) return;
    if (this.isSending) {
      this.sendAgain = true;
      return;
    }
    if (this.pending !== null) return;
    this.pending = setTimeout(() => {
      this.pending = null;
      void this.send();
    }, COALESCE_MS);
    this.pending.unref();
  }

  private async send(): Promise<void> {
    const { client } = this;
    if (client === null || !this.isListening) return;
    this.isSending = true;
    const payload = this.nextDeadlineAt ?? '';
    this.nextDeadlineAt = null;
    try {
      await client.query(`NOTIFY ${CHANNEL}, '${payload}'`);
    } catch (error) {
      // Another one is waiting for its disk. Nothing is lost: it is sent with the next.
      if (isLocked(error)) this.sendAgain = true;
      else this.lost(client, error);
      if (payload !== '') this.nextDeadlineAt = least([this.nextDeadlineAt, payload]);
    }
    this.isSending = false;
    if (!this.sendAgain) return;
    this.sendAgain = false;
    this.schedule();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.reconnect !== null) clearTimeout(this.reconnect);
    if (this.pending !== null) clearTimeout(this.pending);
    await this.client?.end().catch(() => undefined);
  }

  private lost(client: Client, error: unknown): void {
    if (this.client !== client || this.isClosed) return;
    this.client = null;
    this.isListening = false;
    if (error !== null) this.settings.onError?.(error);
    client.end().catch(() => undefined);
    this.failures += 1;
    const backoff = Math.min(LONGEST_BACKOFF_MS, 100 * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.reconnect = setTimeout(() => void this.open(), backoff);
    this.reconnect.unref();
  }
}

const ownProcess = (client: Client): number | null =>
  'processID' in client && typeof client.processID === 'number' ? client.processID : null;

const deadlineIn = (payload: string | undefined): EpochMs | null => (payload ? Number(payload) : null);
