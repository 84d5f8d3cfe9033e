import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the tickets whose deadlines cannot be recorded, which the deadline engine sets aside. */
export class DeadlineFaults1764400000000 implements MigrationInterface {
  readonly name = 'DeadlineFaults1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE deadline_faults (
      ticket_id uuid           NOT NULL PRIMARY KEY CONSTRAINT deadline_faults_ticket_id_fkey REFERENCES tickets (id),
      attempts  integer        NOT NULL,
      retry_at  timestamptz(3) NOT NULL,
      error     text           NOT NULL,
      since     timestamptz(3) NOT NULL
    )`);
    await runner.query('CREATE INDEX deadline_faults_retry_at_idx ON deadline_faults (retry_at)');
    await runner.query(`COMMENT ON TABLE deadline_faults IS
      'Tickets whose deadlines cannot be recorded: set aside, and tried again by and by'`);
    for (const [column, meaning] of Object.entries(MEANINGS)) {
      await runner.query(`COMMENT ON COLUMN deadline_faults.${column} IS '${meaning}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deadline_faults');
  }
}

const MEANINGS = {
  ticket_id: 'The ticket that is set aside',
  attempts: 'How often it was tried in vain',
  retry_at: 'When it is tried next',
  error: 'What went wrong last',
  since: 'When it was set aside first',
};
