import type { MigrationInterface, QueryRunner } from 'typeorm';
import { oldestEventWithoutPosition, placeEvents } from './position-functions';

/**
 * Which events have no position because a part of the log was archived. A database that is restored
 * from a dump to another server looks for events without a position: those are not delivered again.
 *
 * Not breaking: an older process calls the same functions.
 */
export class RemovedEvents1764880000000 implements MigrationInterface {
  readonly name = 'RemovedEvents1764880000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_retention ADD COLUMN removed_event_id bigint NOT NULL DEFAULT 0');
    await runner.query(`COMMENT ON COLUMN event_retention.removed_event_id IS
      'The greatest id of an event whose position was removed; 0 if none was'`);
    await replaceFunctions(runner, IS_KEPT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await replaceFunctions(runner, '');
    await runner.query('ALTER TABLE event_retention DROP COLUMN removed_event_id');
  }
}

/**
 * An event up to the greatest removed one had a position if the snapshot of the last placement
 * shows it. Both are of the server on which the dump was made.
 */
const IS_KEPT = `
            AND NOT EXISTS (
              SELECT FROM event_retention r
               WHERE e.id <= r.removed_event_id
                 AND (SELECT coalesce(pg_visible_in_snapshot(e.xid, b.placed), true)
                        FROM event_placements b ORDER BY b.batch DESC LIMIT 1))`;

async function replaceFunctions(runner: QueryRunner, isKept: string): Promise<void> {
  await runner.query(`CREATE OR REPLACE ${placeEvents(isKept)}`);
  await runner.query(`CREATE OR REPLACE ${oldestEventWithoutPosition(isKept)}`);
}
