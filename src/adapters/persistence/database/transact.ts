import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import { LOCK_WAIT_MS } from '../../../application/ports/store-errors';
import type { WaitSignal } from '../../../application/waiting-line';
import {
  CommitUnknownError,
  isConflict,
  isConnectionLost,
  isLocked,
  isReadOnlyStore,
  lockedError,
  StoreUnresponsiveError,
  sqlStateOf,
  storeError,
} from './database-errors';
import { type Lane, type LaneName, lanesOf, type Taken } from './lanes';
import { type Queryable, rowsOf, type Statement } from './sql';
import { OWN_SCOPE, type Scope } from './work-roles';

/**
 * The connection of a transaction, for named statements and, through `entityManager`, for
 * repositories. It is passed from function to function. A function that has it must not use the
 * pool: waiting for a second connection while holding one can deadlock on the pool.
 */
export interface Transaction extends Queryable {
  /**
   * Sets the number of the transaction, which statements that write return, so that a lost COMMIT
   * can be looked up.
   *
   * @param trace a statement that returns a row if what the transaction wrote is in the database.
   *   The number alone does not tell: a server that has crashed, or a standby that has taken over,
   *   gives the numbers again whose transactions it has lost. Null if it can be done twice.
   */
  identify(xid: string, trace: Statement | null): void;
}

interface Written {
  readonly xid: string;
  readonly trace: Statement | null;
}

export interface TransactOptions {
  /** The maximum number of attempts before the error is thrown; 8 by default. */
  readonly attempts?: number;
  /** `changes` by default. */
  readonly lane?: LaneName;
  /** Ends the wait for a connection or for locks. A transaction that has begun runs to its end. */
  readonly signal?: WaitSignal | undefined;
  /** The longest wait for locks of others, in milliseconds; `LOCK_WAIT_MS` by default. */
  readonly lockWaitMs?: number;
  /** For whom it runs; work of the service, which sees all clients, by default. */
  readonly scope?: Scope;
}

/**
 * Runs `work` in a transaction (READ COMMITTED). After a serialization failure, a deadlock, or a
 * connection lost before COMMIT, runs it again in a new transaction, so `work` must do nothing that
 * a rollback does not undo.
 *
 * If the connection is lost during COMMIT, the number of the transaction and what it wrote
 * determine whether it was committed.
 *
 * After a lock that another transaction holds, it gives the connection back, waits, and runs `work`
 * again.
 *
 * @throws CommitUnknownError if that cannot be determined; DataLockedError; StoreBusyError; and
 *   every other error of `work`
 */
export async function transact<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactOptions = {},
): Promise<T> {
  const { attempts = 8, lane: name = 'changes', signal, lockWaitMs, scope = OWN_SCOPE } = options;
  const lane = lanesOf(pool)[name];
  for (let attempt = 1; ; attempt++) {
    try {
      return await retryWhileLocked(lane, () => once(lane, work, scope, signal), { lockWaitMs, signal });
    } catch (error) {
      const isFinal = error instanceof CommitUnknownError || error instanceof StoreUnresponsiveError;
      if (isFinal || attempt >= attempts) throw error instanceof NotCommitted ? error.cause : error;
      if (isConflict(error)) await backOff(10, attempt);
      else if (error instanceof NotCommitted || isConnectionLost(error)) await backOff(50, attempt);
      else throw error;
    }
  }
}

interface LockWait {
  /** The longest wait for locks of others, in milliseconds; `LOCK_WAIT_MS` by default. */
  readonly lockWaitMs?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: WaitSignal | undefined;
}

const FIRST_LOCK_PAUSE_MS = 4;
const LONGEST_LOCK_PAUSE_MS = 100;

/**
 * Makes attempts at data that others may have locked, until one succeeds. It waits between them
 * without a connection.
 *
 * @param attempt must not have any effect if it fails for a lock
 * @throws DataLockedError, and the reason of the signal
 */
export async function retryWhileLocked<T>(
  lane: Lane,
  attempt: () => Promise<T>,
  { lockWaitMs = LOCK_WAIT_MS, signal }: LockWait = {},
): Promise<T> {
  let until: number | null = null;
  for (let pauseMs = FIRST_LOCK_PAUSE_MS; ; pauseMs = Math.min(LONGEST_LOCK_PAUSE_MS, pauseMs * 2)) {
    try {
      return await (until === null ? attempt() : lane.retryLocked(attempt, until - performance.now(), signal));
    } catch (error) {
      if (!isLocked(error)) throw error;
      until ??= performance.now() + lockWaitMs;
      if (performance.now() > until) throw lockedError(error);
      await pause(pauseMs * (0.5 + Math.random() / 2), signal);
    }
  }
}

/** @throws the reason of the signal, as soon as that is aborted */
async function pause(ms: number, signal: WaitSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
  signal?.throwIfAborted();
}

async function once<T>(
  lane: Lane,
  work: (transaction: Transaction) => Promise<T>,
  scope: Scope,
  signal: WaitSignal | undefined,
): Promise<T> {
  const taken = await lane.take(scope, signal);
  const { client, release } = taken;
  let written: Written | null = null;
  let result: T;
  try {
    await client.query(taken.begin);
    result = await work({
      query: (config) => client.query(taken.named(config)),
      identify: (xid, trace) => {
        written = { xid, trace };
      },
    });
  } catch (error) {
    // A server that takes only reads may not be the one to which the address leads now.
    const isUsable = !isConnectionLost(error) && !isReadOnlyStore(error) && (await rollBack(client));
    release(!isUsable);
    throw error;
  }
  await commit(lane, taken, () => written);
  return result;
}

const rollBack = (client: ClientBase): Promise<boolean> =>
  client.query('ROLLBACK').then(
    () => true,
    () => false,
  );

async function commit(
  lane: Lane,
  { client, release }: Pick<Taken, 'client' | 'release'>,
  written: () => Written | null,
): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('COMMIT'));
  } catch (error) {
    release(isConnectionLost(error));
    if (!isConnectionLost(error)) throw storeError(error);
    if (await wasCommitted(lane, written(), error)) return;
    throw new NotCommitted(error);
  }
  release();
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
async function wasCommitted(lane: Lane, written: Written | null, cause: unknown): Promise<boolean> {
  if (written === null) throw new CommitUnknownError(cause);
  const { xid, trace } = written;
  if (trace === null) return false;
  for (let lookup = 1; lookup <= LOOKUPS; lookup++) {
    await backOff(50, lookup);
    try {
      const rows = await rowsOf<{ status: string | null }>(lane.ownWork, {
        text: 'SELECT pg_xact_status($1::xid8) AS status',
        values: [xid],
      });
      const status = rows[0]?.status;
      // In a statement of its own, which sees what is committed.
      if (status === 'committed') return (await rowsOf(lane.ownWork, trace)).length > 0;
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
