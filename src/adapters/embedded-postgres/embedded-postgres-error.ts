import { OperatorError } from '../../application/operator-error';
/** Why the embedded PostgreSQL cannot run. The message names the remedy. */
export type EmbeddedPostgresReason =
  | 'UNSUPPORTED_PLATFORM'
  | 'BINARIES_UNUSABLE'
  | 'REFUSES_ROOT'
  | 'DATA_DIR_UNUSABLE'
  | 'OTHER_MAJOR_VERSION'
  | 'DISK_FULL'
  | 'SOCKET_DIR_UNUSABLE'
  | 'START_FAILED'
  | 'CLOSED';

/** The embedded PostgreSQL cannot run. The message says what is wrong and which variable to set. */
export class EmbeddedPostgresError extends OperatorError {
  override readonly name = 'EmbeddedPostgresError';
  constructor(
    readonly reason: EmbeddedPostgresReason,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * The code of a failed system call, such as `ENOENT`, or an SQLSTATE; undefined if the error has
 * none.
 */
export const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

export const diskFull = (dataDir: string, cause?: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    'DISK_FULL',
    `The disk that holds ${dataDir} is full: free some space, set STEPDOWN_DATA_DIR to a folder on another disk, ` +
      'or set DATABASE_URL to a PostgreSQL of your own.',
    { cause },
  );

/**
 * Whether a message of PostgreSQL or of the C library reports a full disk or an exhausted quota.
 */
export const saysDiskFull = (text: string): boolean =>
  /No space left on device|Disk quota exceeded|Check free disk space/.test(text);

/**
 * Turns a failed file operation in the data folder into an EmbeddedPostgresError; returns other
 * errors as they are.
 */
export const explainFileError = (dataDir: string, error: unknown): unknown => {
  const remedy = 'set STEPDOWN_DATA_DIR to a folder of this user, or DATABASE_URL to a PostgreSQL of your own';
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(dataDir, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EmbeddedPostgresError(
        'DATA_DIR_UNUSABLE',
        `The data folder ${dataDir} cannot be written to: ${remedy}.`,
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return notAFolder(dataDir, error);
    default:
      if (!(error instanceof Error && 'syscall' in error)) return error;
      return new EmbeddedPostgresError(
        'DATA_DIR_UNUSABLE',
        `The data folder ${dataDir} cannot be used (${error.message}): ${remedy}.`,
        { cause: error },
      );
  }
};

/** The error for a data folder that is a file, cannot be created, or cannot have files. */
export const notAFolder = (dataDir: string, cause?: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    'DATA_DIR_UNUSABLE',
    `The data folder ${dataDir} is not a folder in which files can be created: set STEPDOWN_DATA_DIR to a folder of this user, ` +
      'or DATABASE_URL to a PostgreSQL of your own.',
    { cause },
  );
