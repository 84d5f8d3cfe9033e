import type { Logger } from 'pino';
import type { EventBusSettings } from '../adapters/bus/bus-settings';
import { NatsBus } from '../adapters/bus/nats-bus';
import { toGlobalId } from '../adapters/graphql/base/global-id';
import type { Metric } from '../adapters/http/metrics';
import { createBusPositions } from '../adapters/persistence/bus/postgres-bus-positions';
import { createEventLog } from '../adapters/persistence/log/postgres-event-log';
import { createTicketPasts } from '../adapters/persistence/tickets/postgres-ticket-pasts';
import { BusPublisher, type ReadableMessages } from '../application/bus/bus-publisher';
import { busMessage } from '../application/bus/cloud-event';
import { readableChanges } from '../application/events/readable-changes';
import type { PlacedEvent } from '../application/ports/event-log';
import type { Store } from './open-store';

/** The bus of a service that publishes. */
export interface RunningBus {
  readonly metrics: readonly Metric[];
  /** To be called when the log may have new events. */
  wake(): void;
  close(): Promise<void>;
}

/** Starts to publish the log to NATS JetStream. */
export function openEventBus(settings: EventBusSettings, { pool, policies }: Store, logger: Logger): RunningBus {
  const reading = { pasts: createTicketPasts(pool), policies };
  const onDamaged = (error: unknown): void =>
    logger.error({ err: error }, 'an event of the log cannot be read; the event bus lacks it');
  const messagesOf = async (events: readonly PlacedEvent[]): Promise<ReadableMessages> => {
    const { changes, newer } = await readableChanges(reading, events, onDamaged);
    return { messages: [...changes.values()].map((change) => busMessage(change, toGlobalId, settings.source)), newer };
  };
  const publisher = new BusPublisher({
    log: createEventLog(pool, 'lookups'),
    bus: new NatsBus(settings),
    positions: createBusPositions(pool, `nats/${settings.stream}`),
    messagesOf,
    start: settings.start === 'now' ? 'NOW' : 'BEGINNING',
    onError: (error) =>
      logger.warn({ err: error }, 'the event bus cannot be reached; what it lacks is published later'),
    onRecovered: () => logger.info({ position: publisher.position }, 'the event bus is published to again'),
    onMissed: (from, to) =>
      logger.error({ from, to }, 'events were removed from the log before the event bus got them'),
    onDamaged,
    onNewer: ({ position, error }) =>
      logger.warn(
        { position, err: error },
        'a newer version wrote an event; this process leaves the event bus to processes that can read it',
      ),
  });
  publisher.start();
  return { metrics: busMetrics(publisher), wake: () => publisher.wake(), close: () => publisher.close() };
}

/** What `/metrics` says of the bus. */
const busMetrics = (publisher: BusPublisher): readonly Metric[] => [
  {
    name: 'event_bus_position',
    help: 'Last position of the event log that this process has published; only of the process that publishes',
    read: () => (publisher.isHolder ? publisher.position : null),
  },
  {
    name: 'event_bus_published_total',
    help: 'Events that this process has published',
    read: () => publisher.published,
  },
  {
    name: 'event_bus_outdated',
    help: 'Whether this process left publishing to others (1) because it cannot read an event of a newer version',
    read: () => (publisher.newer === null ? 0 : 1),
  },
];
