import type { ClaimedDelivery } from '../../../application/ports/webhook-queue';
import type { SealedWebhook, WebhookDelivery } from '../../../application/ports/webhooks';
import type { WebhookDeliveryRow, WebhookRow } from '../tables';

export const webhookOf = (row: WebhookRow): SealedWebhook => ({
  id: row.id,
  url: row.url,
  description: row.description,
  format: row.format,
  filter: row.filter,
  clientIds: row.client_ids,
  reportsDisabledWebhooks: row.reports_disabled_webhooks,
  disabledReason: row.disabled_reason,
  disabledAt: row.disabled_at,
  failingSince: row.failing_since,
  position: Number(row.position),
  payloadVersion: row.payload_version,
  version: row.version,
  createdAt: row.created_at,
  createdBy: row.created_by,
  updatedAt: row.updated_at,
  owner: row.owner,
  sealed: row.sealed,
});

export const deliveryOf = (row: WebhookDeliveryRow): WebhookDelivery => ({
  id: row.id,
  webhookId: row.webhook_id,
  kind: row.kind,
  position: row.position === null ? null : Number(row.position),
  ticketId: row.ticket_id,
  eventNumber: row.event_number,
  clientId: row.client_id,
  aboutWebhookId: row.about_webhook_id,
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  lastAttemptAt: row.last_attempt_at,
  statusCode: row.status_code,
  error: row.error,
  durationMs: row.duration_ms,
  response: row.response,
  createdAt: row.created_at,
  endedAt: row.ended_at,
});

export const claimedOf = (row: WebhookDeliveryRow): ClaimedDelivery => ({ ...deliveryOf(row), claim: row.claim });
