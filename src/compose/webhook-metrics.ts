import type { Metric } from '../adapters/http/metrics';
import type { Clock } from '../application/ports/clock';
import type { Backlog } from '../application/ports/webhook-queue';
import { SECOND_MS } from '../domain/instant';
import type { RunningWebhooks } from './open-webhooks';

/** What `/metrics` says of webhooks. */
export function webhookMetrics(
  webhooks: Pick<RunningWebhooks, 'counts' | 'isOutdated' | 'backlog'>,
  clock: Clock,
): readonly Metric[] {
  // Two metrics of one scrape ask for it in the same turn, and share one reading.
  let reading: Promise<Backlog | null> | null = null;
  const backlog = (): Promise<Backlog | null> => {
    reading ??= webhooks
      .backlog()
      .catch(() => null)
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  return [
    {
      name: 'webhook_delivered_total',
      help: 'Deliveries of this process that an endpoint has accepted',
      read: () => webhooks.counts.delivered,
    },
    {
      name: 'webhook_failed_attempts_total',
      help: 'Attempts of this process that failed',
      read: () => webhooks.counts.failedAttempts,
    },
    {
      name: 'webhook_given_up_total',
      help: 'Deliveries that this process gave up after the last attempt',
      read: () => webhooks.counts.givenUp,
    },
    {
      name: 'webhook_fenced_total',
      help: 'Results of this process that were refused, because another process had claimed the delivery since',
      read: () => webhooks.counts.fenced,
    },
    {
      name: 'webhook_disabled_total',
      help: 'Webhooks that this process disabled',
      read: () => webhooks.counts.disabledWebhooks,
    },
    {
      name: 'webhook_in_flight',
      help: 'Deliveries that this process is sending',
      read: () => webhooks.counts.inFlight,
    },
    {
      name: 'webhook_outdated',
      help: 'Whether this process left webhooks to others (1) because it cannot read an event of a newer version',
      read: () => (webhooks.isOutdated ? 1 : 0),
    },
    {
      name: 'webhook_pending',
      help: 'Deliveries that wait, of all processes',
      read: async () => (await backlog())?.pending ?? null,
    },
    {
      name: 'webhook_oldest_pending_seconds',
      help: 'How long the oldest delivery that waits has done so, of all processes',
      read: async () => {
        const found = await backlog();
        if (found === null) return null;
        return found.oldestAt === null ? 0 : Math.max(0, clock.now() - found.oldestAt) / SECOND_MS;
      },
    },
  ];
}
