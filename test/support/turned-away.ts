import type { ClientBase } from 'pg';

/**
 * Begins a transaction that holds locks. Returns a function that says whether an attempt of another
 * session at these locks was turned away since: it found them taken and rolled back.
 */
export async function holdLocks(client: ClientBase, lock: string, values: unknown[] = []) {
  await client.query('BEGIN');
  await client.query(lock, values);
  const { rows: since } = await client.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
  return async (): Promise<boolean> => {
    // A transaction sees the sessions as they were when it first looked.
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query = 'ROLLBACK' AND query_start > $1`,
      [since[0]?.at],
    );
    return (rows[0]?.count ?? 0) > 0;
  };
}
