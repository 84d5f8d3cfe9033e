import { OperatorError } from '../../../application/operator-error';
import { isConnectionLost, sqlStateOf } from '../../../application/ports/store-errors';

export { CommitUnknownError, isConnectionLost, sqlStateOf } from '../../../application/ports/store-errors';

/** The database cannot be used. `message` is for the operator: which database (never the password), and what is wrong. */
export class DatabaseUnreachableError extends OperatorError {
  override readonly name = 'DatabaseUnreachableError';
  constructor(
    /** `host:port/database`. */
    readonly database: string,
    cause: unknown,
  ) {
    super(`The database ${database} cannot be reached: ${reasonOf(cause)}.`, { cause });
  }
}

/** A newer version of the service has migrated the database; this one would not understand what it finds. */
export class DatabaseNewerError extends OperatorError {
  override readonly name = 'DatabaseNewerError';
  constructor(
    /** The migrations that this version does not know. */
    readonly unknown: readonly string[],
  ) {
    super(
      `The database was migrated by a newer version of Stepdown (${unknown.join(', ')}): run that version or a later ` +
        'one, or set DATABASE_URL to another database.',
    );
  }
}

/** What errors of pg and of Node's sockets carry; told by shape, for not all of them are made in this realm. */
interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly errors?: unknown;
}

const faultOf = (error: unknown): Fault => (typeof error === 'object' && error !== null ? error : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The constraint that a statement violated; null where that is not what went wrong. */
export const violatedConstraint = (error: unknown): string | null =>
  sqlStateOf(error)?.startsWith('23') === true ? textOf(faultOf(error).constraint) : null;

/** Serialisation failure and deadlock: another try is likely to succeed. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlStateOf(error) ?? '');

/**
 * The database objects to something, or what it holds cannot be read: a value out of range, a violated constraint, a trigger
 * that raises whatever it likes. One row may be to blame, and others do without it.
 */
export const isDataError = (error: unknown): boolean =>
  error instanceof UnreadableInstant || (sqlStateOf(error) !== null && !isConnectionLost(error));

/** Transaction, conflict, rights and tables, resources, an operator at work, the machine: mostly no row's fault. */
export const isServerError = (error: unknown): boolean => /^(25|40|42|53|57|58)/.test(sqlStateOf(error) ?? '');

/** The database holds an instant that is none to us: infinity, or one that no calendar knows. */
export class UnreadableInstant extends RangeError {
  override readonly name = 'UnreadableInstant';
  constructor(text: string) {
    super(`Not an instant: ${text}`);
  }
}

/** The host is unknown, or does not answer in time. */
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
