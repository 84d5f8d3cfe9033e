import type { Logger } from 'pino';
import { toGlobalId } from '../adapters/graphql/base/global-id';
import { createEventLog } from '../adapters/persistence/log/postgres-event-log';
import { createTicketPasts } from '../adapters/persistence/tickets/postgres-ticket-pasts';
import { createWebhookQueue } from '../adapters/persistence/webhooks/postgres-webhook-queue';
import { createWebhooks } from '../adapters/persistence/webhooks/postgres-webhooks';
import { secretBoxOf } from '../adapters/webhooks/encryption-keys';
import { HttpWebhookSender } from '../adapters/webhooks/http-webhook-sender';
import { ReachableAddresses } from '../adapters/webhooks/reachable-addresses';
import type { TicketReader } from '../application/ports/ticket-reader';
import type { Backlog } from '../application/ports/webhook-queue';
import type { DeliveryCounts } from '../application/webhooks/delivery-sender';
import { DeliverySender } from '../application/webhooks/delivery-sender';
import { DeliverySubjects } from '../application/webhooks/delivery-subjects';
import { EnabledWebhooks } from '../application/webhooks/enabled-webhooks';
import { LogMatcher } from '../application/webhooks/log-matcher';
import { WebhookDispatcher } from '../application/webhooks/webhook-dispatcher';
import type { WebhookServices } from '../application/webhooks/webhook-services';
import { type Config } from '../config';
import { packageVersion } from '../config/package-root';
import { DAY_MS, MINUTE_MS } from '../domain/instant';
import type { Store } from './open-store';
import { runEvery } from './run-every';

/** The webhooks of a service that runs. */
export interface RunningWebhooks {
  readonly services: WebhookServices;
  /** What this process has done since its start. */
  readonly counts: DeliveryCounts;
  /** Whether this process cannot read an event of a newer version, and leaves it to others. */
  readonly isOutdated: boolean;
  /** What waits, of all processes. */
  backlog(): Promise<Backlog>;
  /** To be called when the log may have new events. */
  wake(): void;
  close(): Promise<void>;
}

/** Starts to send events to webhooks. */
export function openWebhooks(config: Config, store: Store, reader: TicketReader, logger: Logger): RunningWebhooks {
  const { pool, clock, policies } = store;
  const queue = createWebhookQueue(pool);
  const addresses = new ReachableAddresses(config.webhookNetworks);
  const sender = new HttpWebhookSender(addresses, `Stepdown/${packageVersion()}`);
  const reading = { pasts: createTicketPasts(pool), policies };
  const subjects = new DeliverySubjects({ ...reading, reader, queue });
  const enabled = new EnabledWebhooks(queue, clock);
  const secrets = secretBoxOf(config.encryptionKeys);
  const matcher = new LogMatcher({
    ...reading,
    log: createEventLog(pool, 'lookups'),
    queue,
    webhooks: enabled,
    clock,
    onDamaged: (error) => logger.error({ err: error }, 'an event of the log cannot be read; webhooks lack it'),
    onNewer: ({ position, error }) =>
      logger.warn(
        { position, err: error },
        'a newer version wrote an event; this process leaves webhooks to processes that can read it',
      ),
    onMissed: ({ id, url }, removedTo) =>
      logger.error({ webhookId: id, url, removedTo }, 'events were removed from the log before a webhook got them'),
  });
  const deliveries = new DeliverySender({
    queue,
    webhooks: enabled,
    subjects,
    sender,
    secrets,
    ids: toGlobalId,
    clock,
    random: Math.random,
    onFree: () => dispatcher.wakeSending(),
    onDisabled: ({ id, url, disabledReason }, detail) =>
      logger.warn({ webhookId: id, url, reason: disabledReason, detail }, 'a webhook was disabled'),
    onError: (error) =>
      logger.warn({ err: error }, 'the answer of an endpoint could not be recorded; it is sent again'),
  });
  const dispatcher = new WebhookDispatcher(matcher, deliveries, {
    onError: (error) => logger.warn({ err: error }, 'webhooks cannot be sent at the moment'),
  });
  dispatcher.start();
  const stopRepairs = runEvery(MINUTE_MS, async () => {
    try {
      for (const { id } of await enabled.all()) await queue.repair(id, clock.now());
    } catch (error) {
      logger.debug({ err: error }, 'the order of deliveries could not be checked; retrying in one minute');
    }
  });
  const stopPurging = runEvery(DAY_MS, async () => {
    try {
      await queue.purge(clock.now() - config.webhookRetentionDays * DAY_MS);
    } catch (error) {
      logger.warn({ err: error }, 'old deliveries of webhooks could not be deleted; retrying in one day');
    }
  });
  const wake = (): void => {
    enabled.forget();
    dispatcher.wake();
    dispatcher.wakeSending();
  };
  return {
    services: { store: createWebhooks(pool), targets: addresses, secrets, subjects, ids: toGlobalId, wake },
    get counts() {
      return dispatcher.counts;
    },
    get isOutdated() {
      return matcher.newer !== null;
    },
    backlog: () => queue.backlog(),
    wake: () => dispatcher.wake(),
    close: async () => {
      await Promise.all([stopRepairs(), stopPurging(), dispatcher.close()]);
      sender.close();
    },
  };
}
