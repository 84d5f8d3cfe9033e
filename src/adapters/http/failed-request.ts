import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { OperationTimedOut, TooManyFailures } from '../../application/ports/operation-ended';
import { FAULT_CODES, failureOf, presentError } from '../graphql/errors';
import { isUnavailable, unavailabilityOf } from '../graphql/unavailability';
import { RequestError } from './request-body';
import { send, sendJson } from './send';

function knownErrorOf(error: unknown): RequestError | null {
  if (error instanceof OperationTimedOut) return new RequestError(504, FAULT_CODES.timedOut, error.message);
  const unavailability = unavailabilityOf(error);
  if (unavailability !== null) return new RequestError(503, unavailability.code, unavailability.message);
  return error instanceof RequestError ? error : null;
}

/** The shape of a GraphQL response that has only an error. */
export const errorBody = (message: string, extensions: object) => ({ errors: [{ message, extensions }] });

/** Answers a request that failed, in the shape of a GraphQL response. */
export function fail(request: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  if (response.headersSent || response.destroyed || request.errored !== null) {
    response.destroy();
    return;
  }
  const requestId = String(response.getHeader('x-request-id') ?? randomUUID());
  if (error instanceof TooManyFailures) {
    const failure = failureOf(error);
    const shown = presentError(failure, failure.toJSON(), requestId, logger);
    const status = isUnavailable(null, [shown]) ? 503 : 200;
    if (status === 503 && shown.extensions?.retryable === true) response.setHeader('retry-after', '1');
    sendJson(response, status, { errors: [shown], data: null });
    return;
  }
  const known = knownErrorOf(error);
  if (error instanceof OperationTimedOut) logger.warn({ requestId }, 'an operation ran longer than its time limit');
  if (known === null) logger.error({ requestId, err: error }, 'unexpected fault');
  const message =
    known?.message ?? 'An unexpected error occurred in the service. Include the requestId when you report it.';
  const isLogged = known === null || error instanceof OperationTimedOut;
  const retryable = unavailabilityOf(error)?.retryable ?? known?.retryable;
  if (retryable === true) response.setHeader('retry-after', '1');
  const extensions = {
    code: known?.code ?? FAULT_CODES.internal,
    ...(retryable === undefined ? {} : { retryable }),
    ...(isLogged ? { requestId } : {}),
  };
  // The rest of the body is not read, so the connection cannot carry another request.
  if (!request.complete) response.setHeader('connection', 'close');
  send(response, known?.status ?? 500, 'application/json', JSON.stringify(errorBody(message, extensions)));
  request.resume();
}
