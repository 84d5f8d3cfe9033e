/**
 * The database cannot be used. The message names the database, without the password, and the
 * reason.
 */
export class DatabaseUnreachableError extends Error {
  override readonly name = 'DatabaseUnreachableError';
  constructor(
    /** `host:port/database`. */
    readonly database: string,
    cause: unknown,
  ) {
    super(`The database ${database} cannot be reached: ${reasonOf(cause)}.`, { cause });
  }
}

/**
 * At start: a newer version of the service has run a migration that this version is not compatible
 * with.
 */
export class DatabaseNewerError extends Error {
  override readonly name = 'DatabaseNewerError';
  constructor(
    /** The breaking migrations that this version does not know. */
    readonly unknown: readonly string[],
  ) {
    super(
      `The database was migrated by a newer version of Stepdown (${unknown.join(', ')}): run that version or a later ` +
        'one, or set DATABASE_URL to another database.',
    );
  }
}

/**
 * While the process runs: a newer version of the service has run a migration that this version is
 * not compatible with, so the database refuses every write of this process. Reads still work, and
 * processes of the newer version can write.
 */
export class OutdatedProcessError extends Error {
  override readonly name = 'OutdatedProcessError';
}

/**
 * The connection was lost during COMMIT, and whether the transaction was committed could not be
 * determined. Only the caller can decide whether to repeat the request; with an idempotency key
 * that is always safe.
 */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
  constructor(cause: unknown) {
    super('The database was lost while a change was being saved; whether it was saved is not known.', { cause });
  }
}

/**
 * The SQLSTATE of the trigger function `refuse_older_writers`. Class 57 is "operator intervention".
 */
export const OUTDATED_PROCESS = '57SD1';

/**
 * Returns the error of this file for an error of the database, or the error itself if there is
 * none.
 */
export const storeError = (error: unknown): unknown =>
  sqlStateOf(error) === OUTDATED_PROCESS
    ? new OutdatedProcessError(textOf(faultOf(error).message), { cause: error })
    : error;

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

/** The SQLSTATE (five characters) of an error of the database; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  const code = textOf(faultOf(error).code);
  return /^[0-9A-Z]{5}$/.test(code) && !SOCKET_CODES.includes(code) ? code : null;
}

/** The name of the constraint that a statement violated; null for any other error. */
export const violatedConstraint = (error: unknown): string | null =>
  sqlStateOf(error)?.startsWith('23') === true ? textOf(faultOf(error).constraint) : null;

/**
 * Whether an error is a serialization failure or a deadlock, so that a retry is likely to succeed.
 */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlStateOf(error) ?? '');

/**
 * Whether the database refused a statement, or returned a value that cannot be read. The cause may
 * be a single row: a value out of range, a violated constraint, an exception of a trigger.
 */
export const isDataError = (error: unknown): boolean =>
  error instanceof UnreadableInstant || (sqlStateOf(error) !== null && !isConnectionLost(error));

/**
 * Whether the cause of an error is probably not a row: transaction state (25), conflicts (40),
 * missing tables or rights (42), resources (53), an operator (57), the machine (58).
 */
export const isServerError = (error: unknown): boolean => /^(25|40|42|53|57|58)/.test(sqlStateOf(error) ?? '');

/** The database returned a `timestamptz` that is not an instant, such as `infinity`. */
export class UnreadableInstant extends RangeError {
  override readonly name = 'UnreadableInstant';
  constructor(text: string) {
    super(`Not an instant: ${text}`);
  }
}

const LOST =
  /connection terminated|connection ended|client has encountered a connection error|not queryable|client was closed|released back to the pool|already released/i;
const SOCKET_CODES = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOTCONN', 'ENOENT', 'EHOSTUNREACH'];

/**
 * Whether a connection was lost or could not be opened: a socket failed, or the server shut down,
 * restarted or ended the session (SQLSTATE class 08, and 57P01 to 57P05).
 */
export function isConnectionLost(error: unknown): boolean {
  const { code, message, errors, severity } = faultOf(error);
  // The server ends a session with severity FATAL. A trigger may raise the same SQLSTATE with
  // severity ERROR.
  const isEnd = severity !== 'ERROR' && /^(08|57P0[1-5]$)/.test(sqlStateOf(error) ?? '');
  if (isEnd || SOCKET_CODES.includes(textOf(code))) return true;
  // If a host name has several addresses, there is one error for each.
  if (Array.isArray(errors)) return errors.some(isConnectionLost);
  return LOST.test(textOf(message));
}

/** Whether the host name is unknown or the host does not answer in time. */
export function isUnanswered(error: unknown): boolean {
  const { code, message } = faultOf(error);
  return ['ENOTFOUND', 'EAI_AGAIN'].includes(textOf(code)) || /timeout/i.test(textOf(message));
}

const KNOWN_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the host name could not be resolved',
  ENOENT: 'there is no socket in that folder',
  ETIMEDOUT: 'it does not answer',
  '28P01': 'the user name or the password is wrong',
  '28000': 'the user may not connect',
  '3D000': 'there is no database of that name',
  '53300': 'it has too many connections already',
  '57P03': 'it is starting up or shutting down',
};

function reasonOf(cause: unknown): string {
  const { errors } = faultOf(cause);
  const { code, message } = faultOf(Array.isArray(errors) ? errors[0] : cause);
  return KNOWN_REASONS[textOf(code)] ?? (textOf(message).replace(/\.$/, '') || 'no reason is given');
}
