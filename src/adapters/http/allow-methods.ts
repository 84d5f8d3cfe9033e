import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from './request-body';

/** @throws RequestError with status 405 if a path does not take the method of a request */
export function allow({ method = '' }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  if (methods.includes(method)) return;
  response.setHeader('allow', methods.join(', '));
  throw new RequestError(405, 'METHOD_NOT_ALLOWED', `This path takes only ${methods.join(' and ')}.`);
}
