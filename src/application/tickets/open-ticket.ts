import { v7 as uuidv7 } from 'uuid';
import type { NewTicket } from '../../domain/ticket/commands';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { Changed } from './change';

/** A new ticket whose client may be left to the service. */
export type OpenTicketRequest = Omit<NewTicket, 'clientId'> & { readonly clientId: string | null };

/**
 * Opens a ticket. If no client is given, the ticket belongs to the client of the ticket that it
 * follows up, otherwise to the default client.
 */
export async function openTicket(
  services: Pick<Services, 'reader' | 'clients' | 'changeTickets'>,
  caller: Caller,
  request: OpenTicketRequest,
  idempotency: Idempotency | null,
): Promise<Changed> {
  const clientId = request.clientId ?? (await clientOf(services, caller, request.followUpOf));
  const { actor, sees, waitSignal } = caller;
  const submit = { input: { ...request, clientId }, at: null, evidence: null };
  const change = { ticketId: uuidv7(), submit, steps: [], actor, sees, expectedVersion: null, idempotency };
  const [changed] = await services.changeTickets([change], waitSignal);
  if (changed === undefined) throw new Error('The submission was not answered');
  return changed;
}

async function clientOf(
  { reader, clients }: Pick<Services, 'reader' | 'clients'>,
  caller: Caller,
  followUpOf: string | null,
): Promise<string> {
  const followed = followUpOf === null ? null : await reader.ticketById(caller, followUpOf);
  return followed?.clientId ?? (await clients.default()).id;
}
