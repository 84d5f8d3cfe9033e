import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The persons at the client whom agents can reach about a ticket.
 *
 * Not breaking: an older process opens tickets without contacts, and leaves those of others.
 */
export class Contacts1764912000000 implements MigrationInterface {
  readonly name = 'Contacts1764912000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tickets ADD COLUMN contacts jsonb NOT NULL DEFAULT '[]'`);
    await runner.query(
      `COMMENT ON COLUMN tickets.contacts IS
         'Persons at the client, each with name, e-mail address, phone number and role'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets DROP COLUMN contacts');
  }
}
