import { rowsOf } from '../database/sql';
import type { Transaction } from '../database/transact';

/**
 * Lets work change events of the log. The trigger that keeps the log append-only is disabled within
 * this transaction, which only the owner of the table may do; for all others it stays in force.
 */
export async function withoutAppendOnly<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await rowsOf(tx, { text: 'ALTER TABLE events DISABLE TRIGGER events_append_only' });
  const result = await work();
  await rowsOf(tx, { text: 'ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only' });
  return result;
}
