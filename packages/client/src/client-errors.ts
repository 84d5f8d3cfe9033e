import type { GraphQLFormattedError } from 'graphql';

/**
 * The service answered a request or a subscription with errors of GraphQL. Refusals of a command
 * are no errors: they are in `userErrors` of the payload.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The code of the first error, for example `BAD_USER_INPUT`. */
  readonly code: string;
  /** The id under which the service has logged the request; null if the answer has none. */
  readonly requestId: string | null;
  /** Whether the same request can be sent again, because nothing of it was carried out. */
  readonly retryable: boolean;
  /** How long to wait before that, in seconds; null if the service does not say it. */
  readonly retryAfterSeconds: number | null;

  /**
   * @param errors all errors of the answer, at least one
   * @param data what the answer has besides its errors: null if the request failed as a whole
   * @param status the status of HTTP; null over WebSocket
   */
  constructor(
    readonly errors: readonly GraphQLFormattedError[],
    readonly data: unknown = null,
    readonly status: number | null = null,
  ) {
    super(errors.map(({ message }) => message).join('\n'));
    const { code, requestId, retryable, retryAfterSeconds } = errors[0]?.extensions ?? {};
    this.code = typeof code === 'string' ? code : 'UNKNOWN';
    this.requestId = typeof requestId === 'string' ? requestId : null;
    this.retryable = retryable === true;
    this.retryAfterSeconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null;
  }
}

/**
 * There was no answer of GraphQL: the service cannot be reached, something else answered, or the
 * socket was closed in a way that connecting again does not mend. A request may have been carried
 * out; repeating it is safe with an `idempotencyKey`.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  /**
   * @param status the status of HTTP, if there was a response
   * @param closeCode the code with which the socket was closed
   */
  constructor(
    message: string,
    readonly status: number | null = null,
    readonly closeCode: number | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * A subscription cannot go on after its last event: the service does not keep all events since, or
 * was restored to an earlier time. Read the tickets again, and subscribe without a cursor.
 */
export class MissedEventsError extends Error {
  override readonly name = 'MissedEventsError';

  constructor(
    /** The cursor of the last event that the subscription has given. */
    readonly cursor: string | null,
    override readonly cause: RequestError,
  ) {
    super(cause.message, { cause });
  }
}

/** A subscription ended because its reader took the events more slowly than they came. */
export class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError';

  constructor(limit: number) {
    super(`More than ${limit} events wait for the reader of this subscription. Read faster, or subscribe to less.`);
  }
}
