/**
 * The enabled webhooks ($1 is the current time), and whether the owner of each still has the right
 * to it. Of a service with a token of an identity provider and of the local operator, the database
 * knows nothing.
 */
export const ENABLED_WEBHOOKS = {
  name: 'enabled-webhooks',
  text: `SELECT w.*, CASE w.owner->>'kind'
           WHEN 'SERVICE' THEN NOT EXISTS (
             SELECT FROM api_keys k WHERE k.prefix = w.owner->>'id'
                AND (k.revoked_at IS NOT NULL OR k.expires_at <= $1::timestamptz))
           ELSE NOT EXISTS (
             SELECT FROM people p WHERE p.subject = w.owner->>'id' AND (NOT p.is_active OR p.role <> 'ADMIN'))
           END AS is_owner_entitled
           FROM webhooks w WHERE w.disabled_reason IS NULL ORDER BY w.id`,
};

/**
 * Locks tickets ($1) against other transactions that arrange their deliveries, until the end of
 * this one.
 * In one order, so that two processes do not wait for each other.
 */
export const LOCK_TICKETS_OF_DELIVERIES = {
  name: 'lock-tickets-of-deliveries',
  text: `SELECT pg_advisory_xact_lock(1936024434, k) FROM (
           SELECT DISTINCT hashtext(t::text) AS k FROM unnest($1::uuid[]) AS t ORDER BY 1) keys`,
};

/** Moves the webhooks ($1) of these versions ($2) from a position ($3) to another ($4). */
export const MOVE_WEBHOOKS = {
  name: 'move-webhooks',
  text: `WITH standing AS (
           SELECT w.id FROM webhooks w JOIN unnest($1::uuid[], $2::integer[]) AS given (id, version)
               ON w.id = given.id AND w.version = given.version
            WHERE w.position = $3::bigint AND w.disabled_reason IS NULL ORDER BY w.id FOR NO KEY UPDATE OF w)
         UPDATE webhooks w SET position = $4::bigint FROM standing WHERE w.id = standing.id RETURNING w.id`,
};

/**
 * Adds the deliveries of webhooks ($1) as they are in a JSON list ($2), due at once ($3) unless an
 * earlier one of the ticket is pending. One that was sent before is sent again.
 */
export const ADD_DELIVERIES = {
  name: 'add-deliveries',
  text: `INSERT INTO webhook_deliveries (id, webhook_id, kind, position, ticket_id, event_number, client_id, status,
             attempts, claim, next_attempt_at, created_at)
         SELECT n.id, n.webhook_id, 'EVENT', n.position, n.ticket_id, n.event_number, n.client_id, 'PENDING', 0, 0,
                CASE WHEN row_number() OVER (PARTITION BY n.webhook_id, n.ticket_id ORDER BY n.position) = 1
                      AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = n.webhook_id
                                         AND d.ticket_id = n.ticket_id AND d.status = 'PENDING'
                                         AND d.position < n.position)
                     THEN $3::timestamptz END, $3::timestamptz
           FROM jsonb_to_recordset($2::jsonb) AS n (id uuid, webhook_id uuid, position bigint, ticket_id uuid,
                                                    event_number integer, client_id uuid)
          WHERE n.webhook_id = ANY ($1::uuid[])
         ON CONFLICT (webhook_id, position) WHERE position IS NOT NULL DO UPDATE
            SET status = 'PENDING', attempts = 0, ended_at = NULL, next_attempt_at = excluded.next_attempt_at
          WHERE webhook_deliveries.status <> 'PENDING'`,
};

/**
 * Makes of each ticket ($2) and webhook ($1) the earliest pending delivery the only one that has a
 * time: its own, or else now ($3).
 */
export const ARRANGE_DELIVERIES = {
  name: 'arrange-deliveries',
  text: `UPDATE webhook_deliveries d SET next_attempt_at = CASE WHEN d.position = h.head THEN $3::timestamptz END
           FROM (SELECT webhook_id, ticket_id, min(position) AS head FROM webhook_deliveries
                  WHERE status = 'PENDING' AND webhook_id = ANY ($1::uuid[]) AND ticket_id = ANY ($2::uuid[])
                  GROUP BY webhook_id, ticket_id) h
          WHERE d.webhook_id = h.webhook_id AND d.ticket_id = h.ticket_id AND d.status = 'PENDING'
            AND (d.position = h.head) = (d.next_attempt_at IS NULL)`,
};

/** The same for all tickets of a webhook ($1). */
export const ARRANGE_WEBHOOK = {
  name: 'arrange-webhook',
  text: `UPDATE webhook_deliveries d SET next_attempt_at = CASE WHEN d.position = h.head THEN $2::timestamptz END
           FROM (SELECT ticket_id, min(position) AS head FROM webhook_deliveries
                  WHERE status = 'PENDING' AND webhook_id = $1::uuid AND ticket_id IS NOT NULL GROUP BY ticket_id) h
          WHERE d.webhook_id = $1::uuid AND d.ticket_id = h.ticket_id AND d.status = 'PENDING'
            AND (d.position = h.head) = (d.next_attempt_at IS NULL)`,
};
