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
 * The position of the earliest pending delivery of a webhook and a ticket.
 *
 * It is asked in the order of the index, and without a condition on the position, so that only this
 * index can answer it. The server knows little of a queue that was empty when it looked last: it
 * expects one row, to which all indexes lead equally well.
 */
export const headOf = (webhookId: string, ticketId: string): string =>
  `(SELECT p.position FROM webhook_deliveries p
     WHERE p.webhook_id = ${webhookId} AND p.ticket_id = ${ticketId} AND p.status = 'PENDING'
     ORDER BY p.position LIMIT 1)`;

/**
 * Whether a delivery `d` that is found by its id is pending. Asked by its status, the server could
 * read all that is pending instead, for the same reason.
 */
export const IS_OPEN = 'd.ended_at IS NULL';

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
                      AND (${headOf('n.webhook_id', 'n.ticket_id')} < n.position) IS NOT TRUE
                     THEN $3::timestamptz END, $3::timestamptz
           FROM jsonb_to_recordset($2::jsonb) AS n (id uuid, webhook_id uuid, position bigint, ticket_id uuid,
                                                    event_number integer, client_id uuid)
          WHERE n.webhook_id = ANY ($1::uuid[])
         ON CONFLICT (webhook_id, position) WHERE position IS NOT NULL DO UPDATE
            SET status = 'PENDING', attempts = 0, ended_at = NULL, next_attempt_at = excluded.next_attempt_at
          WHERE webhook_deliveries.status <> 'PENDING'`,
};

/** Gives queued deliveries their times; each row says whether it is the first of its ticket. */
const arrange = (name: string, queued: string, now: string) => ({
  name,
  text: `UPDATE webhook_deliveries d SET next_attempt_at = CASE WHEN q.is_head THEN ${now}::timestamptz END
           FROM (${queued}) q
          WHERE d.id = q.id AND ${IS_OPEN} AND q.is_head = (d.next_attempt_at IS NULL)`,
});

/**
 * Makes the earliest pending delivery of each webhook ($1) and ticket ($2), two lists of the same
 * length, the only one that has a time: its own, or else now ($3).
 */
export const ARRANGE_DELIVERIES = arrange(
  'arrange-deliveries',
  `SELECT p.id, p.is_head FROM unnest($1::uuid[], $2::uuid[]) AS asked (webhook_id, ticket_id)
    CROSS JOIN LATERAL (
      SELECT w.id, row_number() OVER (ORDER BY w.position) = 1 AS is_head FROM webhook_deliveries w
       WHERE w.webhook_id = asked.webhook_id AND w.ticket_id = asked.ticket_id AND w.status = 'PENDING') p`,
  '$3',
);

/** The same for all tickets of a webhook ($1); now is $2. */
export const ARRANGE_WEBHOOK = arrange(
  'arrange-webhook',
  `SELECT w.id, row_number() OVER (PARTITION BY w.ticket_id ORDER BY w.position) = 1 AS is_head
     FROM webhook_deliveries w WHERE w.webhook_id = $1::uuid AND w.status = 'PENDING' AND w.ticket_id IS NOT NULL`,
  '$2',
);
