import { readFile } from 'node:fs/promises';
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nanos,
} from '@nats-io/transport-node';
import { positionOfCursor } from '../../application/events/event-cursor';
import { type BusMessage, BusMoved, type EventBus } from '../../application/ports/event-bus';
import type { LogPosition } from '../../application/ports/logged-event';
import { OtherSystemError } from '../../application/ports/other-system-error';
import { DAY_MS, MINUTE_MS } from '../../domain/instant';
import type { EventBusSettings } from './bus-settings';

/** How long connecting and each answer of the broker may take. */
const BUS_TIMEOUT_MS = 5_000;
/** How long the broker recognises a repeated message by its id. */
const DUPLICATES_MS = 10 * MINUTE_MS;

const STREAM_NOT_FOUND = 10_059;
const NO_MESSAGE_FOUND = 10_037;
/** The broker has another last message than the one that was expected. */
const OTHER_LAST_MESSAGE: readonly number[] = [10_070, 10_071];

/** The stream exists, but takes other subjects. */
export class UnusableStream extends Error {
  override readonly name = 'UnusableStream';
  constructor(stream: string, subject: string) {
    super(
      `The JetStream stream ${stream} does not take the subject ${subject}.>: add it to the stream, or set EVENT_BUS_STREAM or EVENT_BUS_SUBJECT to others.`,
    );
  }
}

interface Open {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly stream: JetStreamClient;
}

/** The event bus on NATS JetStream. */
export class NatsBus implements EventBus {
  private open: Open | null = null;
  private lastSequence = 0;

  constructor(private readonly settings: Omit<EventBusSettings, 'start' | 'source'>) {}

  lastPosition(): Promise<LogPosition | null> {
    return ofBroker(async () => {
      const { stream, subject } = this.settings;
      const { manager } = await this.connected();
      const info = await this.streamOf(manager);
      this.lastSequence = info.state.last_seq;
      const message = await manager.streams.getMessage(stream, { last_by_subj: `${subject}.>` }).catch(missing);
      return message === null ? null : positionIn(message.string());
    });
  }

  publish(messages: readonly BusMessage[]): Promise<void> {
    return ofBroker(() => this.add(messages));
  }

  private async add(messages: readonly BusMessage[]): Promise<void> {
    const { stream: js } = await this.connected();
    const { stream, subject } = this.settings;
    // By its number, because a broker that was restarted may not know the id of its last message.
    let before: string | null = null;
    const sent = messages.map((message) => {
      const last = before === null ? { lastSequence: this.lastSequence } : { lastMsgID: before };
      before = message.id;
      return js.publish([subject, ...message.subject].join('.'), message.body, {
        msgID: message.id,
        timeout: BUS_TIMEOUT_MS,
        expect: { streamName: stream, ...last },
      });
    });
    const results = await Promise.allSettled(sent);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected') {
      const last = results.at(-1);
      if (last?.status === 'fulfilled') this.lastSequence = last.value.seq;
      return;
    }
    const { reason } = failed;
    throw reason instanceof JetStreamApiError && OTHER_LAST_MESSAGE.includes(reason.code) ? new BusMoved() : reason;
  }

  async close(): Promise<void> {
    const { open } = this;
    this.open = null;
    await open?.connection.close();
  }

  private async connected(): Promise<Open> {
    if (this.open !== null && !this.open.connection.isClosed()) return this.open;
    const connection = await connect(await this.options());
    try {
      const timeout = BUS_TIMEOUT_MS;
      const manager = await jetstreamManager(connection, { timeout, checkAPI: true });
      this.open = { connection, manager, stream: jetstream(connection, { timeout }) };
      return this.open;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private async options(): Promise<ConnectionOptions> {
    const { servers, credentialsFile } = this.settings;
    const [first] = servers;
    const user = decodeURIComponent(first?.username ?? '');
    const pass = decodeURIComponent(first?.password ?? '');
    return {
      servers: servers.map(({ host }) => host),
      name: 'stepdown',
      timeout: BUS_TIMEOUT_MS,
      // The publisher asks the broker for its last message before it goes on.
      reconnect: false,
      ...(user !== '' && pass !== '' ? { user, pass } : user === '' ? {} : { token: user }),
      ...(servers.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
      ...(credentialsFile === null ? {} : { authenticator: credsAuthenticator(await readFile(credentialsFile)) }),
    };
  }

  /** @throws UnusableStream */
  private async streamOf({ streams }: JetStreamManager): Promise<StreamInfo> {
    const { stream: name, subject, replicas, maxAgeDays } = this.settings;
    const known = await streams.info(name).catch(missing);
    if (known !== null) {
      if (known.config.subjects?.some((taken) => takes(taken, subject)) !== true)
        throw new UnusableStream(name, subject);
      return known;
    }
    return streams.add({
      name,
      subjects: [`${subject}.>`],
      description: 'The event log of Stepdown',
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      num_replicas: replicas,
      max_age: maxAgeDays === 0 ? 0 : nanos(maxAgeDays * DAY_MS),
      duplicate_window: nanos(DUPLICATES_MS),
    });
  }
}

/** Makes what the broker and its client throw known as not of the database. */
async function ofBroker<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BusMoved || error instanceof UnusableStream) throw error;
    throw new OtherSystemError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Whether a stream with this subject takes everything below another. */
const takes = (taken: string, subject: string): boolean =>
  taken === '>' || (taken.endsWith('.>') && `${subject}.`.startsWith(taken.slice(0, -1)));

function missing(error: unknown): null {
  if (error instanceof JetStreamApiError && [STREAM_NOT_FOUND, NO_MESSAGE_FOUND].includes(error.code)) return null;
  throw error;
}

function positionIn(body: string): LogPosition | null {
  try {
    const { sequence } = JSON.parse(body) as { readonly sequence?: unknown };
    return typeof sequence === 'string' ? positionOfCursor(sequence) : null;
  } catch {
    return null;
  }
}
