import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Client } from '../ports/clients';
import type { Idempotency } from '../ports/idempotency';
import type { ClientTerms } from '../ports/policies';
import type { Services } from '../ports/services';

export interface TermsOutcome {
  /** The client after this request. Null if there is none that the caller may see. */
  readonly client: Client | null;
  readonly refusal: Refusal | null;
}

/**
 * Replaces the terms of a client (its policy and calendars), for the tickets that are opened
 * afterwards.
 */
export async function setClientTerms(
  { policies, reader }: Pick<Services, 'policies' | 'reader'>,
  caller: Caller,
  terms: ClientTerms,
  idempotency: Idempotency | null,
): Promise<TermsOutcome> {
  const { clientId } = terms;
  const client = await reader.clientById(caller, clientId);
  if (client === null) return { client, refusal: { code: 'NotFound', kind: 'Client', id: clientId } };
  const refusal = await policies.setTerms(terms, caller.actor, idempotency, caller.waitSignal);
  if (refusal !== null) return { client, refusal };
  // A repeated request returns the terms that it set, even if another request has changed them
  // since.
  const { policy, calendars } = terms;
  return { client: { ...client, policy, calendars }, refusal };
}
