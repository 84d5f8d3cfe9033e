import type { ClientBase } from 'pg';

/** How long a connection may take to be opened. */
export const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The longest run of a statement. An operation that ends earlier cancels its statements itself;
 * this limit holds also where that fails, and for work that has no caller.
 */
export const STATEMENT_TIMEOUT_MS = 20_000;

/**
 * How long a statement waits for a lock while it holds a connection. Short: what finds its data
 * locked gives the connection back, waits without one, and tries again.
 */
export const LOCK_TIMEOUT_MS = 250;

/**
 * After this time, a process that hangs within a transaction loses its locks. Until then, deadlines
 * of the tickets that it has locked are late. A transaction computes between its statements, for
 * milliseconds.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 3_000;

const LIMITS = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
} as const;

const settings = (milliseconds: (limit: number) => number, isLocal: boolean): string =>
  Object.entries(LIMITS)
    .map(([name, limit]) => `set_config('${name}', '${milliseconds(limit)}', ${isLocal})`)
    .join(', ');

/** The time limits as settings of a transaction. */
export const LIMIT_SETTINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LIMITS).map(([name, limit]) => [name, `${limit}`]),
);

/**
 * The select list that sets the time limits of a connection. Not startup parameters, which a
 * connection pooler such as PgBouncer refuses.
 */
export const TIME_LIMITS = settings((limit) => limit, false);

/** Lifts the time limits for the current transaction, such as a migration of a large table. */
export const WITHOUT_TIME_LIMITS = `SELECT ${settings(() => 0, true)}`;

/** Sets the time limits of a connection that belongs to no pool. */
export const limitTime = (client: ClientBase): Promise<unknown> => client.query(`SELECT ${TIME_LIMITS}`);
