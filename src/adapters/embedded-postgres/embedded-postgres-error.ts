import { OperatorError } from '../../application/operator-error';
/** What kept the embedded PostgreSQL from running; each has its own remedy, which the message names. */
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

/** The embedded PostgreSQL cannot run. `message` is for the operator: what is wrong, and which variable to set. */
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

/** The system's code of a failed call, such as `ENOENT`, or PostgreSQL's SQLSTATE; undefined where there is none. */
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

/** PostgreSQL's words, and those of the C library, for a disk or a quota that is used up. */
export const saysDiskFull = (text: string): boolean =>
  /No space left on device|Disk quota exceeded|Check free disk space/.test(text);

/** Turns a failed file operation in the data folder into the sentence that helps; other errors pass through. */
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
      return new EmbeddedPostgresError(
        'DATA_DIR_UNUSABLE',
        `The data folder ${dataDir} is not a folder and cannot be made one: ${remedy}.`,
        { cause: error },
      );
    default:
      return error;
  }
};
