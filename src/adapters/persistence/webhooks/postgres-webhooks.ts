import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import { type Reading, seeingAll, type Visibility } from '../../../application/ports/caller';
import { actorKey, type KeyUse } from '../../../application/ports/idempotency';
import type { DeliveryFilter, SealedWebhook, Webhooks } from '../../../application/ports/webhooks';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { isUuid } from '../../../domain/text';
import type { Refusal } from '../../../domain/ticket/refusals';
import { recordChange } from '../access/postgres-audit-log';
import { lanesOf } from '../database/lanes';
import { instantText, type Queryable, readRows, rowsOf } from '../database/sql';
import { transact } from '../database/transact';
import { every, Parameters } from '../lists/conditions';
import { cursorOf, type Ordering, type Placed, pageOf, pageStatement } from '../lists/page';
import type { WebhookDeliveryRow, WebhookRow } from '../tables';
import { claimKey, releaseKeys } from '../tickets/idempotency-keys';
import { changeWebhook, replayDeliveries } from './change-webhooks';
import { deliveryOf, webhookOf } from './webhook-rows';

/** The webhooks of a service, of all clients together. */
const MOST_WEBHOOKS = 500;
/** Those of the same clients, so that one company does not use up the webhooks of all. */
const MOST_OF_CLIENTS = 50;

const latestFirst = (list: string, alias: string): Ordering => ({
  list,
  key: `${alias}.created_at`,
  type: 'timestamptz',
  nullable: false,
  tie: `${alias}.id`,
  descending: true,
});
const WEBHOOKS_ORDER = latestFirst('webhooks', 'w');
const DELIVERIES_ORDER = latestFirst('deliveries', 'd');

