import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { createTicketPasts } from '../../src/adapters/persistence/tickets/postgres-ticket-pasts';
import { createWebhookQueue } from '../../src/adapters/persistence/webhooks/postgres-webhook-queue';
import { createWebhooks } from '../../src/adapters/persistence/webhooks/postgres-webhooks';
import { secretBoxOf } from '../../src/adapters/webhooks/encryption-keys';
import { ReachableAddresses } from '../../src/adapters/webhooks/reachable-addresses';
import { DeliverySubjects } from '../../src/application/webhooks/delivery-subjects';
import type { WebhookServices } from '../../src/application/webhooks/webhook-services';
import type { TestStore } from './store';

/** What the API needs of webhooks, without anything that sends. */
export function webhookServicesOf({ pool, policies, reader }: TestStore): WebhookServices {
  const queue = createWebhookQueue(pool);
  return {
    store: createWebhooks(pool),
    targets: new ReachableAddresses([]),
    secrets: secretBoxOf([]),
    subjects: new DeliverySubjects({ pasts: createTicketPasts(pool), policies, reader, queue }),
    ids: toGlobalId,
    wake: () => undefined,
  };
}
