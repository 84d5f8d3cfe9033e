import type { Desk } from './desk';
import { SHOW_TICKET, type ShownTicket } from './ticket-documents';
import { noSuchTicket, ticketArguments } from './ticket-name';
import { ticketPage } from './ticket-page';

/** `show`: one ticket, with its latest events. */
export async function showTicket({ service, clock, print }: Desk, written: string, events: number): Promise<void> {
  const variables = { ...ticketArguments(written), events };
  const { ticket } = await service.ask<{ readonly ticket: ShownTicket | null }>(SHOW_TICKET, variables);
  if (ticket === null) throw noSuchTicket(written);
  print(ticketPage(ticket, clock), { ticket });
}
