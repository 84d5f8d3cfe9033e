/**
 * Claims deliveries that are due at an instant ($3) until another ($4): of each webhook ($1) at
 * most so many ($2), of all so many ($5), and of each ticket only the earliest that is pending.
 */
export const CLAIM_DELIVERIES = {
  name: 'claim-deliveries',
  text: `WITH due AS MATERIALIZED (
           SELECT found.id FROM unnest($1::uuid[], $2::integer[]) AS room (webhook_id, places)
            CROSS JOIN LATERAL (
              SELECT d.id FROM webhook_deliveries d
               WHERE d.webhook_id = room.webhook_id AND d.status = 'PENDING' AND d.next_attempt_at IS NOT NULL
                 AND d.next_attempt_at <= $3::timestamptz
                 AND NOT EXISTS (SELECT FROM webhook_deliveries e
                                  WHERE e.webhook_id = d.webhook_id AND e.ticket_id = d.ticket_id
                                    AND e.status = 'PENDING' AND e.position < d.position)
               ORDER BY d.next_attempt_at LIMIT room.places FOR UPDATE SKIP LOCKED) found
            LIMIT $5)
         UPDATE webhook_deliveries d SET claim = d.claim + 1, next_attempt_at = $4::timestamptz
           FROM due WHERE d.id = due.id RETURNING d.*`,
};

/**
 * Records what came of a claim ($2) of a delivery ($1), unless it was claimed again. Of an attempt
 * that reached its end ($11 is whether it succeeded), it notes since when the webhook has failed.
 */
export const RECORD_ATTEMPT = {
  name: 'record-attempt',
  text: `WITH recorded AS (
           UPDATE webhook_deliveries SET status = $3, next_attempt_at = $4::timestamptz,
                  ended_at = CASE WHEN $3 = 'PENDING' THEN NULL ELSE $5::timestamptz END,
                  attempts = attempts + CASE WHEN $6 THEN 1 ELSE 0 END,
                  last_attempt_at = CASE WHEN $6 THEN $5::timestamptz ELSE last_attempt_at END,
                  status_code = CASE WHEN $6 THEN $7::integer ELSE status_code END,
                  error = CASE WHEN $6 OR $8::text IS NOT NULL THEN $8::text ELSE error END,
                  duration_ms = CASE WHEN $6 THEN $9::integer ELSE duration_ms END,
                  response = CASE WHEN $6 THEN $10::text ELSE response END
            WHERE id = $1::uuid AND claim = $2 AND status = 'PENDING' RETURNING webhook_id),
         health AS (
           UPDATE webhooks w SET failing_since = CASE WHEN $11 THEN NULL ELSE $5::timestamptz END
             FROM recorded WHERE w.id = recorded.webhook_id AND $6 AND (w.failing_since IS NULL) <> $11)
         SELECT webhook_id FROM recorded`,
};

/** Disables a webhook ($1) for a reason ($2) at an instant ($3), if it is enabled. */
export const DISABLE_WEBHOOK = {
  name: 'disable-webhook',
  text: `UPDATE webhooks SET disabled_reason = $2, disabled_at = $3::timestamptz, version = version + 1
          WHERE id = $1::uuid AND disabled_reason IS NULL RETURNING *`,
};

/**
 * Adds a delivery for the other webhooks of an owner ($2, $3) at an instant ($4), because one ($1)
 * for some clients ($5) is disabled.
 */
export const REPORT_DISABLED = {
  name: 'report-disabled-webhook',
  text: `INSERT INTO webhook_deliveries (id, webhook_id, kind, about_webhook_id, status, attempts, claim,
             next_attempt_at, created_at)
         SELECT gen_random_uuid(), w.id, 'WEBHOOK_DISABLED', $1::uuid, 'PENDING', 0, 0, $4::timestamptz, $4::timestamptz
           FROM webhooks w WHERE w.id <> $1::uuid AND w.disabled_reason IS NULL AND w.reports_disabled_webhooks
            AND w.owner->>'kind' = $2 AND w.owner->>'id' = $3
            AND (w.client_ids IS NULL OR w.client_ids @> $5::uuid[])`,
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
