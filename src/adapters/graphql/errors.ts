import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { TooManyNear } from '../../application/deadlines/deadline-watch';
import { SlowSubscriber } from '../../application/ports/events';
import { InvalidCursor } from '../../application/ports/pagination';
import { InvalidFilter } from '../../application/ports/ticket-filter';
import { isUnanswerable } from '../../domain/calendar/business-calendar';
import { TooManySegments } from '../../domain/commitment/explain-due';
import { CommitUnknownError, isConnectionLost, sqlStateOf } from '../persistence/database/database-errors';

/** The codes that an error of this service may carry in `extensions.code`, besides those of Apollo's own checks. */
export const FAULT_CODES = {
  badInput: 'BAD_USER_INPUT',
  beyondCalendar: 'BEYOND_CALENDAR',
  tooLarge: 'OPERATION_TOO_LARGE',
  slowSubscriber: 'SLOW_SUBSCRIBER',
  unavailable: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_SERVER_ERROR',
} as const;

/** What the caller asked for cannot be meant; the sentence says what would be taken and never repeats the value. */
export const badInput = (sentence: string): GraphQLError =>
  new GraphQLError(sentence, { extensions: { code: FAULT_CODES.badInput } });

/** An error with those it was made from: GraphQL's `originalError`, TypeORM's `driverError`, the standard `cause`. */
function* chainOf(error: unknown): Generator<object> {
  const seen = new Set<object>();
  const open: unknown[] = [error];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    yield next;
    const { originalError, driverError, cause } = next as Record<'originalError' | 'driverError' | 'cause', unknown>;
    open.push(originalError, driverError, cause);
    if (next instanceof AggregateError) open.push(...next.errors);
  }
}

const TOO_MANY_CONNECTIONS = '53300';
const NO_FREE_CONNECTION = /timeout exceeded when trying to connect/i;

/** The database cannot be asked: down, starting, shutting down, or without a free connection. */
const isUnavailable = (error: object): boolean =>
  isConnectionLost(error) ||
  sqlStateOf(error) === TOO_MANY_CONNECTIONS ||
  (error instanceof Error && NO_FREE_CONNECTION.test(error.message));

/** Whether an error says, anywhere in what it was made from, that the database cannot be asked at the moment. */
export const isDatabaseAway = (error: unknown): boolean => [...chainOf(error)].some(isUnavailable);

interface Verdict {
  readonly code: string;
  readonly message: string;
}

/** What an error that is not ours to hide is called towards the caller; null for one that may say nothing of itself. */
function verdictOn(error: unknown): Verdict | null {
  for (const link of chainOf(error)) {
    if (isUnanswerable(link)) return { code: FAULT_CODES.beyondCalendar, message: link.message };
    if (link instanceof TooManySegments || link instanceof TooManyNear)
      return { code: FAULT_CODES.tooLarge, message: link.message };
    if (link instanceof SlowSubscriber) return { code: FAULT_CODES.slowSubscriber, message: link.message };
    if (link instanceof InvalidCursor || link instanceof InvalidFilter) {
      return { code: FAULT_CODES.badInput, message: link.message };
    }
    if (link instanceof CommitUnknownError) {
      return { code: FAULT_CODES.unavailable, message: `${link.message} An idempotencyKey makes asking again safe.` };
    }
    if (isUnavailable(link)) {
      return {
        code: FAULT_CODES.unavailable,
        message: 'The database cannot be reached at the moment, so nothing was done. Try again shortly.',
      };
    }
  }
  return null;
}

/**
 * An error as the caller may see it: an expected one in its own words, a surprise as `INTERNAL_SERVER_ERROR` with the
 * request's id and nothing of its inside. What is hidden is logged under the same id.
 */
export function presentError(
  error: unknown,
  formatted: GraphQLFormattedError,
  requestId: string,
  logger: Logger,
): GraphQLFormattedError {
  const where = {
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
  };
  const verdict = verdictOn(error);
  if (verdict !== null) {
    if (verdict.code === FAULT_CODES.unavailable) logger.warn({ requestId, err: error }, 'database unavailable');
    return { message: verdict.message, ...where, extensions: { code: verdict.code, requestId } };
  }
  const { code, stacktrace: _stacktrace, ...others } = formatted.extensions ?? {};
  if (typeof code === 'string' && code !== FAULT_CODES.internal) {
    return { message: formatted.message, ...where, extensions: { code, ...others } };
  }
  logger.error({ requestId, err: innermost(error), path: formatted.path }, 'unexpected fault');
  return {
    message: 'Something went wrong inside the service. Name the requestId when you report it.',
    ...where,
    extensions: { code: FAULT_CODES.internal, requestId },
  };
}

const innermost = (error: unknown): unknown => (error instanceof GraphQLError ? (error.originalError ?? error) : error);
