import { headOf, IS_OPEN } from './match-deliveries';

/**
 * Claims deliveries that are due at an instant ($3) until another ($4): of each webhook ($1) at
 * most so many ($2), of all so many ($5), and of each ticket only the earliest that is pending.
 * What has a time is pending; asked by the time alone, only the index of times answers it.
 */
export const CLAIM_DELIVERIES = {
  name: 'claim-deliveries',
  text: `WITH due AS MATERIALIZED (
           SELECT found.id FROM unnest($1::uuid[], $2::integer[]) AS room (webhook_id, places)
            CROSS JOIN LATERAL (
              SELECT d.id FROM webhook_deliveries d
               WHERE d.webhook_id = room.webhook_id AND d.next_attempt_at <= $3::timestamptz
                 AND (d.ticket_id IS NULL OR d.position = ${headOf('d.webhook_id', 'd.ticket_id')})
               ORDER BY d.next_attempt_at LIMIT room.places FOR UPDATE SKIP LOCKED) found
            LIMIT $5)
         UPDATE webhook_deliveries d SET claim = d.claim + 1, next_attempt_at = $4::timestamptz
           FROM due WHERE d.id = due.id RETURNING d.*`,
};

/**
 * Records at an instant ($11) what came of claims ($2) of deliveries ($1), unless they were claimed
 * again. The last attempt ($5) of each webhook says whether the webhook fails ($10 is whether it
 * succeeded).
 */
export const RECORD_ATTEMPTS = {
  name: 'record-attempts',
  text: `WITH given AS (
           SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::boolean[], $6::integer[],
                                $7::text[], $8::integer[], $9::text[], $10::boolean[]) WITH ORDINALITY
             AS g (id, claim, status, next_attempt_at, is_attempt, status_code, error, duration_ms, response,
                   is_delivered, place)),
         recorded AS (
           UPDATE webhook_deliveries d SET status = g.status, next_attempt_at = g.next_attempt_at,
                  ended_at = CASE WHEN g.status = 'PENDING' THEN NULL ELSE $11::timestamptz END,
                  attempts = d.attempts + CASE WHEN g.is_attempt THEN 1 ELSE 0 END,
                  last_attempt_at = CASE WHEN g.is_attempt THEN $11::timestamptz ELSE d.last_attempt_at END,
                  status_code = CASE WHEN g.is_attempt THEN g.status_code ELSE d.status_code END,
                  error = CASE WHEN g.is_attempt OR g.error IS NOT NULL THEN g.error ELSE d.error END,
                  duration_ms = CASE WHEN g.is_attempt THEN g.duration_ms ELSE d.duration_ms END,
                  response = CASE WHEN g.is_attempt THEN g.response ELSE d.response END
             FROM given g WHERE d.id = g.id AND d.claim = g.claim AND ${IS_OPEN}
           RETURNING d.id, d.claim, d.webhook_id, g.is_attempt, g.is_delivered, g.place),
         last_of_each AS (
           SELECT DISTINCT ON (webhook_id) webhook_id, is_delivered FROM recorded
            WHERE is_attempt ORDER BY webhook_id, place DESC),
         health AS (
           UPDATE webhooks w SET failing_since = CASE WHEN l.is_delivered THEN NULL ELSE $11::timestamptz END
             FROM last_of_each l WHERE w.id = l.webhook_id AND (w.failing_since IS NULL) <> l.is_delivered)
         SELECT id, claim FROM recorded`,
};

/** Disables a webhook ($1) for a reason ($2) at an instant ($3), if it is enabled. */
export const DISABLE_WEBHOOK = {
  name: 'disable-webhook',
  text: `UPDATE webhooks SET disabled_reason = $2, disabled_at = $3::timestamptz, version = version + 1
          WHERE id = $1::uuid AND disabled_reason IS NULL RETURNING *`,
};

/**
 * Adds a delivery for the other webhooks of an owner ($2, $3) at an instant ($4), because one ($1)
 * for some clients ($5) is disabled. Those that are being deleted get none.
 */
export const REPORT_DISABLED = {
  name: 'report-disabled-webhook',
  text: `INSERT INTO webhook_deliveries (id, webhook_id, kind, about_webhook_id, status, attempts, claim,
             next_attempt_at, created_at)
         SELECT gen_random_uuid(), w.id, 'WEBHOOK_DISABLED', $1::uuid, 'PENDING', 0, 0, $4::timestamptz, $4::timestamptz
           FROM webhooks w WHERE w.id <> $1::uuid AND w.disabled_reason IS NULL AND w.reports_disabled_webhooks
            AND w.owner->>'kind' = $2 AND w.owner->>'id' = $3
            AND (w.client_ids IS NULL OR w.client_ids @> $5::uuid[]) ORDER BY w.id FOR KEY SHARE OF w`,
};

export const WEBHOOK_BY_ID = { name: 'webhook-by-id', text: 'SELECT * FROM webhooks WHERE id = $1::uuid' };

export const WEBHOOK_BACKLOG = {
  name: 'webhook-backlog',
  text: `SELECT count(*) AS pending, min(d.created_at) AS oldest_at
           FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
          WHERE d.status = 'PENDING' AND w.disabled_reason IS NULL`,
};

/** Deletes at most so many ($2) deliveries that ended before an instant ($1). */
export const PURGE_DELIVERIES = {
  name: 'purge-deliveries',
  text: `DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY (
           SELECT id FROM webhook_deliveries WHERE ended_at < $1::timestamptz ORDER BY ended_at LIMIT $2))`,
};
