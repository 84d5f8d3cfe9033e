import { v7 as uuidv7 } from 'uuid';
import { classify } from '../../domain/policy/classify';
import type { NewTicket } from '../../domain/ticket/commands';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import { type Outcome, outcomeOf, refuse } from './outcome';

/** A new ticket, where the client may be left to the service. */
export type Submission = Omit<NewTicket, 'clientId'> & { readonly clientId: string | null };

/**
 * Opens a ticket. Without a client it belongs to that of the ticket it follows up, else to the default account; a ticket
 * follows up one of its own client only.
 */
export async function submitTicket(
  { policies, reader, clients, changeTickets }: Pick<Services, 'policies' | 'reader' | 'clients' | 'changeTickets'>,
  caller: Caller,
  submission: Submission,
  idempotency: Idempotency | null,
): Promise<Outcome> {
  const followed = submission.followUpOf === null ? null : await reader.ticketById(caller, submission.followUpOf);
  const clientId =
    submission.clientId === null
      ? (followed?.clientId ?? (await clients.default()).id)
      : ((await reader.clientById(caller, submission.clientId))?.id ?? null);
  // Facts that contradict themselves, under the client's own policy, are refused before anything else is.
  const outcome = classify(await policies.current(clientId), submission.impacts);
  if (!outcome.ok) return refuse(outcome.refusal);
  if (submission.followUpOf !== null && followed === null) {
    return refuse({ code: 'NotFound', kind: 'Ticket', id: submission.followUpOf });
  }
  if (clientId === null) return refuse({ code: 'NotFound', kind: 'Client', id: submission.clientId ?? '' });
  if (followed !== null && followed.clientId !== clientId) {
    return refuse({ code: 'InvalidInput', field: 'followUpOf', expected: 'takes a ticket of the same client' });
  }
  const [changed] = await changeTickets([
    {
      ticketId: uuidv7(),
      submit: { input: { ...submission, clientId }, at: null, evidence: null },
      steps: [],
      actor: caller.actor,
      sees: caller.sees,
      expectedVersion: null,
      idempotency,
    },
  ]);
  return outcomeOf(changed);
}
