import type { Pool } from 'pg';
import { lanesOf } from '../database/lanes';
import { rowsOf } from '../database/sql';
import { RESERVE_NUMBERS } from './statements/reserve-numbers';

/**
 * Reserves the next numbers of tickets, in ascending order. So the order of numbers does not depend
 * on the order in which transactions insert their tickets. Runs one statement.
 */
export async function reserveNumbers(pool: Pool, count: number): Promise<readonly number[]> {
  const rows = await rowsOf<{ number: number }>(lanesOf(pool).changes.ownWork, { ...RESERVE_NUMBERS, values: [count] });
  return rows.map(({ number }) => number);
}
