import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import type {
  AttemptRecord,
  ClaimedDelivery,
  EnabledWebhook,
  MatchedPart,
  Recorded,
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
  RECORD_ATTEMPTS,
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
    record: (attempts, now) => transact(pool, (tx) => record(tx, attempts, now)),
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
  await arrange(
    tx,
    part.deliveries.filter(({ webhookId }) => moved.includes(webhookId)),
    now,
  );
  return moved.length;
}

async function record(tx: Queryable, attempts: readonly AttemptRecord[], now: EpochMs): Promise<Recorded> {
  const tickets = ticketsOf(attempts);
  if (tickets.length > 0) await rowsOf(tx, { ...LOCK_TICKETS_OF_DELIVERIES, values: [tickets] });
  const given = attempts.map((attempt) => ({ ...attempt, ...endOf(attempt, now) }));
  const rows = await rowsOf<{ id: string; claim: number }>(tx, {
    ...RECORD_ATTEMPTS,
    values: [
      given.map(({ delivery }) => delivery.id),
      given.map(({ delivery }) => delivery.claim),
      given.map(({ status }) => status),
      given.map(({ next }) => (next === null ? null : instantText(next))),
      given.map(({ isAttempt }) => isAttempt),
      given.map(({ statusCode }) => statusCode),
      given.map(({ error }) => error),
      given.map(({ durationMs }) => durationMs),
      given.map(({ response }) => response),
      given.map(({ outcome }) => outcome === 'DELIVERED'),
      instantText(now),
    ],
  });
  const claims = new Map(rows.map(({ id, claim }) => [id, claim]));
  const isRecorded = ({ delivery: { id, claim } }: AttemptRecord): boolean => claims.get(id) === claim;
  const ended = given.filter((one) => isRecorded(one) && one.status !== 'PENDING');
  return {
    recorded: attempts.map(isRecorded),
    madeDue: await arrange(
      tx,
      ended.map(({ delivery }) => delivery),
      now,
    ),
  };
}

/** What a record makes of a delivery. */
interface End {
  readonly status: string;
  readonly next: EpochMs | null;
  readonly isAttempt: boolean;
}

function endOf({ outcome, nextAttemptAt }: AttemptRecord, now: EpochMs): End {
  if (outcome === 'RELEASED') return { status: 'PENDING', next: nextAttemptAt ?? now, isAttempt: false };
  if (outcome === 'RETRY') return { status: 'PENDING', next: nextAttemptAt, isAttempt: true };
  return { status: outcome, next: null, isAttempt: outcome !== 'CANCELLED' };
}

const ticketsOf = (records: readonly Pick<AttemptRecord, 'delivery'>[]): readonly string[] => [
  ...new Set(records.flatMap(({ delivery: { ticketId } }) => (ticketId === null ? [] : [ticketId]))),
];

/**
 * Gives the earliest pending delivery of each webhook and ticket of some deliveries a time. Returns
 * how many were changed.
 */
async function arrange(
  tx: Queryable,
  deliveries: readonly Pick<ClaimedDelivery, 'webhookId' | 'ticketId'>[],
  now: EpochMs,
): Promise<number> {
  const pairs = new Map<string, readonly [string, string]>();
  for (const { webhookId, ticketId } of deliveries) {
    if (ticketId !== null) pairs.set(`${webhookId} ${ticketId}`, [webhookId, ticketId]);
  }
  if (pairs.size === 0) return 0;
  const asked = [...pairs.values()];
  const values = [asked.map(([webhookId]) => webhookId), asked.map(([, ticketId]) => ticketId), instantText(now)];
  return (await sendStatement(tx, { ...ARRANGE_DELIVERIES, values })).rowCount ?? 0;
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