/** The webhooks, in the tables `webhooks` and `webhook_deliveries`. */
export function createWebhooks(pool: Pool): Webhooks {
  const { lookups, lists } = lanesOf(pool);
  return {
    add: (webhook, use) =>
      transact(pool, async (tx) => {
        const { id, createdAt: at, createdBy: by } = webhook;
        const claim = use === null ? 'NEW' : await claimKey(tx, use, id, at);
        if (claim === 'REUSED') return 'KEY_REUSED';
        // A repeated request finds the webhook, unless it was deleted.
        if (claim !== 'NEW') return (await webhookById(tx, claim.ticket_id, 'ALL')) ?? 'KEY_REUSED';
        const tooMany = await refuseTooMany(tx, webhook.clientIds);
        if (tooMany !== null) {
          // The same request can be sent again when there is room.
          if (use !== null) await releaseKeys(tx, [{ ...use, caller: actorKey(use.by), ticketId: id }]);
          return tooMany;
        }
        await rowsOf(tx, { text: INSERT, values: valuesOf(webhook) });
        await recordChange(tx, 'WEBHOOK_CREATED', { at, by, subject: id, detail: webhook.url });
        return webhook;
      }),
    byId: (reading, id) => webhookById(lookups.under(seeingAll(reading)), id, reading.sees),
    page: async (reading, page) => {
      const to = new Parameters();
      const parts = { select: 'w.*', from: 'webhooks w', where: visible(reading.sees, to) };
      const statement = to.statement(pageStatement(parts, WEBHOOKS_ORDER, page, to));
      const rows = await readRows<WebhookRow & Placed>(lookups.under(reading), statement);
      return pageOf(rows, page, (row) => ({ node: webhookOf(row), cursor: cursorOf(WEBHOOKS_ORDER, row) }));
    },
    count: (reading) => {
      const to = new Parameters();
      return countOf(reading, `SELECT count(*) AS count FROM webhooks w WHERE ${visible(reading.sees, to)}`, to);
    },
    change: ({ sees }, id, decide, by, use, now) =>
      transact(pool, async (tx) => {
        // Requests that change the same webhook at once take turns, and each sees the one before.
        const before = await webhookById(tx, id, sees, 'FOR NO KEY UPDATE');
        if (before === null) return null;
        const changes = decide(before);
        if ('code' in changes) return changes;
        const claim = use === null ? 'NEW' : await claimKey(tx, use, id, now);
        if (claim === 'REUSED') return 'KEY_REUSED';
        if (claim !== 'NEW') return { webhook: before, isRepeated: true };
        const webhook = await changeWebhook(tx, id, changes, by, now);
        return webhook && { webhook, isRepeated: false };
      }),
    remove: ({ sees }, id, by, use, now) =>
      transact(pool, async (tx) => {
        const webhook = await webhookById(tx, id, sees, 'FOR UPDATE');
        if (webhook === null) return use === null ? false : wasAnswered(tx, use);
        const claim = use === null ? 'NEW' : await claimKey(tx, use, id, now);
        if (claim === 'REUSED') return 'KEY_REUSED';
        await rowsOf(tx, { text: 'DELETE FROM webhooks WHERE id = $1', values: [id] });
        await recordChange(tx, 'WEBHOOK_DELETED', { at: now, by, subject: id });
        return true;
      }),
    deliveryById: async (reading, id) => {
      if (!isUuid(id)) return null;
      const to = new Parameters();
      const text = `SELECT d.* FROM ${DELIVERIES} WHERE ${every([`d.id = ${to.add(id, 'uuid')}`, visible(reading.sees, to)])}`;
      const [row] = await readRows<WebhookDeliveryRow>(lookups.under(reading), to.statement(text));
      return row === undefined ? null : deliveryOf(row);
    },
    deliveries: async (reading, filter, page) => {
      const to = new Parameters();
      const parts = { select: 'd.*', from: DELIVERIES, where: deliveriesWhere(reading, filter, to) };
      const statement = to.statement(pageStatement(parts, DELIVERIES_ORDER, page, to));
      const rows = await readRows<WebhookDeliveryRow & Placed>(lists.under(reading), statement);
      return pageOf(rows, page, (row) => ({ node: deliveryOf(row), cursor: cursorOf(DELIVERIES_ORDER, row) }));
    },
    countDeliveries: (reading, filter) => {
      const to = new Parameters();
      const where = deliveriesWhere(reading, filter, to);
      return countOf(reading, `SELECT count(*) AS count FROM ${DELIVERIES} WHERE ${where}`, to);
    },
    addTest: (webhookId, by, use, now) => transact(pool, (tx) => addTest(tx, webhookId, by, use, now)),
    replay: (replay, by, use, now) =>
      transact(pool, async (tx) => {
        const claim = use === null ? 'NEW' : await claimKey(tx, use, replay.webhookId, now);
        if (claim === 'REUSED') return 'KEY_REUSED';
        if (claim !== 'NEW') return webhookById(tx, replay.webhookId, 'ALL');
        return replayDeliveries(tx, replay, by, now);
      }),
  };

  async function countOf(reading: Reading, text: string, to: Parameters): Promise<number> {
    const [row] = await readRows<{ count: string }>(lists.under(reading), to.statement(text));
    return Number(row?.count ?? 0);
  }
}

const DELIVERIES = 'webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id';

/**
 * The condition that a caller sees a webhook `w`: it sees all of its clients. The database applies
 * it too, where it separates the rows of clients.
 */
const visible = (sees: Visibility, to: Parameters): string =>
  sees === 'ALL' ? 'TRUE' : `w.client_ids <@ ${to.add(sees, 'uuid[]')}`;

const deliveriesWhere = ({ sees }: Reading, { webhookId, statuses }: DeliveryFilter, to: Parameters): string =>
  every([
    visible(sees, to),
    ...(webhookId === null ? [] : [`d.webhook_id = ${to.add(webhookId, 'uuid')}`]),
    ...(statuses === null ? [] : [`d.status = ANY (${to.add(statuses, 'text[]')})`]),
  ]);

