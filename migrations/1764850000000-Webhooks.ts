import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Webhooks and their deliveries.
 *
 * Not breaking: an older process sends none, and reads neither table.
 */
export class Webhooks1764850000000 implements MigrationInterface {
  readonly name = 'Webhooks1764850000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    for (const [object, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON ${object.includes('.') ? 'COLUMN' : 'TABLE'} ${object} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_deliveries, webhooks');
  }
}

const STATEMENTS = [
  `CREATE TABLE webhooks (
     id                       uuid           PRIMARY KEY,
     url                      text           NOT NULL,
     description              text,
     format                   text           NOT NULL,
     filter                   jsonb          NOT NULL,
     client_ids               uuid[],
     reports_disabled_webhooks boolean       NOT NULL,
     sealed                   text           NOT NULL,
     disabled_reason          text,
     disabled_at              timestamptz(3),
     failing_since            timestamptz(3),
     position                 bigint         NOT NULL,
     payload_version          integer        NOT NULL,
     version                  integer        NOT NULL,
     created_at               timestamptz(3) NOT NULL,
     created_by               jsonb          NOT NULL,
     updated_at               timestamptz(3) NOT NULL,
     owner                    jsonb          NOT NULL
   )`,
  'CREATE INDEX webhooks_created_at_idx ON webhooks (created_at, id)',
  `CREATE TABLE webhook_deliveries (
     id               uuid           PRIMARY KEY,
     webhook_id       uuid           NOT NULL
       CONSTRAINT webhook_deliveries_webhook_id_fkey REFERENCES webhooks ON DELETE CASCADE,
     kind             text           NOT NULL,
     position         bigint,
     ticket_id        uuid,
     event_number     integer,
     client_id        uuid
       CONSTRAINT webhook_deliveries_client_id_fkey REFERENCES clients ON DELETE CASCADE,
     about_webhook_id uuid,
     status           text           NOT NULL,
     attempts         integer        NOT NULL,
     claim            integer        NOT NULL,
     next_attempt_at  timestamptz(3),
     last_attempt_at  timestamptz(3),
     status_code      integer,
     error            text,
     duration_ms      integer,
     response         text,
     created_at       timestamptz(3) NOT NULL,
     ended_at         timestamptz(3)
   ) WITH (fillfactor = 70)`,
  `CREATE UNIQUE INDEX webhook_deliveries_position_key ON webhook_deliveries (webhook_id, position)
     WHERE position IS NOT NULL`,
  `CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook_id, next_attempt_at)
     WHERE status = 'PENDING' AND next_attempt_at IS NOT NULL`,
  `CREATE INDEX webhook_deliveries_ticket_idx ON webhook_deliveries (webhook_id, ticket_id, position)
     WHERE status = 'PENDING'`,
  'CREATE INDEX webhook_deliveries_created_at_idx ON webhook_deliveries (created_at, id)',
  'CREATE INDEX webhook_deliveries_webhook_idx ON webhook_deliveries (webhook_id, created_at, id)',
  'CREATE INDEX webhook_deliveries_ended_at_idx ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL',
  `CREATE INDEX webhook_deliveries_pending_idx ON webhook_deliveries (created_at) WHERE status = 'PENDING'`,
  'CREATE INDEX webhook_deliveries_client_id_idx ON webhook_deliveries (client_id)',
];

const COMMENTS: Readonly<Record<string, string>> = {
  webhooks: 'Endpoints that get the events of the log',
  'webhooks.id': 'Primary key, a UUID version 7',
  'webhooks.url': 'Address of the endpoint as people see it; without its path where that is a secret',
  'webhooks.description': 'What the webhook is for; null if nothing was said',
  'webhooks.format': 'Body that the endpoint gets: STANDARD, SLACK or PAGERDUTY',
  'webhooks.filter': 'Which events it gets',
  'webhooks.client_ids': 'Clients whose events it may get; null for those of all clients',
  'webhooks.reports_disabled_webhooks': 'Whether it also gets a message when another webhook of its owner is disabled',
  'webhooks.sealed': 'Its secrets, encrypted with a key of the configuration',
  'webhooks.disabled_reason': 'Why it is disabled; null while it is enabled',
  'webhooks.disabled_at': 'Time at which it was disabled; null while it is enabled',
  'webhooks.failing_since': 'Time since which every attempt has failed; null if the last one succeeded',
  'webhooks.position': 'Last position of the log that was compared with the filter',
  'webhooks.payload_version': 'Version of the body',
  'webhooks.version': 'Number of changes of its settings, from 1',
  'webhooks.created_at': 'Time at which it was created',
  'webhooks.created_by': 'Actor who created it',
  'webhooks.updated_at': 'Time at which its settings were changed last',
  'webhooks.owner': 'Actor on whose rights it depends: who created it, or enabled it last',
  webhook_deliveries: 'Messages to endpoints, and what came of the last attempt to send them',
  'webhook_deliveries.id': 'Primary key, a UUID version 7',
  'webhook_deliveries.webhook_id': 'Webhook of the delivery',
  'webhook_deliveries.kind': 'What the message is about: EVENT, TEST or WEBHOOK_DISABLED',
  'webhook_deliveries.position': 'Position of the event in the log; null unless the kind is EVENT',
  'webhook_deliveries.ticket_id': 'Ticket of the event; null unless the kind is EVENT',
  'webhook_deliveries.event_number': 'Number of the event within its ticket; null unless the kind is EVENT',
  'webhook_deliveries.client_id': 'Client of the ticket; null unless the kind is EVENT',
  'webhook_deliveries.about_webhook_id': 'Webhook that was disabled; null unless the kind is WEBHOOK_DISABLED',
  'webhook_deliveries.status': 'PENDING, DELIVERED, FAILED or CANCELLED',
  'webhook_deliveries.attempts': 'Number of attempts that have ended',
  'webhook_deliveries.claim': 'Counts how often a process has claimed it; only the last claim can record an attempt',
  'webhook_deliveries.next_attempt_at':
    'Time of the next attempt, or at which the claim of a process ends; null unless it is the next of its ticket',
  'webhook_deliveries.last_attempt_at': 'Time at which the last attempt ended; null if there was none',
  'webhook_deliveries.status_code': 'Status code of the last answer; null if there was none',
  'webhook_deliveries.error': 'Why the last attempt failed; null if it did not',
  'webhook_deliveries.duration_ms': 'How long the last attempt took; null if there was none',
  'webhook_deliveries.response': 'Beginning of the last answer; null if there was none',
  'webhook_deliveries.created_at': 'Time at which the delivery was added',
  'webhook_deliveries.ended_at': 'Time at which it was delivered, or given up; null while it is pending',
};
