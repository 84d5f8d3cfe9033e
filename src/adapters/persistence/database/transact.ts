import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import {
  CommitUnknownError,
  isConflict,
  isConnectionLost,
  StoreUnresponsiveError,
  sqlStateOf,
  storeError,
} from './database-errors';
import { type Queryable, rowsOf } from './sql';

/**
 * The connection of a transaction, for named statements and, through `entityManager`, for
 * repositories. It is passed from function to function. A function that has it must not use the
 * pool: waiting for a second connection while holding one can deadlock on the pool.
 */
export interface Transaction extends Queryable {
  /**
   * Sets the number of the transaction, which statements that write return, so that a lost COMMIT
   * can be looked up.
   */
  identify(xid: string): void;
}

export interface TransactOptions {
  /** The maximum number of attempts before the error is thrown; 8 by default. */
  readonly attempts?: number;
}

/**
 * Runs `work` in a transaction (READ COMMITTED). After a serialization failure, a deadlock, or a
 * connection lost before COMMIT, runs it again in a new transaction, so `work` must do nothing that
 * a rollback does not undo.
 *
 * If the connection is lost during COMMIT, the number of the transaction determines whether it was
 * committed.
 *
 * @throws CommitUnknownError if that cannot be determined, and every other error of `work`
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
      const isFinal = error instanceof CommitUnknownError || error instanceof StoreUnresponsiveError;
      if (isFinal || attempt >= attempts) throw error;
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
    if (!isConnectionLost(error)) throw storeError(error);
    if (await wasCommitted(pool, xid(), error)) return;
    throw new NotCommitted(error);
  }
  client.release();
  // PostgreSQL answers COMMIT with ROLLBACK if a statement failed and `work` ignored the error.
  if (command === 'ROLLBACK') throw new Error('Nothing was committed: a statement of the transaction had failed');
}

/**
 * The connection was lost during COMMIT, and the transaction was rolled back, so it can be retried.
 */
class NotCommitted extends Error {
  override readonly name = 'NotCommitted';
  constructor(cause: unknown) {
    super('The connection to the database was lost before a change was saved', { cause });
  }
}

const LOOKUPS = 8;

/**
 * Asks the server whether a transaction was committed, until it answers, has been away for some
 * seconds, or is known not to answer.
 */
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
      // Null: too long ago. In progress: the server has not noticed yet that the connection is
      // lost.
      if (status !== 'in progress') break;
    } catch (error) {
      if (error instanceof StoreUnresponsiveError) break;
      // The number is in the future: another server has taken over, and may lack this transaction.
      if (!isConnectionLost(error) && sqlStateOf(error) !== null) break;
    }
  }
  throw new CommitUnknownError(cause);
}

const LONGEST_MS = 1_000;

/**
 * Waits twice as long for each attempt, with jitter, so that competing transactions do not meet
 * again.
 */
const backOff = (baseMs: number, attempt: number): Promise<void> =>
  sleep(Math.min(LONGEST_MS, baseMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2));
