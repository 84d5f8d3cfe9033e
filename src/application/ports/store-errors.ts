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
    readonly reason: string,
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
    readonly reason: string,
  ) {
    super(`${reason}, so this request was not carried out. Try again shortly.`);
  }
}

/** The database ended a statement, because it ran longer than its time limit. */
export class StatementTimedOut extends OperatorError {
  override readonly name = 'StatementTimedOut';
}

/**
 * The store does not answer: its server is frozen, or the network swallows every packet. A retry is
 * pointless until it answers again.
 */
export class StoreUnresponsiveError extends OperatorError {
  override readonly name = 'StoreUnresponsiveError';
  /**
   * @param what UNANSWERED: a statement was sent and may have been carried out, or will be when the
   *   server goes on. REFUSED: nothing was sent.
   */
  constructor(readonly what: 'UNANSWERED' | 'REFUSED') {
    super('The database does not answer.');
  }
}

/**
 * The store has no space left, or its disk cannot be written. The statement was not carried out.
 */
export class InsufficientStorageError extends OperatorError {
  override readonly name = 'InsufficientStorageError';
  /** @param cause what the server answered; nothing if it has ended and cannot start. */
  constructor(cause?: unknown) {
    const effect = cause === undefined ? 'is down' : 'cannot save changes';
    super(`The database ${effect}, because its disk is full or cannot be written.`, { cause });
  }
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
 * down, restarts or ends the session (SQLSTATE classes 08 and 57P). Also a server that panics, such
 * as when it cannot write its log: what it was committing may be found committed when it recovers.
 */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof StoreUnresponsiveError) return true;
  const { code, message, errors, severity } = driverErrorOf(error);
  // Errors that end a session are FATAL. A trigger can raise the same SQLSTATE as an ERROR.
  const isEnd = severity !== 'ERROR' && /^(08|25P0[34]$|57P0[1-5]$)/.test(sqlStateOf(error) ?? '');
  const isCrash = severity === 'PANIC' || (severity === 'FATAL' && isStorageFault(error));
  if (isEnd || isCrash || SOCKET_CODES.includes(textOf(code))) return true;
  // A host name with several addresses has one error for each.
  if (Array.isArray(errors)) return errors.some(isConnectionLost);
  return LOST.test(textOf(message));
}

const NO_CONNECTION = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', '57P03', '53300'];

/** Whether no connection was made, so that a statement was not sent. */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof StoreUnresponsiveError) return error.what === 'REFUSED';
  const { code, errors } = driverErrorOf(error);
  return Array.isArray(errors) ? errors.every(wasNotSent) : NO_CONNECTION.includes(textOf(code));
}

const NO_SPACE = ['53100', '58030'];
// A read-only file system and an exceeded quota have no SQLSTATE of their own: PostgreSQL reports
// them as missing rights (42501) and as internal errors (XX).
const FILE_ERROR = /^(42501|58|XX)/;
const UNWRITABLE = /no space left on device|disk quota exceeded|read-only file system/i;

/** Whether the server could not write to its disk. */
export function isStorageFault(error: unknown): boolean {
  const sqlState = sqlStateOf(error) ?? '';
  if (NO_SPACE.includes(sqlState)) return true;
  return FILE_ERROR.test(sqlState) && UNWRITABLE.test(textOf(driverErrorOf(error).message));
}

/** The server has no memory, no connections or no other resources left. */
const NO_RESOURCES = /^53/;
const READ_ONLY = '25006';

/** Whether the server is a standby, or takes only reads for another reason. */
export const isReadOnlyStore = (error: unknown): boolean => sqlStateOf(error) === READ_ONLY;

const NO_FREE_CONNECTION = /timeout exceeded when trying to connect/i;

/** Whether the server, or the pool of this process, has no connection left. */
export const isOutOfConnections = (error: unknown): boolean =>
  sqlStateOf(error) === '53300' || (error instanceof Error && NO_FREE_CONNECTION.test(error.message));

/** The process ends, and its connections to the database are being closed. Nothing was sent. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';
  constructor() {
    super('The service is being stopped');
  }
}

/**
 * Whether the database cannot be used at the moment: it is down, starting, or does not answer, it
 * has no free connection, memory or space, it takes no writes, or it holds the data for others.
 */
export const isStoreUnavailable = (error: unknown): boolean =>
  isConnectionLost(error) ||
  error instanceof InsufficientStorageError ||
  isReadOnlyStore(error) ||
  NO_RESOURCES.test(sqlStateOf(error) ?? '') ||
  isOutOfConnections(error) ||
  error instanceof StoreBusyError ||
  error instanceof StoreClosedError ||
  error instanceof DataLockedError;

/**
 * Transaction state (25), conflicts (40), missing tables or rights (42), resources (53), locks
 * (55), an operator (57), the machine (58).
 */
const OF_SERVER = /^(25|40|42|53|55|57|58)/;

/**
 * Whether the cause of an error is probably the database, or its use by others, and no single row:
 * what else is written at that time would fail as well.
 */
export const isServerFault = (error: unknown): boolean =>
  isStoreUnavailable(error) ||
  error instanceof CommitUnknownError ||
  error instanceof OutdatedProcessError ||
  error instanceof StatementTimedOut ||
  OF_SERVER.test(sqlStateOf(error) ?? '');

/**
 * Whether an error ends a long piece of work, because what is left of it would fail as well. A
 * statement that was too slow may have been so because of one large row.
 */
export const endsAllWork = (error: unknown): boolean => isServerFault(error) && !(error instanceof StatementTimedOut);

/**
 * Whether a read failed for a reason that has nothing to do with what was read, so that a later
 * attempt can succeed.
 */
export const isPassingFault = (error: unknown): boolean =>
  isStoreUnavailable(error) || error instanceof DataLockedError || error instanceof StatementTimedOut;
