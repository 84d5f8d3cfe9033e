import type { QueryRunner } from 'typeorm';
import { WITHOUT_TIME_LIMITS } from '../database/time-limits';
import { IS_RESTORED, PLACE_EVENTS } from './statements/read-log';

/** The events that get positions in one transaction. */
const BATCH = 5_000;

/**
 * Gives positions to the events of a database that was restored from a dump and have none. Looking
 * for them can take longer than the time limit of a running service allows.
 *
 * @param settings a statement that begins each transaction; null if the connection has its settings
 */
export async function placeRestored(runner: QueryRunner, settings: string | null): Promise<void> {
  const inTransaction = async <T>(text: string, values: unknown[] = []): Promise<T> => {
    await runner.startTransaction();
    if (settings !== null) await runner.query(settings);
    await runner.query(WITHOUT_TIME_LIMITS);
    const [row] = await runner.query(text, values);
    await runner.commitTransaction();
    return row;
  };
  const found = await inTransaction<{ is_restored: boolean } | undefined>(IS_RESTORED);
  for (let isComplete = found?.is_restored !== true; !isComplete; ) {
    const row = await inTransaction<{ is_complete: boolean }>(PLACE_EVENTS.text, [true, BATCH]);
    isComplete = row.is_complete;
  }
}
