import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { RateLimited } from '../../application/access/rate-limited';
import { Forbidden } from '../../application/access/rights';
import { TooManyApproachingDeadlines } from '../../application/deadlines/upcoming-deadlines';
import { CursorAhead, CursorExpired, NewerEvent } from '../../application/ports/event-log';
import { CallerGone, OperationTimedOut, TooManyFailures } from '../../application/ports/operation-ended';
import { OtherSystemError } from '../../application/ports/other-system-error';
import { InvalidCursor } from '../../application/ports/pagination';
import { PolicyReaderBusy } from '../../application/ports/policies';
import {
  DataLockedError,
  isConnectionLost,
  isStoreUnavailable,
  OutdatedProcessError,
  StatementTimedOut,
  StoreBusyError,
  StoreClosedError,
} from '../../application/ports/store-errors';
import { TooMuchText } from '../../application/ports/texts-read';
import { InvalidFilter, SearchIndexBehind } from '../../application/ports/ticket-filter';
import { isUnanswerable } from '../../domain/calendar/business-calendar';
import { TooManySegments } from '../../domain/commitment/explain-due';
import { thousands } from '../../domain/thousands';
import { withoutSuggestion } from './introspection';
import { shortMessage } from './short-message';
import { UNAVAILABLE_CODES, unavailabilityOf } from './unavailability';

/** The values of `extensions.code` in errors of this service, besides those of Apollo Server. */
export const FAULT_CODES = {
  badInput: 'BAD_USER_INPUT',
  /** The request has no valid credential. */
  unauthenticated: 'UNAUTHENTICATED',
  /** The caller has not the role or the scope. */
  forbidden: 'FORBIDDEN',
  /** The caller, its client or its address has done too much in this minute. */
  rateLimited: 'RATE_LIMITED',
  beyondCalendar: 'BEYOND_CALENDAR',
  tooLarge: 'OPERATION_TOO_LARGE',
  /** The service executes trusted documents only. */
  unknownDocument: 'UNKNOWN_DOCUMENT',
  /** The events after a cursor are not all kept any more. */
  cursorExpired: 'CURSOR_EXPIRED',
  /** A cursor is ahead of the log. */
  cursorAhead: 'CURSOR_AHEAD',
  timedOut: 'OPERATION_TIMED_OUT',
  abandoned: 'OPERATION_ABANDONED',
  tooManySubscriptions: 'TOO_MANY_SUBSCRIPTIONS',
  /** Other requests or transactions have locked what the request changes. */
  locked: 'LOCKED',
  ...UNAVAILABLE_CODES,
  internal: 'INTERNAL_SERVER_ERROR',
} as const;

/**
 * An error for an invalid argument. The sentence says what is accepted and never repeats the value.
 */
export const badInput = (sentence: string): GraphQLError =>
  new GraphQLError(sentence, { extensions: { code: FAULT_CODES.badInput } });

/** The error of an operation that failed as a whole, as a GraphQL error without a place. */
export function failureOf(error: unknown): GraphQLError {
  const own = error instanceof TooManyFailures ? error.cause : error;
  if (own instanceof GraphQLError) return own;
  const originalError = own instanceof Error ? own : new Error(String(own));
  return new GraphQLError(originalError.message, { originalError });
}

/**
 * An error and its causes: GraphQL's `originalError`, and the standard `cause`. Not those of an
 * error of another system.
 */
function* chainOf(error: unknown): Generator<object> {
  const seen = new Set<object>();
  const open: unknown[] = [error];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    yield next;
    if (next instanceof OtherSystemError) continue;
    const { originalError, cause } = next as Record<'originalError' | 'cause', unknown>;
    open.push(originalError, cause);
    if (next instanceof AggregateError) open.push(...next.errors);
  }
}

/** Whether an error or one of its causes says that the database is unavailable. */
export const isDatabaseUnavailable = (error: unknown): boolean => [...chainOf(error)].some(isStoreUnavailable);

/**
 * Whether an error or one of its causes says that the database cannot be used. Not if it works, and
 * others use it, or if this process ends.
 */
export function isDatabaseOutage(error: unknown): boolean {
  const links = [...chainOf(error)];
  if (links.some((link) => NO_OUTAGE.some((kind) => link instanceof kind))) return false;
  return links.some((link) => isStoreUnavailable(link) || link instanceof OutdatedProcessError);
}

const NO_OUTAGE = [DataLockedError, StoreBusyError, StoreClosedError];

/** Whether an error or one of its causes says that the database could not be reached. */
export const isDatabaseAway = (error: unknown): boolean => [...chainOf(error)].some(isConnectionLost);

/** The code and message that the caller sees. */
interface PublicError {
  readonly code: string;
  readonly message: string;
  /** Only of errors that say that the service is unavailable, or of a rate limit. */
  readonly retryable?: boolean;
  /** Only of a rate limit. */
  readonly retryAfterSeconds?: number;
}