/** @param lock as PostgreSQL names it; none by default */
async function webhookById(on: Queryable, id: string, sees: Visibility, lock = ''): Promise<SealedWebhook | null> {
  if (!isUuid(id)) return null;
  const to = new Parameters();
  const where = every([`w.id = ${to.add(id, 'uuid')}`, visible(sees, to)]);
  const text = `SELECT w.* FROM webhooks w WHERE ${where} ${lock}`;
  const [row] = await rowsOf<WebhookRow>(on, to.statement(text));
  return row === undefined ? null : webhookOf(row);
}

/** Whether the same request was answered before. */
async function wasAnswered(tx: Queryable, { by, key, fingerprint }: KeyUse): Promise<boolean | 'KEY_REUSED'> {
  const [row] = await rowsOf<{ fingerprint: string }>(tx, {
    text: 'SELECT fingerprint FROM idempotency_keys WHERE caller = $1 AND key = $2',
    values: [actorKey(by), key],
  });
  if (row === undefined) return false;
  return row.fingerprint === fingerprint ? true : 'KEY_REUSED';
}

/** Why there can be no further webhook of these clients; null if there can. */
async function refuseTooMany(tx: Queryable, clientIds: readonly string[] | null): Promise<Refusal | null> {
  // Requests at once do not exceed a limit together. A statement that waits for the lock itself
  // does not count what others add while it waits.
  await rowsOf(tx, { text: 'SELECT pg_advisory_xact_lock(1936024435, 0)' });
  const [row] = await rowsOf<{ all: number; same: number }>(tx, {
    text: `SELECT count(*)::integer AS all,
                  count(*) FILTER (WHERE client_ids @> $1::uuid[] AND client_ids <@ $1::uuid[])::integer AS same
             FROM webhooks`,
    values: [clientIds],
  });
  const { all, same } = row ?? { all: 0, same: 0 };
  if (all >= MOST_WEBHOOKS) return { code: 'TooManyWebhooks', scope: 'SERVICE', limit: MOST_WEBHOOKS };
  return same >= MOST_OF_CLIENTS ? { code: 'TooManyWebhooks', scope: 'CLIENTS', limit: MOST_OF_CLIENTS } : null;
}

const INSERT = `
  INSERT INTO webhooks (id, url, description, format, filter, client_ids, reports_disabled_webhooks, sealed,
    position, payload_version, version, created_at, created_by, updated_at, owner)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14)`;

const valuesOf = (webhook: SealedWebhook): readonly unknown[] => [
  webhook.id,
  webhook.url,
  webhook.description,
  webhook.format,
  JSON.stringify(webhook.filter),
  webhook.clientIds,
  webhook.reportsDisabledWebhooks,
  webhook.sealed,
  webhook.position,
  webhook.payloadVersion,
  webhook.version,
  instantText(webhook.createdAt),
  JSON.stringify(webhook.createdBy),
  JSON.stringify(webhook.owner),
];

async function addTest(tx: Queryable, webhookId: string, by: Actor, use: KeyUse | null, now: EpochMs) {
  // It stays until the end of the transaction, also if another request is about to delete it.
  if ((await webhookById(tx, webhookId, 'ALL', 'FOR KEY SHARE')) === null) return null;
  const id = newId();
  const claim = use === null ? 'NEW' : await claimKey(tx, { ...use, by }, id, now);
  if (claim === 'REUSED') return 'KEY_REUSED';
  if (claim === 'NEW') {
    await rowsOf(tx, {
      text: `INSERT INTO webhook_deliveries (id, webhook_id, kind, status, attempts, claim, next_attempt_at, created_at)
             VALUES ($1, $2, 'TEST', 'PENDING', 0, 0, $3, $3)`,
      values: [id, webhookId, instantText(now)],
    });
  }
  const stored = claim === 'NEW' ? id : claim.ticket_id;
  const [row] = await rowsOf<WebhookDeliveryRow>(tx, {
    text: 'SELECT * FROM webhook_deliveries WHERE id = $1',
    values: [stored],
  });
  // It was deleted with its webhook, or because it is old.
  return row === undefined ? ('KEY_REUSED' as const) : deliveryOf(row);
}
