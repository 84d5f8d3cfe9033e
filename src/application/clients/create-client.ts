import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Client } from '../ports/clients';
import { actorKey, type Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';

/** Any UUID that nothing else derives names from. */
const KEYED_CLIENTS = '5b0c8d2e-2f0b-4b7c-9a51-7f3f0f1f6c1a';

export interface ClientOutcome {
  readonly client: Client | null;
  readonly refusal: Refusal | null;
}

/**
 * Opens a client account. With an idempotency key the account's id follows from the key, so that the same request made
 * again finds the account that the first one opened, however late it comes.
 */
export async function createClient(
  { clients }: Pick<Services, 'clients'>,
  caller: Caller,
  name: string,
  idempotency: Idempotency | null,
): Promise<ClientOutcome> {
  const id = idempotency === null ? uuidv7() : uuidv5(`${actorKey(caller.actor)}/${idempotency.key}`, KEYED_CLIENTS);
  const client = await clients.create(id, name);
  if (client === null) {
    const refusal: Refusal = { code: 'InvalidInput', field: 'name', expected: 'takes a name that no other client has' };
    return { client: null, refusal };
  }
  if (idempotency !== null && client.name !== name) {
    return { client: null, refusal: { code: 'IdempotencyKeyReused', key: idempotency.key } };
  }
  return { client, refusal: null };
}
