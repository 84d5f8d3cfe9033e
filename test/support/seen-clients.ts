import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../src/application/ports/caller';
import { everything } from './actors';

/** The header with the ids of the clients that the caller of a test sees; all without it. */
export const SEEN_CLIENTS = 'x-test-sees';

/** The caller that the header describes. */
export function callerBySeenClients({ headers }: IncomingMessage): Caller {
  const seen = headers[SEEN_CLIENTS];
  return typeof seen === 'string' ? { ...everything, sees: seen.split(',') } : everything;
}
