import type { Refusal } from '../../domain/ticket/refusals';
import type { Caller } from '../ports/caller';
import type { Client } from '../ports/clients';
import type { Idempotency } from '../ports/idempotency';
import type { ClientTerms } from '../ports/policies';
import type { Services } from '../ports/services';

export interface TermsOutcome {
  /** The client as this request left it; null where the caller may not see it. */
  readonly client: Client | null;
  readonly refusal: Refusal | null;
}

/** Gives a client a policy and calendars of its own, or takes them away, for the tickets opened from now on. */
export async function setClientTerms(
  { policies, reader }: Pick<Services, 'policies' | 'reader'>,
  caller: Caller,
  terms: ClientTerms,
  idempotency: Idempotency | null,
): Promise<TermsOutcome> {
  const { clientId } = terms;
  if ((await reader.clientById(caller, clientId)) === null) {
    return { client: null, refusal: { code: 'NotFound', kind: 'Client', id: clientId } };
  }
  const refusal = await policies.setTerms(terms, caller.actor, idempotency);
  const client = await reader.clientById(caller, clientId);
  if (client === null || refusal !== null) return { client, refusal };
  // As this request left it; another may have come since, which matters to one that is repeated.
  const { policy, calendars } = terms;
  return { client: { ...client, policy, calendars }, refusal };
}
