import { OperatorError } from '../operator-error';

/** The errors of the store that the application and its callers distinguish. */

/**
 * The connection was lost during a commit, and the store could not find out whether the
 * transaction was committed. Repeating the request is safe with an idempotency key.
 */
export class CommitUnknownError extends OperatorError {
  override readonly name = 'CommitUnknownError';
  constructor(cause: unknown) {
    super(
      'The connection to the database was lost while a change was being saved. The change may or may not be saved.',
      {
        cause,
      },
    );
  }
}

/**
 * While the process runs: a newer version of the service has run a migration that this version is
 * not compatible with, so the database refuses every write of this process. Reads still work, and
 * processes of the newer version can write.
 */
export class OutdatedProcessError extends OperatorError {
  override readonly name = 'OutdatedProcessError';
}

/** The longest wait for data that other requests or transactions have locked, in milliseconds. */
export const LOCK_WAIT_MS = 10_000;

/**
 * Other requests or transactions held a lock on the data of a request for too long, so that nothing
 * was changed. A later attempt is likely to succeed.
 */
export class DataLockedError extends OperatorError {
  override readonly name = 'DataLockedError';
  constructor(
    /** Who holds what, as a sentence without its full stop. */
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${reason}, so nothing was changed. Try again.`, options);
  }
}

/**
 * Too much work of one kind waits for the database, which works. Nothing was done; a later attempt
 * is likely to succeed.
 */
export class StoreBusyError extends OperatorError {
  override readonly name = 'StoreBusyError';
  constructor(
    /** What waits, as a sentence without its full stop. */
    reason: string,
  ) {
    super(`${reason}, so this request was not carried out. Try again shortly.`);
  }
}

/** The database ended a statement, because it ran longer than its time limit. */
export class StatementTimedOut extends OperatorError {
  override readonly name = 'StatementTimedOut';
}

/**
 * The properties of errors of `pg` and Node.js sockets. They are recognised by shape, not by class.
 */
interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly severity?: unknown;
  readonly errors?: unknown;
}

const driverErrorOf = (error: unknown): DriverError => (typeof error === 'object' && error !== null ? error : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const SOCKET_CODES = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOTCONN', 'ENOENT', 'EHOSTUNREACH'];

/** The SQLSTATE of an error from the database, five characters; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  const code = textOf(driverErrorOf(error).code);
  return /^[0-9A-Z]{5}$/.test(code) && !SOCKET_CODES.includes(code) ? code : null;
}

const LOST =
  /connection terminated|connection ended|client has encountered a connection error|not queryable|client was closed|released back to the pool|already released/i;

/**
 * Whether the connection was lost or could not be opened: a socket error, or a server that shuts
 * down, restarts or ends the session (SQLSTATE classes 08 and 57P).
 */
export function isConnectionLost(error: unknown): boolean {
  const { code, message, errors, severity } = driverErrorOf(error);
  // Errors that end a session are FATAL. A trigger can raise the same SQLSTATE as an ERROR.
  const isEnd = severity !== 'ERROR' && /^(08|25P0[34]$|57P0[1-5]$)/.test(sqlStateOf(error) ?? '');
  if (isEnd || SOCKET_CODES.includes(textOf(code))) return true;
  // A host name with several addresses has one error for each.
  if (Array.isArray(errors)) return errors.some(isConnectionLost);
  return LOST.test(textOf(message));
}

const TOO_MANY_CONNECTIONS = '53300';
const NO_FREE_CONNECTION = /timeout exceeded when trying to connect/i;

/** Whether the server, or the pool of this process, has no connection left. */
export const isOutOfConnections = (error: unknown): boolean =>
  sqlStateOf(error) === TOO_MANY_CONNECTIONS || (error instanceof Error && NO_FREE_CONNECTION.test(error.message));

/**
 * Whether the database cannot be used at the moment: it is down, starting, has no free connection,
 * or holds the data for others.
 */
export const isStoreUnavailable = (error: unknown): boolean =>
  isConnectionLost(error) ||
  isOutOfConnections(error) ||
  error instanceof StoreBusyError ||
  error instanceof DataLockedError;
