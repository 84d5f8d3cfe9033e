import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The instant from which silence counts: the end of an imported log, whose own silence closes no
 * ticket.
 *
 * Not breaking: an older process takes every silence into account. It can only close a ticket of a
 * log earlier, and only one that a newer process has imported.
 */
export class SilenceFrom1764730000000 implements MigrationInterface {
  readonly name = 'SilenceFrom1764730000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets ADD COLUMN silence_from timestamptz(3)');
    await runner.query(
      `COMMENT ON COLUMN tickets.silence_from IS
         'Silence before this time closes no ticket; NULL if all silence counts'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets DROP COLUMN silence_from');
  }
}
