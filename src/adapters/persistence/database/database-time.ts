import type { EpochMs } from '../../../domain/instant';
import { type Queryable, rowsOf } from './sql';

/** The current instant of the database, in whole milliseconds, as an SQL expression. */
export const DATABASE_NOW = `date_trunc('milliseconds', clock_timestamp())`;

/** The time of the database, and when the statement was sent and answered, by this process. */
export interface TimeSample {
  readonly sentAt: number;
  readonly databaseNow: EpochMs;
  readonly receivedAt: number;
}

/** The current instant of the database in milliseconds since 1970, with its fraction. */
export const DATABASE_NOW_MS = 'extract(epoch FROM clock_timestamp())::float8 * 1000';

/** The first sample on a connection is the slowest. */
const SAMPLES = 3;

/** Reads the clock of the database a few times. */
export async function measureDatabaseTime(on: Queryable, add: (sample: TimeSample) => void): Promise<void> {
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const sentAt = performance.now();
    const [row] = await rowsOf<{ now: number }>(on, { text: `SELECT ${DATABASE_NOW_MS} AS now` });
    if (row === undefined) throw new Error('The database did not return the time');
    add({ sentAt, databaseNow: row.now, receivedAt: performance.now() });
  }
}
