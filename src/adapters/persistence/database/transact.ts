import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { CommitUnknownError, isConflict, isConnectionLost, sqlStateOf } from './database-errors';
import { type Queryable, rowsOf } from './sql';

/** The one connection of a transaction. Handed from function to function; nothing else in it may use the pool. */
export interface Transaction extends Queryable {
  /** Tells the transaction's number, so that a lost COMMIT can be looked up. Statements that write return it. */
  identify(xid: string): void;
}

export interface TransactOptions {
  /** How often the whole is tried before its error is passed on; 8 unless told. */
  readonly attempts?: number;
}

/**
 * Runs the work in a transaction (READ COMMITTED), and the whole again, after a moment, where it failed by a
 * serialisation failure, a deadlock, or a connection lost before COMMIT was sent. The work must therefore do nothing that
 * a rollback does not undo.
 *
 * Where the connection is lost during COMMIT, the transaction's number tells whether it was committed.
 *
 * @throws CommitUnknownError where it does not; else whatever the work throws.
 */
export async function transact<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactOptions = {},
): Promise<T> {
  const { attempts = 8 } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (error instanceof CommitUnknownError || attempt >= attempts) throw error;
      if (isConflict(error)) await backOff(10, attempt);
      else if (error instanceof NotCommitted || isConnectionLost(error)) await backOff(50, attempt);
      else throw error;
    }
  }
}

async function once<T>(pool: Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let xid: string | null = null;
  let result: T;
  try {
    await client.query('BEGIN');
    result = await work({
      query: (config) => client.query(config),
      identify: (assigned) => {
        xid = assigned;
      },
    });
  } catch (error) {
    const isUsable = !isConnectionLost(error) && (await rollBack(client));
    client.release(!isUsable);
    throw error;
  }
  await commit(pool, client, () => xid);
  return result;
}

const rollBack = (client: PoolClient): Promise<boolean> =>
  client.query('ROLLBACK').then(
    () => true,
    () => false,
  );

async function commit(pool: Pool, client: PoolClient, xid: () => string | null): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('COMMIT'));
  } catch (error) {
    client.release(isConnectionLost(error));
    if (!isConnectionLost(error)) throw error;
    if (await wasCommitted(pool, xid(), error)) return;
    throw new NotCommitted(error);
  }
  client.release();
  // PostgreSQL answers so where a statement had failed and the work went on all the same.
  if (command === 'ROLLBACK') throw new Error('Nothing was committed: a statement of the transaction had failed');
}

/** The connection was lost during COMMIT, and the transaction was rolled back: it may be tried again. */
class NotCommitted extends Error {
  override readonly name = 'NotCommitted';
  constructor(cause: unknown) {
    super('The database was lost before a change was saved', { cause });
  }
}

const LOOKUPS = 8;

/** Asks the server what became of a transaction, until it says or cannot be reached for some seconds. */
async function wasCommitted(pool: Pool, xid: string | null, cause: unknown): Promise<boolean> {
  if (xid === null) throw new CommitUnknownError(cause);
  for (let lookup = 1; lookup <= LOOKUPS; lookup++) {
    await backOff(50, lookup);
    try {
      const rows = await rowsOf<{ status: string | null }>(pool, {
        text: 'SELECT pg_xact_status($1::xid8) AS status',
        values: [xid],
      });
      const status = rows[0]?.status;
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      // Null: too long ago to be known. In progress: the server has not yet noticed that we are gone.
      if (status !== 'in progress') break;
    } catch (error) {
      // A number from the future: another server has taken over, and what it has of ours is not known.
      if (!isConnectionLost(error) && sqlStateOf(error) !== null) break;
    }
  }
  throw new CommitUnknownError(cause);
}

const LONGEST_MS = 1_000;

/** Waits longer from try to try, and not for as long as the others. */
const backOff = (baseMs: number, attempt: number): Promise<void> =>
  sleep(Math.min(LONGEST_MS, baseMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2));
