import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseWhere } from './refuse-where';

/**
 * Adds a policy and calendars to clients, and calendars to tickets, which keep those of their
 * client. Adds to policy versions who published them and from which text; all earlier versions came
 * from the configured file.
 */
export class PolicyTerms1764300000000 implements MigrationInterface {
  readonly name = 'PolicyTerms1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE clients ADD COLUMN policy text, ADD COLUMN calendars jsonb NOT NULL DEFAULT '{}'");
    // Few clients have terms of their own, and each process reads all of them every two seconds.
    await runner.query(
      "CREATE INDEX clients_terms_idx ON clients (id) WHERE policy IS NOT NULL OR calendars <> '{}'::jsonb",
    );
    await runner.query(
      `ALTER TABLE policy_versions ADD COLUMN yaml text, ADD COLUMN published_by jsonb,
         ADD COLUMN configured boolean NOT NULL DEFAULT true`,
    );
    await runner.query('ALTER TABLE policy_versions ALTER COLUMN configured DROP DEFAULT');
    await runner.query("ALTER TABLE tickets ADD COLUMN calendars jsonb NOT NULL DEFAULT '{}'");
    for (const [column, comment] of Object.entries({ ...COMMENTS, ...CHANGED })) {
      await runner.query(`COMMENT ON COLUMN ${column} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    // The previous version would take these versions for the configured file, and these tickets'
    // calendars for the default.
    await refuseWhere(runner, 'SELECT FROM policy_versions WHERE NOT configured', 'policies were published by people');
    await refuseWhere(runner, "SELECT FROM tickets WHERE calendars <> '{}'", 'tickets have calendars of their own');
    await refuseWhere(
      runner,
      "SELECT FROM clients WHERE policy IS NOT NULL OR calendars <> '{}'",
      'clients have terms of their own',
    );
    await runner.query('ALTER TABLE tickets DROP COLUMN calendars');
    await runner.query(
      'ALTER TABLE policy_versions DROP COLUMN yaml, DROP COLUMN published_by, DROP COLUMN configured',
    );
    await runner.query('DROP INDEX clients_terms_idx');
    await runner.query('ALTER TABLE clients DROP COLUMN policy, DROP COLUMN calendars');
    for (const [column, comment] of Object.entries(BEFORE)) {
      await runner.query(`COMMENT ON COLUMN ${column} IS '${comment}'`);
    }
  }
}

const COMMENTS = {
  'clients.policy': 'The policy that its new tickets are opened under; null for that of the service',
  'clients.calendars': 'Calendars of the policy that stand in for others, by the name replaced',
  'policy_versions.yaml': 'The text it was published from; null where that was not kept',
  'policy_versions.published_by': 'Who published it: kind, id, name; null for the configured file, at a start',
  'policy_versions.configured': 'Whether the configured file said this when the service started',
  'tickets.calendars': 'Calendars that stand in for others of its policy, by the name replaced',
};

const BEFORE = {
  'idempotency_keys.ticket_id': 'The ticket that the request was about; it need not exist',
  'policy_versions.fingerprint': 'SHA-256 of the canonical document',
};
const CHANGED = {
  'idempotency_keys.ticket_id': 'The ticket, or whatever else, that the request was about; it need not exist',
  'policy_versions.fingerprint': 'SHA-256 of the data that it was published from',
};
