import type { Refusal } from '../../domain/ticket/refusals';
import { requireKept } from '../events/event-cursor';
import type { Caller } from '../ports/caller';
import type { KeyUse } from '../ports/idempotency';
import type { LogPosition } from '../ports/logged-event';
import type { Services } from '../ports/services';
import type { Webhook, WebhookDelivery } from '../ports/webhooks';

/** ONE delivery, those that FAILED or were cancelled, or ALL that match the filter. */
export const REPLAY_SCOPES = ['ONE', 'FAILED', 'ALL'] as const;
export type ReplayScope = (typeof REPLAY_SCOPES)[number];

export interface ReplayRequest {
  readonly webhookId: string;
  readonly scope: ReplayScope;
  /** Events after this position; null if a delivery is given. */
  readonly after: LogPosition | null;
  /** This delivery, and with FAILED and ALL those after it; null if a position is given. */
  readonly deliveryId: string | null;
}

type Deps = Pick<Services, 'webhooks' | 'clock' | 'log'>;

const refusedReplay = (refusal: Refusal) => ({ webhook: null, refusal });
const invalid = (field: string, expected: string) => refusedReplay({ code: 'InvalidInput', field, expected });

/**
 * Sends deliveries again. They have the same `webhook-id` as before. What is pending stays pending.
 *
 * @throws CursorExpired, CursorAhead
 */
export async function replayWebhook(
  { webhooks, clock, log }: Deps,
  caller: Caller,
  { webhookId, scope, after, deliveryId }: ReplayRequest,
  use: KeyUse | null,
): Promise<{ readonly webhook: Webhook | null; readonly refusal: Refusal | null }> {
  if ((after === null) === (deliveryId === null)) return invalid('after', 'takes a cursor, or deliveryId a delivery');
  if (scope === 'ONE' && deliveryId === null) return invalid('scope', 'takes ONE only together with deliveryId');
  const webhook = await webhooks.store.byId(caller, webhookId);
  if (webhook === null) return refusedReplay({ code: 'NotFound', kind: 'Webhook', id: webhookId });
  const delivery = deliveryId === null ? null : await webhooks.store.deliveryById(caller, deliveryId);
  if (deliveryId !== null && delivery?.webhookId !== webhookId) {
    return refusedReplay({ code: 'NotFound', kind: 'WebhookDelivery', id: deliveryId });
  }
  const from = after ?? (scope === 'ONE' ? 0 : positionBefore(delivery));
  if (from === null) return invalid('deliveryId', 'takes the delivery of an event, unless scope is ONE');
  if (scope === 'ALL') requireKept(from, await log.bounds());
  const replay = {
    webhookId,
    after: from,
    onlyFailed: scope === 'FAILED',
    deliveryId: scope === 'ONE' ? deliveryId : null,
  };
  const replayed = await webhooks.store.replay(replay, caller.actor, use, clock.now());
  if (replayed === null) return refusedReplay({ code: 'NotFound', kind: 'Webhook', id: webhookId });
  if (replayed === 'KEY_REUSED') return refusedReplay({ code: 'IdempotencyKeyReused', key: use?.key ?? '' });
  webhooks.wake();
  return { webhook: replayed, refusal: null };
}

const positionBefore = (delivery: WebhookDelivery | null): LogPosition | null =>
  delivery === null || delivery.position === null ? null : delivery.position - 1;

/** Adds a message that tests an endpoint. It is sent at once. */
export async function testWebhook(
  { webhooks, clock }: Deps,
  caller: Caller,
  webhookId: string,
  use: KeyUse | null,
): Promise<{ readonly delivery: WebhookDelivery | null; readonly refusal: Refusal | null }> {
  const notFound: Refusal = { code: 'NotFound', kind: 'Webhook', id: webhookId };
  const webhook = await webhooks.store.byId(caller, webhookId);
  if (webhook === null) return { delivery: null, refusal: notFound };
  if (webhook.disabledReason !== null) {
    const expected = 'takes a webhook that is enabled; enable it with updateWebhook';
    return { delivery: null, refusal: { code: 'InvalidInput', field: 'webhookId', expected } };
  }
  const delivery = await webhooks.store.addTest(webhookId, caller.actor, use, clock.now());
  if (delivery === null) return { delivery: null, refusal: notFound };
  if (delivery === 'KEY_REUSED') {
    return { delivery: null, refusal: { code: 'IdempotencyKeyReused', key: use?.key ?? '' } };
  }
  webhooks.wake();
  return { delivery, refusal: null };
}

/** Deletes a webhook with its deliveries. What is being sent may still arrive. */
export async function deleteWebhook(
  { webhooks, clock }: Deps,
  caller: Caller,
  webhookId: string,
  use: KeyUse | null,
): Promise<Refusal | null> {
  const removed = await webhooks.store.remove(caller, webhookId, caller.actor, use, clock.now());
  if (removed === 'KEY_REUSED') return { code: 'IdempotencyKeyReused', key: use?.key ?? '' };
  if (!removed) return { code: 'NotFound', kind: 'Webhook', id: webhookId };
  webhooks.wake();
  return null;
}