/** The public form of an expected error; null for an unexpected one, whose details are hidden. */
function publicErrorOf(error: unknown): PublicError | null {
  for (const link of chainOf(error)) {
    if (isUnanswerable(link)) return { code: FAULT_CODES.beyondCalendar, message: link.message };
    if (link instanceof TooMuchText || link instanceof TooManySegments || link instanceof TooManyApproachingDeadlines)
      return { code: FAULT_CODES.tooLarge, message: link.message };
    if (link instanceof RateLimited) {
      const { message, retryAfterSeconds } = link;
      return { code: FAULT_CODES.rateLimited, message, retryable: true, retryAfterSeconds };
    }
    if (link instanceof Forbidden) return { code: FAULT_CODES.forbidden, message: link.message };
    if (link instanceof OperationTimedOut) return { code: FAULT_CODES.timedOut, message: link.message };
    if (link instanceof CallerGone) return { code: FAULT_CODES.abandoned, message: link.message };
    if (link instanceof CursorExpired) return { code: FAULT_CODES.cursorExpired, message: link.message };
    if (link instanceof CursorAhead) return { code: FAULT_CODES.cursorAhead, message: link.message };
    if (link instanceof InvalidCursor || link instanceof InvalidFilter) {
      return { code: FAULT_CODES.badInput, message: link.message };
    }
    if (link instanceof DataLockedError) return { code: FAULT_CODES.locked, message: link.message };
    if (link instanceof StatementTimedOut) return { code: FAULT_CODES.timedOut, message: link.message };
    if (link instanceof PolicyReaderBusy || link instanceof SearchIndexBehind || link instanceof NewerEvent) {
      return { code: FAULT_CODES.unavailable, message: link.message, retryable: true };
    }
    const unavailability = unavailabilityOf(link);
    if (unavailability !== null) return unavailability;
  }
  return null;
}

/**
 * Whether graphql-js refused the request before it was executed, and neither it nor Apollo Server
 * gave the error a code. The errors of resolvers have a path.
 */
const isOfRequest = (error: unknown): boolean =>
  error instanceof GraphQLError &&
  error.originalError === undefined &&
  error.path === undefined &&
  error.extensions.code === undefined;

/** What graphql-js says when it has compared too many fields. It has no code and no constant. */
const VALIDATION_ABORTED = 'Validation aborted.';
/** The constant of graphql-js, which it does not export. */
const MAX_COMPARISONS = 500_000;
const TOO_MANY_COMPARISONS = `The validation of the document takes too many comparisons of fields with the same name. The limit is ${thousands(MAX_COMPARISONS)} comparisons. Select each field once in a selection set.`;

/**
 * The errors of an answer. Without data, it cannot show the mutations that were carried out before
 * one failed, so the errors name them, and no retry is advised.
 *
 * @param carriedOut the sentences of the operation
 */
export const withCarriedOut = (
  data: unknown,
  errors: readonly GraphQLFormattedError[],
  carriedOut: string,
): readonly GraphQLFormattedError[] =>
  data != null || carriedOut === ''
    ? errors
    : errors.map((error) => {
        if (error.message.includes(carriedOut)) return error;
        const said = `In the same operation, ${carriedOut} Repeating it is safe with an idempotencyKey.`;
        const { extensions } = error;
        return {
          ...error,
          message: `${error.message.replace(/\.?$/, '.')} ${said}`,
          extensions: { ...extensions, ...(extensions?.retryable === true ? { retryable: false } : {}) },
        };
      });

/** How errors are shown. */
export interface Presentation {
  readonly logger: Logger;
  /** Whether messages may suggest names of the schema. */
  readonly introspection: boolean;
}

/**
 * The error that the caller sees. An expected error keeps its message. An unexpected one becomes
 * `INTERNAL_SERVER_ERROR` with the id of the request; its details are logged under the same id.
 */
export function presentError(
  error: unknown,
  formatted: GraphQLFormattedError,
  requestId: string,
  { logger, introspection }: Presentation,
): GraphQLFormattedError {
  const where = {
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
  };
  const expected = publicErrorOf(error);
  if (expected !== null) {
    const { message, ...extensions } = expected;
    // The line of the request has the code.
    if (expected.retryable !== undefined) {
      const level = isDatabaseOutage(error) ? 'warn' : 'debug';
      logger[level]({ requestId, err: error }, 'the service cannot carry out a request');
    }
    return { message, ...where, extensions: { ...extensions, requestId } };
  }
  if (formatted.message === VALIDATION_ABORTED) {
    return { message: TOO_MANY_COMPARISONS, ...where, extensions: { code: FAULT_CODES.tooLarge, requestId } };
  }
  const { code: given, stacktrace: _stacktrace, http: _http, ...others } = formatted.extensions ?? {};
  const code = isOfRequest(error) ? FAULT_CODES.badInput : given;
  if (typeof code === 'string' && code !== FAULT_CODES.internal) {
    const details = Object.entries(others).map(([name, value]) => [
      name,
      typeof value === 'string' ? shortMessage(value) : value,
    ]);
    return {
      message: shortMessage(introspection ? formatted.message : withoutSuggestion(formatted.message)),
      ...where,
      extensions: { code, ...Object.fromEntries(details), requestId },
    };
  }
  logger.error({ requestId, err: innermost(error), path: formatted.path }, 'unexpected fault');
  return {
    message: 'An unexpected error occurred in the service. Include the requestId when you report it.',
    ...where,
    extensions: { code: FAULT_CODES.internal, requestId },
  };
}

const innermost = (error: unknown): unknown => (error instanceof GraphQLError ? (error.originalError ?? error) : error);
