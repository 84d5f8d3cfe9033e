import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import type {
  AttemptRecord,
  EnabledWebhook,
  MatchedPart,
  WebhookQueue,
} from '../../../application/ports/webhook-queue';
import type { SealedWebhook, WebhookDisabledReason } from '../../../application/ports/webhooks';
import { SYSTEM } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { recordChange } from '../access/postgres-audit-log';
import { lanesOf } from '../database/lanes';
import { instantText, type Queryable, readRows, rowsOf, sendStatement } from '../database/sql';
import { transact } from '../database/transact';
import type { WebhookDeliveryRow, WebhookRow } from '../tables';
import {
  ADD_DELIVERIES,
  ARRANGE_DELIVERIES,
  ARRANGE_WEBHOOK,
  ENABLED_WEBHOOKS,
  LOCK_TICKETS_OF_DELIVERIES,
  MOVE_WEBHOOKS,
} from './statements/match-deliveries';
import {
  CLAIM_DELIVERIES,
  DISABLE_WEBHOOK,
  PURGE_DELIVERIES,
  RECORD_ATTEMPT,
  REPORT_DISABLED,
  WEBHOOK_BACKLOG,
  WEBHOOK_BY_ID,
} from './statements/send-deliveries';
import { claimedOf, webhookOf } from './webhook-rows';

/** The deliveries that one statement deletes, so that it stays within its time limit. */
const BATCH = 5_000;

/** The queue of deliveries, in the tables `webhooks` and `webhook_deliveries`. */
export function createWebhookQueue(pool: Pool): WebhookQueue {
  const { lookups, changes } = lanesOf(pool);
  return {
    enabled: async (now) => {
      const rows = await readRows<WebhookRow & { readonly is_owner_entitled: boolean }>(lookups.ownWork, {
        ...ENABLED_WEBHOOKS,
        values: [instantText(now)],
      });
      return rows.map((row): EnabledWebhook => ({ ...webhookOf(row), isOwnerEntitled: row.is_owner_entitled }));
    },
    addMatched: (part, now) =>
      part.deliveries.length === 0
        ? move(changes.ownWork, part).then((moved) => moved.length)
        : transact(pool, (tx) => addMatched(tx, part, now)),
    claim: async (rooms, most, leaseMs, now) => {
      if (rooms.length === 0 || most === 0) return [];
      const ids = rooms.map(({ webhookId }) => webhookId);
      const places = rooms.map((room) => room.places);
      const rows = await rowsOf<WebhookDeliveryRow>(changes.ownWork, {
        ...CLAIM_DELIVERIES,
        values: [ids, places, instantText(now), instantText(now + leaseMs), most],
      });
      return rows.map(claimedOf);
    },
    record: (attempt, now) => transact(pool, (tx) => record(tx, attempt, now)),
    disable: (id, reason, detail, now) => transact(pool, (tx) => disable(tx, id, reason, detail, now)),
    webhook: async (id) => {
      const [row] = await readRows<WebhookRow>(lookups.ownWork, { ...WEBHOOK_BY_ID, values: [id] });
      return row === undefined ? null : webhookOf(row);
    },
    repair: async (id, now) => {
      await rowsOf(changes.ownWork, { ...ARRANGE_WEBHOOK, values: [id, instantText(now)] });
    },
    backlog: async () => {
      type Row = { readonly pending: string; readonly oldest_at: EpochMs | null };
      const [row] = await readRows<Row>(lookups.ownWork, WEBHOOK_BACKLOG);
      return { pending: Number(row?.pending ?? 0), oldestAt: row?.oldest_at ?? null };
    },
    purge: async (before) => {
      for (let purged = 0; ; ) {
        const values = [instantText(before), BATCH];
        const { rowCount } = await sendStatement(changes.ownWork, { ...PURGE_DELIVERIES, values });
        purged += rowCount ?? 0;
        if ((rowCount ?? 0) < BATCH) return purged;
      }
    },
  };
}

/** The ids of the webhooks that stood at the beginning of the part, and stand at its end now. */
async function move(on: Queryable, { webhooks, from, to }: MatchedPart): Promise<readonly string[]> {
  const values = [webhooks.map(({ id }) => id), webhooks.map(({ version }) => version), from, to];
  return (await rowsOf<{ id: string }>(on, { ...MOVE_WEBHOOKS, values })).map(({ id }) => id);
}

async function addMatched(tx: Queryable, part: MatchedPart, now: EpochMs): Promise<number> {
  const tickets = [...new Set(part.deliveries.map(({ ticketId }) => ticketId))];
  await rowsOf(tx, { ...LOCK_TICKETS_OF_DELIVERIES, values: [tickets] });
  const moved = await move(tx, part);
  if (moved.length === 0) return 0;
  const rows = part.deliveries.map(({ webhookId, position, ticketId, eventNumber, clientId }) => ({
    id: newId(),
    webhook_id: webhookId,
    position,
    ticket_id: ticketId,
    event_number: eventNumber,
    client_id: clientId,
  }));
  await rowsOf(tx, { ...ADD_DELIVERIES, values: [moved, JSON.stringify(rows), instantText(now)] });
  await rowsOf(tx, { ...ARRANGE_DELIVERIES, values: [moved, tickets, instantText(now)] });
  return moved.length;
}

async function record(tx: Queryable, attempt: AttemptRecord, now: EpochMs): Promise<boolean> {
  const { delivery, outcome, statusCode, error, durationMs, response } = attempt;
  const { id, webhookId, ticketId, claim } = delivery;
  if (ticketId !== null) await rowsOf(tx, { ...LOCK_TICKETS_OF_DELIVERIES, values: [[ticketId]] });
  const isPending = outcome === 'RETRY' || outcome === 'RELEASED';
  const status = isPending ? 'PENDING' : outcome;
  const next = outcome === 'RELEASED' ? (attempt.nextAttemptAt ?? now) : attempt.nextAttemptAt;
  const isAttempt = outcome !== 'RELEASED' && outcome !== 'CANCELLED';
  const recorded = await rowsOf(tx, {
    ...RECORD_ATTEMPT,
    values: [
      id,
      claim,
      status,
      isPending && next !== null ? instantText(next) : null,
      instantText(now),
      isAttempt,
      statusCode,
      error,
      durationMs,
      response,
      outcome === 'DELIVERED',
    ],
  });
  if (recorded.length === 0) return false;
  if (!isPending && ticketId !== null) {
    await rowsOf(tx, { ...ARRANGE_DELIVERIES, values: [[webhookId], [ticketId], instantText(now)] });
  }
  return true;
}

async function disable(
  tx: Queryable,
  id: string,
  reason: WebhookDisabledReason,
  detail: string,
  now: EpochMs,
): Promise<SealedWebhook | null> {
  const [row] = await rowsOf<WebhookRow>(tx, { ...DISABLE_WEBHOOK, values: [id, reason, instantText(now)] });
  if (row === undefined) return null;
  const { owner } = row;
  await rowsOf(tx, { ...REPORT_DISABLED, values: [id, owner.kind, owner.id, instantText(now), row.client_ids] });
  await recordChange(tx, 'WEBHOOK_DISABLED', { at: now, by: SYSTEM, subject: id, detail: `${reason}: ${detail}` });
  return webhookOf(row);
}
