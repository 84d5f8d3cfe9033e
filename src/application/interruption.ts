import {
  CommitUnknownError,
  DataLockedError,
  InsufficientStorageError,
  isConnectionLost,
  isOutOfConnections,
  isReadOnlyStore,
  isStorageFault,
  StatementTimedOut,
  StoreBusyError,
  StoreUnresponsiveError,
  sqlStateOf,
} from './ports/store-errors';

/**
 * What the operator reads if the database ended a long command: why, what is in, and how to go on.
 *
 * @param work the command
 * @param error for which `isServerFault` is true
 * @param isIn what is in the database, as a clause
 */
export function interruptionText(work: 'import' | 'restore', error: unknown, isIn: string): string {
  const goOn = 'the same command again to go on; it skips the tickets that are in.';
  if (isWentAway(error)) return `The database went away during the ${work}: ${isIn}. Run ${goOn}`;
  const { reason, remedy } = endOf(error);
  const run = remedy === undefined ? 'Run' : `${remedy}, then run`;
  return `The ${work} ended: ${reason}. ${isIn.charAt(0).toUpperCase()}${isIn.slice(1)}. ${run} ${goOn}`;
}

/** Whether the connection was lost: a server that is frozen, or has no space left, has not gone. */
const isWentAway = (error: unknown): boolean =>
  error instanceof CommitUnknownError || (isConnectionLost(error) && !(error instanceof StoreUnresponsiveError));

interface End {
  /** A clause. */
  readonly reason: string;
  /** What has to be done before the next attempt, as the beginning of a sentence. */
  readonly remedy?: string;
}

const NO_PERMISSION = '42501';

function endOf(error: unknown): End {
  if (error instanceof InsufficientStorageError || isStorageFault(error)) {
    return { reason: 'the disk of the database is full or cannot be written', remedy: 'Make room on it' };
  }
  if (isReadOnlyStore(error)) {
    const remedy = 'Wait until it takes changes, or set DATABASE_URL to the server that does';
    return { reason: 'the database takes no changes, only reads', remedy };
  }
  if (isOutOfConnections(error)) return { reason: 'the database has no free connection' };
  if (error instanceof StoreUnresponsiveError) return { reason: 'the database does not answer' };
  if (error instanceof StatementTimedOut) return { reason: 'the database was too slow, and ended a statement' };
  if (error instanceof DataLockedError || error instanceof StoreBusyError) return { reason: clauseOf(error.reason) };
  const { message } = error instanceof Error ? error : new Error(String(error));
  const reason = message.replace(/\s+/g, ' ').replace(/\.$/, '');
  const sqlState = sqlStateOf(error);
  if (sqlState === null) return { reason: clauseOf(reason) };
  const answered = { reason: `the database answers “${reason}”` };
  return sqlState === NO_PERMISSION ? { ...answered, remedy: 'Grant the permission' } : answered;
}

const clauseOf = (sentence: string): string => `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
