import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One index for each question about the queue of webhooks. The server expects one row of a queue
 * that was empty when it looked last; if several indexes could answer a statement, it took any of
 * them, and read all that was pending for each delivery.
 *
 * Not breaking: the statements of older processes can use the new index as well.
 */
export class WebhookQueueIndexes1764890000000 implements MigrationInterface {
  readonly name = 'WebhookQueueIndexes1764890000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_deliveries_pending_idx, webhook_deliveries_due_idx');
    await runner.query(`CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook_id, next_attempt_at)
                          WHERE next_attempt_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_deliveries_due_idx');
    await runner.query(`CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook_id, next_attempt_at)
                          WHERE status = 'PENDING' AND next_attempt_at IS NOT NULL`);
    await runner.query(`CREATE INDEX webhook_deliveries_pending_idx ON webhook_deliveries (created_at)
                          WHERE status = 'PENDING'`);
  }
}
