import type { Replay, Webhook, WebhookChanges } from '../../../application/ports/webhooks';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { recordChange } from '../access/postgres-audit-log';
import { instantText, type Queryable, rowsOf } from '../database/sql';
import type { WebhookRow } from '../tables';
import { ARRANGE_WEBHOOK } from './statements/match-deliveries';
import { webhookOf } from './webhook-rows';

/** Changes a webhook, which the transaction has locked. */
export async function changeWebhook(
  tx: Queryable,
  id: string,
  changes: WebhookChanges,
  by: Actor,
  now: EpochMs,
): Promise<Webhook | null> {
  const columns = columnsOf(changes, now);
  const assignments = columns.map(([column], index) => `${column} = $${index + 3}`);
  const [row] = await rowsOf<WebhookRow>(tx, {
    text: `UPDATE webhooks SET ${['version = version + 1', 'updated_at = $2', ...assignments].join(', ')}
            WHERE id = $1 RETURNING *`,
    values: [id, instantText(now), ...columns.map(([, value]) => value)],
  });
  if (row === undefined) return null;
  const kind = changes.isDisabled === true ? 'WEBHOOK_DISABLED' : 'WEBHOOK_CHANGED';
  const detail = columns.map(([column]) => column).join(', ');
  await recordChange(tx, kind, { at: now, by, subject: id, detail });
  return webhookOf(row);
}

type Column = readonly [name: string, value: unknown];

function columnsOf(changes: WebhookChanges, now: EpochMs): readonly Column[] {
  const { url, description, filter, reportsDisabledWebhooks, sealed, owner, position, isDisabled } = changes;
  const columns: Column[] = [];
  if (url !== undefined) columns.push(['url', url]);
  if (description !== undefined) columns.push(['description', description]);
  if (filter !== undefined) columns.push(['filter', JSON.stringify(filter)]);
  if (reportsDisabledWebhooks !== undefined) columns.push(['reports_disabled_webhooks', reportsDisabledWebhooks]);
  if (sealed !== undefined) columns.push(['sealed', sealed]);
  if (position !== undefined) columns.push(['position', position]);
  if (owner !== undefined) {
    const enabled = ['disabled_reason', 'disabled_at', 'failing_since'].map((name): Column => [name, null]);
    columns.push(['owner', JSON.stringify(owner)], ...enabled);
  }
  if (isDisabled === true) columns.push(['disabled_reason', 'REQUESTED'], ['disabled_at', instantText(now)]);
  return columns;
}

/**
 * Makes deliveries pending again. To send all events after a position, the webhook goes back to it,
 * and compares the log with its filter once more; what is pending stays so.
 */
export async function replayDeliveries(
  tx: Queryable,
  { webhookId, after, onlyFailed, deliveryId }: Replay,
  by: Actor,
  now: EpochMs,
): Promise<Webhook | null> {
  const moved = deliveryId === null && !onlyFailed;
  const [row] = await rowsOf<WebhookRow>(tx, {
    text: `UPDATE webhooks SET version = version + 1, position = CASE WHEN $2 THEN least(position, $3::bigint) ELSE position END
            WHERE id = $1 RETURNING *`,
    values: [webhookId, moved, after],
  });
  if (row === undefined) return null;
  if (!moved) {
    await rowsOf(tx, {
      text: `UPDATE webhook_deliveries SET status = 'PENDING', attempts = 0, ended_at = NULL,
                    next_attempt_at = CASE WHEN ticket_id IS NULL THEN $4::timestamptz END
              WHERE webhook_id = $1 AND CASE WHEN $2::uuid IS NULL THEN position > $3::bigint ELSE id = $2 END
                AND status = ANY ($5)`,
      values: [
        webhookId,
        deliveryId,
        after,
        instantText(now),
        onlyFailed ? ['FAILED', 'CANCELLED'] : ['DELIVERED', 'FAILED', 'CANCELLED'],
      ],
    });
    await rowsOf(tx, { ...ARRANGE_WEBHOOK, values: [webhookId, instantText(now)] });
  }
  const what =
    deliveryId === null ? `${onlyFailed ? 'what failed ' : ''}after position ${after}` : `delivery ${deliveryId}`;
  await recordChange(tx, 'WEBHOOK_CHANGED', { at: now, by, subject: webhookId, detail: `replay of ${what}` });
  return webhookOf(row);
}
