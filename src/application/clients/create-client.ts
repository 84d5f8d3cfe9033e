import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Client } from '../ports/clients';
import { actorKey, type Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';

/** The namespace of the ids that are derived from idempotency keys: a random UUID. */
const CLIENT_ID_NAMESPACE = '5b0c8d2e-2f0b-4b7c-9a51-7f3f0f1f6c1a';

export interface ClientOutcome {
  readonly client: Client | null;
  readonly refusal: Refusal | null;
}

/**
 * Creates a client. With an idempotency key the id of the client is derived from the key, so that a
 * repeated request finds the client that the first one created, at any later time.
 */
export async function createClient(
  { clients }: Pick<Services, 'clients'>,
  caller: Caller,
  name: string,
  idempotency: Idempotency | null,
): Promise<ClientOutcome> {
  const id =
    idempotency === null ? uuidv7() : uuidv5(`${actorKey(caller.actor)}/${idempotency.key}`, CLIENT_ID_NAMESPACE);
  const use = idempotency === null ? null : { by: caller.actor, ...idempotency };
  const client = await clients.create(id, name, use, caller.waitSignal, caller.actor);
  if (client === 'NAME_TAKEN') {
    const refusal: Refusal = { code: 'InvalidInput', field: 'name', expected: 'takes a name that no other client has' };
    return { client: null, refusal };
  }
  if (client === 'KEY_REUSED' || (use !== null && client.name !== name)) {
    return { client: null, refusal: { code: 'IdempotencyKeyReused', key: use?.key ?? '' } };
  }
  return { client, refusal: null };
}
