import type { EpochMs } from '../../../domain/instant';
import { type Queryable, rowsOf } from './sql';

/** The current instant of the database, in whole milliseconds, as an SQL expression. */
export const DATABASE_NOW = `date_trunc('milliseconds', clock_timestamp())`;

/** A reading of the clock of the database, and when the statement was sent and answered. */
interface Reading {
  readonly sentAt: number;
  readonly databaseNow: EpochMs;
  readonly receivedAt: number;
}

/** The current instant of the database in milliseconds since 1970, with its fraction. */
export const DATABASE_NOW_MS = 'extract(epoch FROM clock_timestamp())::float8 * 1000';

/** The first reading on a connection is the slowest. */
const READINGS = 3;

/** Reads the clock of the database a few times. */
export async function measureDatabaseTime(on: Queryable, add: (reading: Reading) => void): Promise<void> {
  for (let reading = 1; reading <= READINGS; reading++) {
    const sentAt = performance.now();
    const [row] = await rowsOf<{ now: number }>(on, { text: `SELECT ${DATABASE_NOW_MS} AS now` });
    if (row === undefined) throw new Error('The database did not return the time');
    add({ sentAt, databaseNow: row.now, receivedAt: performance.now() });
  }
}
