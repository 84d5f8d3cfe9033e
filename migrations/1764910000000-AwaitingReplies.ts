import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when a client awaits a reply. A service fills it in for existing tickets from the log while
 * it runs, in batches, so that no lock on all tickets is held for long.
 *
 * Not breaking: what an older process writes is in the log too, from which the column is corrected.
 */
export class AwaitingReplies1764910000000 implements MigrationInterface {
  readonly name = 'AwaitingReplies1764910000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets ADD COLUMN awaiting_reply_since timestamptz(3)');
    await runner.query(
      `COMMENT ON COLUMN tickets.awaiting_reply_since IS
         'Time of the oldest message or call of the client that is not answered yet'`,
    );
    await runner.query('CREATE INDEX tickets_awaiting_reply_since_idx ON tickets (awaiting_reply_since, id)');
    await runner.query(`INSERT INTO log_followers (name, done_before) VALUES ('replies', '0')`);
    await runner.query(comment(', texts (search_texts) or replies (tickets.awaiting_reply_since)'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tickets DROP COLUMN awaiting_reply_since');
    await runner.query(`DELETE FROM log_followers WHERE name = 'replies'`);
    await runner.query(comment(' or texts (search_texts)'));
  }
}

const comment = (rest: string): string =>
  `COMMENT ON COLUMN log_followers.name IS 'What is derived from the log: names (spellings and external_ids)${rest}'`;
