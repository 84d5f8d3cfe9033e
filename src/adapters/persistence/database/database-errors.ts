import {
  DataLockedError,
  InsufficientStorageError,
  isConnectionLost,
  isStorageFault,
  isStoreUnavailable,
  LOCK_WAIT_MS,
  OutdatedProcessError,
  StatementTimedOut,
  sqlStateOf,
} from '../../../application/ports/store-errors';
import type { EpochMs } from '../../../domain/instant';
import { STATEMENT_TIMEOUT_MS } from './time-limits';

export {
  CommitUnknownError,
  DataLockedError,
  isConnectionLost,
  isReadOnlyStore,
  isStoreUnavailable,
  OutdatedProcessError,
  StatementTimedOut,
  StoreUnresponsiveError,
  sqlStateOf,
  wasNotSent,
} from '../../../application/ports/store-errors';

/**
 * The SQLSTATE of the trigger function `refuse_older_writers`. Class 57 is "operator intervention".
 */
const OUTDATED_PROCESS = '57SD1';

const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Whether a statement found its data locked by another transaction: at once if it does not wait for
 * locks, otherwise after the `lock_timeout` of its connection. A later attempt may succeed.
 */
export const isLocked = (error: unknown): boolean => sqlStateOf(error) === LOCK_NOT_AVAILABLE;

/** Whether the time limit of a statement ended it. */
export const isOverTime = (error: unknown): boolean => sqlStateOf(error) === QUERY_CANCELED;

/**
 * A statement was not sent, because it found a table locked a moment ago. `isLocked` is true for
 * it.
 */
export class TableLocked extends Error {
  override readonly name = 'TableLocked';
  readonly code = LOCK_NOT_AVAILABLE;
  constructor() {
    super('Another transaction held a lock on a table a moment ago');
  }
}

/** The error after the longest wait for data that others have locked. */
export const lockedError = (cause?: unknown): DataLockedError =>
  new DataLockedError(
    `Another transaction has held a lock on the data of this request for ${LOCK_WAIT_MS / 1_000} seconds`,
    { cause },
  );

/**
 * Returns the error of this file for an error of the database, or the error itself if there is
 * none.
 */
export function storeError(error: unknown): unknown {
  switch (sqlStateOf(error)) {
    case OUTDATED_PROCESS:
      return new OutdatedProcessError(textOf(faultOf(error).message), { cause: error });
    case QUERY_CANCELED:
      return new StatementTimedOut(
        `The database ended a statement of this request, which may run for at most ${STATEMENT_TIMEOUT_MS / 1_000} ` +
          'seconds, so the request was not carried out. Request less at once: a narrower filter or shorter pages.',
        { cause: error },
      );
    default:
      return isStorageFault(error) && !isConnectionLost(error) ? new InsufficientStorageError(error) : error;
  }
}

/**
 * The fields of errors of pg and of sockets. Tested by shape, because under Jest `instanceof` fails
 * for some.
 */
interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly severity?: unknown;
  readonly errors?: unknown;
}

const faultOf = (error: unknown): Fault => (typeof error === 'object' && error !== null ? error : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The name of the constraint that a statement violated; null for any other error. */
export const violatedConstraint = (error: unknown): string | null =>
  sqlStateOf(error)?.startsWith('23') === true ? textOf(faultOf(error).constraint) : null;

/**
 * Whether an error is a serialization failure or a deadlock, so that a retry is likely to succeed.
 */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlStateOf(error) ?? '');

/**
 * Whether the database refused a statement, or a value cannot be read from it or stored in it. The
 * cause may be a single row: a value out of range, a violated constraint, an exception of a
 * trigger. A lock that another transaction holds is no error of a row.
 */
export const isDataError = (error: unknown): boolean =>
  error instanceof UnreadableInstant ||
  error instanceof UnstorableInstant ||
  (answeredState(error) !== null && !isConnectionLost(error));

/** Whether the error comes from the database: it cannot be used, or it refused a statement. */
export const isStoreFault = (error: unknown): boolean =>
  isStoreUnavailable(error) || error instanceof StatementTimedOut || isDataError(error);

/**
 * The SQLSTATE that the database answered, also of those errors that this service made of it whose
 * cause may be a single row.
 */
const answeredState = (error: unknown): string | null =>
  sqlStateOf(error) ??
  (error instanceof InsufficientStorageError || error instanceof StatementTimedOut ? sqlStateOf(error.cause) : null);

/** The database returned a `timestamptz` that is not an instant, such as `infinity`. */
export class UnreadableInstant extends RangeError {
  override readonly name = 'UnreadableInstant';
  constructor(text: string) {
    super(`Not an instant: ${text}`);
  }
}

/** An instant is to be stored whose year is not between 1 and 9999. */
export class UnstorableInstant extends RangeError {
  override readonly name = 'UnstorableInstant';
  constructor(at: EpochMs) {
    super(`Not a storable instant: ${at}`);
  }
}
