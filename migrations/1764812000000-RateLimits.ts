import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What callers have spent of their rate limits. Unlogged, because it matters for a minute: a
 * crash of the server resets all limits.
 *
 * Not breaking: an older process limits nothing.
 */
export class RateLimits1764812000000 implements MigrationInterface {
  readonly name = 'RateLimits1764812000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE rate_limits (
        key       text           PRIMARY KEY,
        spent     bigint         NOT NULL,
        resets_at timestamptz(3) NOT NULL
      ) WITH (fillfactor = 50)`);
    for (const [object, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON ${object.includes('.') ? 'COLUMN' : 'TABLE'} ${object} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rate_limits');
  }
}

const COMMENTS: Readonly<Record<string, string>> = {
  rate_limits: 'What callers and clients have spent of their rate limits in this minute',
  'rate_limits.key': 'Primary key, a SHA-256 of whose limit it is',
  'rate_limits.spent': 'Cost of the operations of this minute, of all processes',
  'rate_limits.resets_at': 'Time at which the minute ends',
};
