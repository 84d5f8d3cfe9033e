import { OperatorError } from '../../../application/operator-error';
import { isStorageFault } from '../../../application/ports/store-errors';
import { PASSWORD_ENCODING } from './database-url';
import type { FoundDatabase } from './pooler';

/**
 * The database cannot be used as it is, or not with this configuration. The message names the
 * database, without the password, the reason, and what to do.
 */
export class DatabaseUnusableError extends OperatorError {
  override readonly name = 'DatabaseUnusableError';
  constructor(
    /** As `describeDatabase` returns it. */
    readonly database: string,
    { reason, remedy }: Explanation,
    cause?: unknown,
  ) {
    super(`${capitalised(database)} cannot be used: ${reason}. ${remedy}`, { cause });
  }
}

/** Why a database cannot be used, as a clause, and what to do, as sentences. */
export interface Explanation {
  readonly reason: string;
  readonly remedy: string;
}

const NO_PASSWORD = {
  reason: 'it asks for a password, and DATABASE_URL has none',
  remedy: `Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE; ${PASSWORD_ENCODING}.`,
} as const;
const TLS = 'Set ?sslmode=verify-full at the end of DATABASE_URL, or ?sslmode=no-verify to accept any certificate';

/**
 * The errors that an operator can correct, by SQLSTATE or code of Node.js and the message. The
 * first that matches counts.
 */
const EXPLANATIONS: readonly (readonly [pattern: RegExp, reason: string, remedy: string])[] = [
  [/client password must be/, NO_PASSWORD.reason, NO_PASSWORD.remedy],
  [/^28P01/, 'the user name or the password is wrong', `Correct DATABASE_URL; ${PASSWORD_ENCODING}.`],
  [
    /^28000.*no pg_hba\.conf entry.*no encryption/,
    'its pg_hba.conf has no entry for this user from here without encryption',
    `${TLS}; or add the entry.`,
  ],
  [/^28000.*does not exist/, 'there is no user with that name', 'Create the user, or correct DATABASE_URL.'],
  [/^28000/, 'the user may not connect', 'Correct DATABASE_URL, or allow it in the pg_hba.conf of the server.'],
  [/^3D000/, 'there is no database with that name', 'Create it with CREATE DATABASE, or correct DATABASE_URL.'],
  [
    /^53300/,
    'it has too many connections already',
    'End other programs that use it, raise its max_connections, or lower DATABASE_POOL_SIZE.',
  ],
  [
    /^42501 must be owner/,
    'only the owner of its tables may do this',
    'Set DATABASE_OWNER_URL to the user that migrated it.',
  ],
  [
    /^42501 permission denied for (table|sequence|view)/,
    'the user lacks a right on its tables',
    'Grant it as their owner, such as GRANT SELECT ON ALL TABLES IN SCHEMA public TO the user, or set DATABASE_URL to ' +
      'the user that migrated it.',
  ],
  [/^57P03/, 'it is starting up or shutting down', 'Try again in a moment.'],
  [
    /^(42501|3F000)/,
    'the user lacks a right on it',
    'Grant it as the owner of the database, such as GRANT CREATE, USAGE ON SCHEMA public TO the user, ' +
      'or set DATABASE_URL to another user.',
  ],
  [/^25006/, 'it takes no changes, only reads', 'Set DATABASE_URL to the server that takes changes.'],
  [
    /does not support SSL/,
    'it offers no encryption, which DATABASE_URL asks for',
    'Turn on ssl in the server, or set sslmode=disable in DATABASE_URL if the network is trusted.',
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_\w+|CERT_UNTRUSTED)/,
    'no authority that this machine knows has signed its certificate',
    'Name the certificate of the authority in DATABASE_URL, as sslrootcert=FILE, or set sslmode=no-verify to accept ' +
      'any certificate.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    'its certificate is for another host name',
    'Write the host name of the certificate in DATABASE_URL, or set sslmode=no-verify to accept any certificate.',
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)/,
    'its certificate has expired or is not yet valid',
    'Renew it, or set sslmode=no-verify in DATABASE_URL to accept any certificate.',
  ],
  [
    /transaction blocks not allowed in statement pooling mode/,
    'its connection pooler is in statement mode, which has no transactions',
    'Set pool_mode = transaction in PgBouncer.',
  ],
  [
    /^ECONNREFUSED/,
    'no server listens there',
    'Start PostgreSQL there, or correct DATABASE_URL; without DATABASE_URL, the embedded PostgreSQL is used.',
  ],
  [/^ENOTFOUND/, 'there is no host with that name', 'Correct the host in DATABASE_URL.'],
  [
    /^EAI_AGAIN/,
    'the host name could not be resolved',
    'Correct the host in DATABASE_URL, or look at the network of this machine.',
  ],
  // Files that cannot be read have the same codes.
  [/^ENOENT connect/, 'there is no socket in that folder', 'Start PostgreSQL, or correct the folder in DATABASE_URL.'],
  [/^EACCES connect/, 'this user of the system may not open its socket', 'Allow it, or correct DATABASE_URL.'],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)|does not answer|timeout expired|connection timeout|trying to connect/i,
    'it does not answer',
    'Correct the host and the port in DATABASE_URL, or look at the network and the firewalls between.',
  ],
  [
    /^(ECONNRESET|EPIPE|57P0[124])|connection terminated|ended the connection/i,
    'it ended the connection',
    'See the log of the server. If no PostgreSQL listens there, correct the port in DATABASE_URL.',
  ],
];

