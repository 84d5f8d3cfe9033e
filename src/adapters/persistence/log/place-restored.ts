import type { QueryRunner } from 'typeorm';
import { WITHOUT_TIME_LIMITS } from '../database/time-limits';
import { IS_RESTORED, PLACE_EVENTS } from './statements/read-log';

/** The events that get positions in one transaction. */
const BATCH = 5_000;

/**
 * Gives positions to the events of a database that was restored from a dump and have none. Looking
 * for them can take longer than the time limit of a running service allows.
 */
export async function placeRestored(runner: QueryRunner): Promise<void> {
  const [{ is_restored } = { is_restored: false }] = await runner.query(IS_RESTORED);
  for (let isComplete = !is_restored; !isComplete; ) {
    await runner.startTransaction();
    await runner.query(WITHOUT_TIME_LIMITS);
    const [row] = await runner.query(PLACE_EVENTS.text, [true, BATCH]);
    await runner.commitTransaction();
    isComplete = row.is_complete;
  }
}
