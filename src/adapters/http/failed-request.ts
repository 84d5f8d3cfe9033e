import type { IncomingMessage, ServerResponse } from 'node:http';
import { Unauthenticated } from '../../application/access/caller-identity';
import { RateLimited } from '../../application/access/rate-limited';
import { Forbidden } from '../../application/access/rights';
import { OperationTimedOut, TooManyFailures } from '../../application/ports/operation-ended';
import { TokensUnavailable } from '../../application/ports/tokens';
import { FAULT_CODES, failureOf, type Presentation, presentError } from '../graphql/errors';
import { isUnavailable, unavailabilityOf } from '../graphql/unavailability';
import { costHeaders } from './cost-headers';
import { RequestError } from './request-body';
import { sendJson } from './send';

function knownErrorOf(error: unknown): RequestError | null {
  if (error instanceof OperationTimedOut) return new RequestError(504, FAULT_CODES.timedOut, error.message);
  if (error instanceof Unauthenticated) return new RequestError(401, FAULT_CODES.unauthenticated, error.message);
  if (error instanceof RateLimited) {
    return new RequestError(429, FAULT_CODES.rateLimited, error.message, true, error.retryAfterSeconds);
  }
  if (error instanceof Forbidden) return new RequestError(403, FAULT_CODES.forbidden, error.message);
  if (error instanceof TokensUnavailable) {
    return new RequestError(503, FAULT_CODES.unavailable, `${error.message}; try again shortly.`, true);
  }
  const unavailability = unavailabilityOf(error);
  if (unavailability !== null) return new RequestError(503, unavailability.code, unavailability.message);
  return error instanceof RequestError ? error : null;
}

/** The shape of a GraphQL response that has only an error. */
export const errorBody = (message: string, extensions: object) => ({ errors: [{ message, extensions }] });

/**
 * Answers a request that failed, in the shape of a GraphQL response.
 *
 * @returns the code of the error
 */
export function fail(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  requestId: string,
  presentation: Presentation,
): string {
  if (response.headersSent || response.destroyed || request.errored !== null) {
    response.destroy();
    return FAULT_CODES.abandoned;
  }
  if (error instanceof TooManyFailures) {
    const failure = failureOf(error);
    const shown = presentError(failure, failure.toJSON(), requestId, presentation);
    const status = isUnavailable(null, [shown]) ? 503 : 200;
    if (status === 503 && shown.extensions?.retryable === true) response.setHeader('retry-after', '1');
    sendJson(response, status, { errors: [shown], data: null });
    return String(shown.extensions?.code);
  }
  const known = knownErrorOf(error);
  if (known === null) presentation.logger.error({ requestId, err: error }, 'unexpected fault');
  const message =
    known?.message ?? 'An unexpected error occurred in the service. Include the requestId when you report it.';
  const retryable = unavailabilityOf(error)?.retryable ?? known?.retryable;
  const retryAfterSeconds = known?.retryAfterSeconds;
  if (retryable === true) response.setHeader('retry-after', retryAfterSeconds ?? 1);
  const code = known?.code ?? FAULT_CODES.internal;
  const extensions = {
    code,
    ...(retryable === undefined ? {} : { retryable }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    requestId,
  };
  // RFC 6750.
  if (known?.status === 401) response.setHeader('www-authenticate', 'Bearer realm="stepdown"');
  const cost = error instanceof RateLimited ? error.cost : null;
  if (cost !== null) for (const [name, value] of costHeaders(cost)) response.setHeader(name, value);
  // The rest of the body is not read, so the connection cannot carry another request.
  if (!request.complete) response.setHeader('connection', 'close');
  const body = { ...errorBody(message, extensions), ...(cost === null ? {} : { extensions: { cost } }) };
  sendJson(response, known?.status ?? 500, body);
  request.resume();
  return code;
}