/**
 * The sentence for an error that means that the database cannot be used; null for any other, such
 * as a mistake in a statement.
 */
export function unusable(error: unknown, database: string): DatabaseUnusableError | null {
  return error instanceof OperatorError ? null : explained(error, database);
}

function explained(error: unknown, database: string): DatabaseUnusableError | null {
  const { code, said } = faultIn(error);
  if (isStorageFault(error)) {
    return new DatabaseUnusableError(database, { reason: DISK_FULL, remedy: 'Make room on it.' }, error);
  }
  const [, reason, remedy] = EXPLANATIONS.find(([pattern]) => pattern.test(`${code} ${said}`)) ?? [];
  if (reason === undefined || remedy === undefined) return null;
  // Which right is missing, only the server says.
  const detail = /^(42501|3F000|28000)/.test(code) ? ` (${said})` : '';
  return new DatabaseUnusableError(database, { reason: `${reason}${detail}`, remedy }, error);
}

const DISK_FULL = 'its disk is full or cannot be written';

/** The same for an error of an attempt to connect: whatever it is, the database cannot be used. */
export const unconnected = (error: unknown, database: string, hasPassword: boolean): DatabaseUnusableError => {
  const { code, said } = faultIn(error);
  // Other methods than SCRAM send something in place of the password.
  if (code === '28P01' && !hasPassword) return new DatabaseUnusableError(database, NO_PASSWORD, error);
  const answer = said || code || 'it gives no reason';
  const reason = `no connection can be opened (${answer})`;
  return explained(error, database) ?? new DatabaseUnusableError(database, { reason, remedy: SEE }, error);
};

/**
 * The sentence for an error of the first migration of a database whose tables, types or functions
 * are in the way; null for any other.
 */
export function ofAnotherProgram(error: unknown, database: string): DatabaseUnusableError | null {
  const { code, said } = faultIn(error);
  if (!/^42(P0[167]|703|710|723)$/.test(code)) return null;
  const reason = `it is in use by another program (${said})`;
  return new DatabaseUnusableError(database, { reason, remedy: OWN_DATABASE }, error);
}

/** A database that cannot store all characters. */
export const otherEncoding = (encoding: string, database: string): DatabaseUnusableError =>
  new DatabaseUnusableError(database, {
    reason: `its encoding is ${encoding}, which lacks characters that tickets can have`,
    remedy: "Create one with CREATE DATABASE stepdown ENCODING 'UTF8' TEMPLATE template0.",
  });

/** Why `DATABASE_DIRECT_URL` cannot be used for a database; null if it can. */
export function directUrlProblem(
  direct: FoundDatabase,
  found: FoundDatabase,
  database: string,
): DatabaseUnusableError | null {
  if (direct.pooler !== null) {
    const reason = 'a connection pooler is in front of it, so notifications do not arrive';
    return new DatabaseUnusableError(database, { reason, remedy: 'Set DATABASE_DIRECT_URL to the server itself.' });
  }
  if (direct.identity === found.identity) return null;
  const reason = 'it is not the database of DATABASE_URL';
  return new DatabaseUnusableError(database, { reason, remedy: 'Set DATABASE_DIRECT_URL to the same database.' });
}

