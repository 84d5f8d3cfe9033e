import { fromGlobalId } from '../../graphql/base/global-id';
import { DeskError } from './desk-error';
import type { DeskService } from './service-client';
import { FIND_TICKET } from './ticket-documents';

/** The arguments of the API's `ticket`: exactly one of them. */
export type TicketArguments = { readonly number: number } | { readonly id: string } | { readonly externalId: string };

const MAX_NUMBER = 2_147_483_647;

/** What a person writes for a ticket: `202`, `#202`, its global id, or its externalId. */
export function ticketArguments(written: string): TicketArguments {
  const digits = /^#?([1-9]\d*)$/.exec(written)?.[1];
  if (digits !== undefined && Number(digits) <= MAX_NUMBER) return { number: Number(digits) };
  return fromGlobalId(written)?.type === 'Ticket' ? { id: written } : { externalId: written };
}

export const noSuchTicket = (written: string): DeskError =>
  new DeskError(
    'NOT_FOUND',
    `There is no ticket ${JSON.stringify(written)}, or you may not see it. Give its number, its id or its externalId; ` +
      '`find` looks for the words of a ticket.',
  );

/** @throws DeskError if the caller sees no such ticket */
export async function ticketIdOf(service: DeskService, written: string): Promise<string> {
  const argument = ticketArguments(written);
  if ('id' in argument) return argument.id;
  const { ticket } = await service.ask<{ readonly ticket: { readonly id: string } | null }>(FIND_TICKET, argument);
  if (ticket === null) throw noSuchTicket(written);
  return ticket.id;
}
