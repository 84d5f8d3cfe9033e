import { v7 as uuidv7 } from 'uuid';
import type { NewTicket } from '../../domain/ticket/commands';
import type { Ticket } from '../../domain/ticket/ticket';
import { refuseOccurrenceToClient, refuseSubmissionToClient } from '../access/client-rules';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { Changed } from './change';
import type { Occurrence } from './change-ticket';
import { refusal } from './decide-changes';

/** What a ticket can take over from the one that it follows up, besides the client. */
export type TakenOver = 'CONTACTS' | 'IMPACTS';

/** A new ticket, which can take values over from the ticket that it follows up. */
export type OpenTicketRequest = Omit<NewTicket, 'clientId'> & {
  /** Null if it is left to the service. */
  readonly clientId: string | null;
  readonly takeOver: readonly TakenOver[];
};

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
  const { takeOver, followUpOf, ...given } = request;
  const isFollowedRead = followUpOf !== null && (given.clientId === null || takeOver.length > 0);
  const followed = isFollowedRead ? await services.reader.ticketById(caller, followUpOf) : null;
  if (followed === null && followUpOf !== null && takeOver.length > 0) {
    return refusal({ code: 'NotFound', kind: 'Ticket', id: followUpOf });
  }
  const clientId = given.clientId ?? followed?.clientId ?? (await clientOf(services, caller));
  if (clientId === null) {
    const expected = 'must be given, because the caller opens tickets for several clients';
    return refusal({ code: 'InvalidInput', field: 'clientId', expected });
  }
  const taken = followed === null ? {} : takenOver(takeOver, followed, given);
  const input = { ...given, followUpOf, ...taken, clientId };
  const submit =
    occurred === null
      ? { input, at: null, evidence: null }
      : { input, at: occurred.at, evidence: null, entry: occurred };
  const change = { ticketId: uuidv7(), submit, steps: [], actor, sees, expectedVersion: null, idempotency };
  const [changed] = await services.changeTickets([change], waitSignal);
  if (changed === undefined) throw new Error('The submission was not answered');
  return changed;
}

/** What the new ticket has of the followed one, as that is now. */
function takenOver(
  parts: readonly TakenOver[],
  { contacts, reporter, impacts }: Ticket,
  given: Pick<NewTicket, 'reporter'>,
): Partial<NewTicket> {
  const people = { contacts, reporter: given.reporter ?? reporter };
  return { ...(parts.includes('CONTACTS') ? people : {}), ...(parts.includes('IMPACTS') ? { impacts } : {}) };
}

async function clientOf({ clients }: Pick<Services, 'clients'>, caller: Caller): Promise<string | null> {
  if (caller.sees === 'ALL') return (await clients.default()).id;
  const [own = null, ...others] = caller.sees;
  return others.length > 0 ? null : own;
}
