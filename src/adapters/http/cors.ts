import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a browser remembers an answer to a preflight request, in seconds. */
const PREFLIGHT_SECONDS = 600;
const REQUEST_HEADERS =
  'content-type, authorization, apollo-require-preflight, x-apollo-operation-name, x-stepdown-agent, x-graphql-event-stream-token, last-event-id';
const RESPONSE_HEADERS = 'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset';

/**
 * Lets pages of an allowed origin read the answer, errors included. Credentials are not allowed,
 * because the service has no cookies.
 */
export function allowOrigin(response: ServerResponse, origin: string | null): void {
  response.setHeader('vary', 'Origin');
  if (origin === null) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', RESPONSE_HEADERS);
}

/** Whether a browser asks what a page of another origin may send. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** Answers a preflight request of an allowed origin. */
export function answerPreflight(response: ServerResponse, methods: readonly string[]): void {
  response.setHeader('access-control-allow-methods', methods.join(', '));
  response.setHeader('access-control-allow-headers', REQUEST_HEADERS);
  response.setHeader('access-control-max-age', String(PREFLIGHT_SECONDS));
  response.writeHead(204).end();
}
