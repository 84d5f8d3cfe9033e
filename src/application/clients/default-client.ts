import type { Client } from '../ports/clients';

/**
 * Returns a function that gives the default client. The account is created at the first call and
 * kept; a failed attempt is repeated at the next call.
 */
export function defaultClient(ensureClient: () => Promise<Client>): () => Promise<Client> {
  let client: Promise<Client> | null = null;
  return () => {
    client ??= ensureClient().catch((error: unknown) => {
      client = null;
      throw error;
    });
    return client;
  };
}
