import type { GraphQLFormattedError } from 'graphql';
import {
  CommitUnknownError,
  InsufficientStorageError,
  isOutOfConnections,
  isReadOnlyStore,
  isStoreUnavailable,
  OutdatedProcessError,
  StoreBusyError,
  StoreClosedError,
  StoreUnresponsiveError,
} from '../../application/ports/store-errors';
import { TooManyOperations } from './admission';

/** The codes of errors that say that the service cannot carry out a request at the moment. */
export const UNAVAILABLE_CODES = {
  unavailable: 'SERVICE_UNAVAILABLE',
  storage: 'INSUFFICIENT_STORAGE',
  /** Too many operations are being executed, or wait for the database, which works. */
  busy: 'TOO_BUSY',
} as const;

/** Why a request cannot be carried out at the moment, as the caller sees it. */
export interface Unavailability {
  readonly code: (typeof UNAVAILABLE_CODES)[keyof typeof UNAVAILABLE_CODES];
  readonly message: string;
  /**
   * Whether the same request can be repeated without the risk that it is carried out twice. False
   * if the outcome is unknown.
   */
  readonly retryable: boolean;
}

const retryable = (code: Unavailability['code'], message: string): Unavailability => ({
  code,
  message,
  retryable: true,
});

/** The unavailability that one error, without its causes, reports; null for any other error. */
export function unavailabilityOf(error: unknown): Unavailability | null {
  const { storage, unavailable, busy } = UNAVAILABLE_CODES;
  if (error instanceof CommitUnknownError) {
    const message = `${error.message} Repeating the request is safe with an idempotencyKey.`;
    return { code: unavailable, message, retryable: false };
  }
  if (error instanceof OutdatedProcessError) return retryable(unavailable, error.message);
  if (error instanceof InsufficientStorageError) {
    return retryable(storage, `${error.message} Try again when an operator has made space.`);
  }
  if (error instanceof StoreBusyError || error instanceof TooManyOperations) return retryable(busy, error.message);
  if (error instanceof StoreClosedError) {
    return retryable(unavailable, `${error.message}, so this request was not carried out. Try again shortly.`);
  }
  if (!isStoreUnavailable(error)) return null;
  if (isReadOnlyStore(error)) {
    return retryable(unavailable, 'The database takes no changes at the moment, only reads. Try again shortly.');
  }
  if (isOutOfConnections(error)) {
    return retryable(unavailable, 'The database has no free connection at the moment. Try again shortly.');
  }
  if (error instanceof StoreUnresponsiveError) {
    return retryable(unavailable, 'The database does not answer at the moment. Try again shortly.');
  }
  return retryable(unavailable, 'The database cannot be reached at the moment. Try again shortly.');
}

const CODES: readonly unknown[] = Object.values(UNAVAILABLE_CODES);

/**
 * Whether a whole answer failed because the service is unavailable: every error says so, and every
 * field of the operation is null. An answer that has the value of one field is a partial answer.
 */
export const isUnavailable = (
  data: Readonly<Record<string, unknown>> | null | undefined,
  errors: readonly GraphQLFormattedError[],
): boolean =>
  errors.length > 0 &&
  errors.every(({ extensions }) => CODES.includes(extensions?.code)) &&
  Object.values(data ?? {}).every((value) => value === null);
