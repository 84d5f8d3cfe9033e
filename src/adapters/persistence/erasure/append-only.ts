import { rowsOf } from '../database/sql';
import type { Transaction } from '../database/transact';

/**
 * Lets work change tables of the log. The triggers that keep them append-only are disabled within
 * this transaction, which only the owner of the table may do; for all others it stays in force.
 */
export async function withoutAppendOnly<T>(
  tx: Transaction,
  tables: readonly ('events' | 'event_positions')[],
  work: () => Promise<T>,
): Promise<T> {
  for (const table of tables) {
    await rowsOf(tx, { text: `ALTER TABLE ${table} DISABLE TRIGGER ${table}_append_only` });
  }
  const result = await work();
  for (const table of tables) {
    await rowsOf(tx, { text: `ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${table}_append_only` });
  }
  return result;
}
