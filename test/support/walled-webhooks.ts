import type { Pool } from 'pg';
import { v7 as newId } from 'uuid';
import type { WebhookFilter } from '../../src/application/webhooks/webhook-filter';

/**
 * Webhooks of a client with deliveries of every kind. They are disabled, so that the service leaves
 * them as they are.
 */
export async function writeWebhooks(pool: Pool, clientId: string, mark: string): Promise<void> {
  const { rows: events } = await pool.query<{ position: string; ticket_id: string; number: number }>(
    `SELECT p.position, e.ticket_id, e.number FROM event_positions p JOIN events e ON e.id = p.event_id
      WHERE e.client_id = $1 ORDER BY p.position LIMIT 2`,
    [clientId],
  );
  const tickets = events.map(({ ticket_id }) => ticket_id);
  const filter: WebhookFilter = {
    ticket: { in: tickets, nin: tickets },
    client: { in: [clientId], nin: [clientId] },
    type: { in: ['SUBMITTED'], nin: ['CLOSED'] },
    severity: { in: ['SEV1'] },
    severityFrom: { in: ['SEV1'] },
    severityTo: { in: ['SEV2'] },
    severityChangeCause: { in: ['WORKAROUND'] },
    commitmentKind: { in: ['RESPONSE'] },
    breachCause: { in: ['DUE'] },
  };
  const actor = JSON.stringify({ kind: 'SERVICE', id: `key-${mark}`, name: `Key ${mark}` });
  const [first, second] = [newId(), newId()];
  for (const id of [first, second]) {
    await pool.query(
      `INSERT INTO webhooks (id, url, description, format, filter, client_ids, reports_disabled_webhooks, sealed,
         disabled_reason, disabled_at, failing_since, position, payload_version, version, created_at, created_by,
         updated_at, owner)
       VALUES ($1, $2, $3, 'STANDARD', $4, $5, true, 'v1.none.none.none.none', 'GONE', now(), now(), 1, 1, 1,
         clock_timestamp(), $6, now(), $6)`,
      [id, `https://example.com/${mark}`, `About ${mark}`, JSON.stringify(filter), [clientId], actor],
    );
  }
  const [ended, pending] = events;
  const insert = (columns: string, values: readonly unknown[]) =>
    pool.query(
      `INSERT INTO webhook_deliveries (id, webhook_id, created_at, claim, ${columns})
       VALUES ($1, $2, clock_timestamp(), 1, ${values.map((_, index) => `$${index + 3}`).join(', ')})`,
      [newId(), first, ...values],
    );
  const now = new Date();
  await insert(
    `kind, position, ticket_id, event_number, client_id, status, attempts, last_attempt_at, status_code, error,
     duration_ms, response, ended_at`,
    [
      'EVENT',
      ended?.position,
      ended?.ticket_id,
      ended?.number,
      clientId,
      'FAILED',
      10,
      now,
      500,
      `Error ${mark}`,
      20,
      `Response ${mark}`,
      now,
    ],
  );
  await insert('kind, position, ticket_id, event_number, client_id, status, attempts, next_attempt_at', [
    'EVENT',
    pending?.position,
    pending?.ticket_id,
    pending?.number,
    clientId,
    'PENDING',
    0,
    now,
  ]);
  await insert('kind, about_webhook_id, status, attempts', ['WEBHOOK_DISABLED', second, 'PENDING', 0]);
}
