import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Waivers that a late entry proposes.
 *
 * Not breaking: an older process fills neither column. It leaves the default in tickets, and NULL,
 * which counts as false, in outcomes.
 */
export class ProposedWaivers1764900000000 implements MigrationInterface {
  readonly name = 'ProposedWaivers1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets ADD COLUMN has_proposed_waiver boolean NOT NULL DEFAULT false');
    await runner.query(
      `COMMENT ON COLUMN tickets.has_proposed_waiver IS 'Whether a waiver of a breach is proposed and not decided'`,
    );
    await runner.query('CREATE INDEX tickets_has_proposed_waiver_idx ON tickets (id) WHERE has_proposed_waiver');
    await runner.query('ALTER TABLE commitment_outcomes ADD COLUMN waiver_proposed boolean');
    await runner.query(
      `COMMENT ON COLUMN commitment_outcomes.waiver_proposed IS
         'Whether a waiver is proposed and not decided; null for false'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE commitment_outcomes DROP COLUMN waiver_proposed');
    await runner.query('ALTER TABLE tickets DROP COLUMN has_proposed_waiver');
  }
}
