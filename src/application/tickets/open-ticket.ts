import { v7 as uuidv7 } from 'uuid';
import type { NewTicket } from '../../domain/ticket/commands';
import { refuseOccurrenceToClient, refuseSubmissionToClient } from '../access/client-rules';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { Changed } from './change';
import type { Occurrence } from './change-ticket';
import { refusal } from './decide-changes';

/** A new ticket whose client may be left to the service. */
export type OpenTicketRequest = Omit<NewTicket, 'clientId'> & { readonly clientId: string | null };

/**
 * Opens a ticket. If no client is given, the ticket belongs to the client of the ticket that it
 * follows up, otherwise to the only client of the caller, or to the default client if the caller
 * acts for all.
 *
 * @param occurred given if the ticket was opened before now
 *
 * @throws Forbidden
 */
export async function openTicket(
  services: Pick<Services, 'reader' | 'clients' | 'changeTickets'>,
  caller: Caller,
  request: OpenTicketRequest,
  idempotency: Idempotency | null,
  occurred: Occurrence | null = null,
): Promise<Changed> {
  const { actor, sees, rights, waitSignal } = caller;
  refuseSubmissionToClient(rights, request);
  refuseOccurrenceToClient(rights, occurred);
  const clientId = request.clientId ?? (await clientOf(services, caller, request.followUpOf));
  if (clientId === null) {
    const expected = 'must be given, because the caller opens tickets for several clients';
    return refusal({ code: 'InvalidInput', field: 'clientId', expected });
  }
  const input = { ...request, clientId };
  const submit =
    occurred === null
      ? { input, at: null, evidence: null }
      : { input, at: occurred.at, evidence: null, entry: occurred };
  const change = { ticketId: uuidv7(), submit, steps: [], actor, sees, expectedVersion: null, idempotency };
  const [changed] = await services.changeTickets([change], waitSignal);
  if (changed === undefined) throw new Error('The submission was not answered');
  return changed;
}

async function clientOf(
  { reader, clients }: Pick<Services, 'reader' | 'clients'>,
  caller: Caller,
  followUpOf: string | null,
): Promise<string | null> {
  const followed = followUpOf === null ? null : await reader.ticketById(caller, followUpOf);
  if (followed !== null) return followed.clientId;
  if (caller.sees === 'ALL') return (await clients.default()).id;
  const [own = null, ...others] = caller.sees;
  return others.length > 0 ? null : own;
}