/** Something needs a connection of its own, and only a pooler is known. */
export const withoutDirectUrl = (database: string): DatabaseUnusableError =>
  new DatabaseUnusableError(database, {
    reason: 'this command needs a connection of its own, and a connection pooler is in front of it',
    remedy: 'Set DATABASE_DIRECT_URL to the server itself.',
  });

/** A user who does not own the tables was to change them. */
export const notOwned = (database: string, pending: readonly string[]): DatabaseUnusableError =>
  new DatabaseUnusableError(database, {
    reason: `${pending.join(', ')} ${pending.length === 1 ? 'has' : 'have'} not run, and only the owner of its tables may change them`,
    remedy: 'Set DATABASE_OWNER_URL to the owner of the tables, or run npm run stepdown -- migrate with it.',
  });

const OWN_DATABASE =
  'Set DATABASE_URL to a database for Stepdown alone, such as one made with CREATE DATABASE stepdown.';
const SEE = 'See the log of the server, and correct DATABASE_URL.';

/**
 * The code and the message, without its full stop. A host with several addresses has an error for
 * each.
 */
function faultIn(error: unknown): { readonly code: string; readonly said: string } {
  const { errors } = fieldsOf(error);
  const { code, message } = fieldsOf(Array.isArray(errors) ? errors[0] : error);
  const said = (typeof message === 'string' ? message : '').replace(/\s+/g, ' ').replace(/\.$/, '');
  return { code: typeof code === 'string' ? code : '', said };
}

const fieldsOf = (
  error: unknown,
): { readonly code?: unknown; readonly message?: unknown; readonly errors?: unknown } =>
  typeof error === 'object' && error !== null ? error : {};

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The server is older than the oldest version that Stepdown is tested on. */
export class DatabaseTooOldError extends OperatorError {
  override readonly name = 'DatabaseTooOldError';
  constructor(database: string, version: string) {
    super(
      `${capitalised(database)} cannot be used: its server is PostgreSQL ${version}, and Stepdown needs ` +
        `${OLDEST_POSTGRES} or later. Upgrade it, or set DATABASE_URL to a newer one.`,
    );
  }
}

/** The oldest major version of PostgreSQL that can be used. */
export const OLDEST_POSTGRES = 15;

/**
 * At start: a newer version of the service has run a migration that this version is not compatible
 * with.
 */
export class DatabaseNewerError extends OperatorError {
  override readonly name = 'DatabaseNewerError';
  constructor(
    database: string,
    /** The breaking migrations that this version does not know. */
    readonly unknown: readonly string[],
  ) {
    super(
      `${capitalised(database)} was migrated by a newer version of Stepdown (${unknown.join(', ')}). Run that version ` +
        'or a later one, or set DATABASE_URL to another database.',
    );
  }
}

const MIGRATE = 'Start the service (npm start), or run npm run stepdown -- migrate';

/** A command that only reads found that migrations have not run, which it does not run itself. */
export class DatabaseNotMigratedError extends OperatorError {
  override readonly name = 'DatabaseNotMigratedError';
  constructor(
    database: string,
    /** The migrations that have not run. */
    readonly pending: readonly string[],
    isEmpty: boolean,
  ) {
    super(
      isEmpty
        ? `${capitalised(database)} has no tables of Stepdown. ${MIGRATE}, or name another database.`
        : `${capitalised(database)} needs migrating: ${pending.join(', ')} ${pending.length === 1 ? 'has' : 'have'} not run. ` +
            `${MIGRATE}; this command only reads.`,
    );
  }
}

/** A command that only reads found no data folder of the embedded PostgreSQL. */
export class NoDatabaseError extends OperatorError {
  override readonly name = 'NoDatabaseError';
  constructor(dataDir: string) {
    super(
      `There is no database in ${dataDir}. ${MIGRATE}; or set STEPDOWN_DATA_DIR or DATABASE_URL to the database that ` +
        'you mean.',
    );
  }
}
