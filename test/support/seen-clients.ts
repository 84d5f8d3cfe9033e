import type { RequestCallers } from '../../src/adapters/http/request-callers';
import { everything } from './actors';

/** The header with the ids of the clients that the caller of a test sees; all without it. */
export const SEEN_CLIENTS = 'x-test-sees';

/** Callers that the header describes. */
export const callersBySeenClients: RequestCallers = {
  isRequired: false,
  credentialOf: () => null,
  knows: () => false,
  identify: ({ headers }) => {
    const seen = headers[SEEN_CLIENTS];
    const caller = typeof seen === 'string' ? { ...everything, sees: seen.split(',') } : everything;
    return { caller, expiresAt: null, credential: null };
  },
};
