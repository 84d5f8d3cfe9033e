import type { Client } from '../ports/clients';

/**
 * Returns a function that returns the default client. The first call creates the account if it does
 * not exist, and later calls return the same account. A failed call is repeated by the next one.
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
