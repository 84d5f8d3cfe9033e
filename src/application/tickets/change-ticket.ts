import type { Command } from '../../domain/ticket/commands';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import { type Outcome, outcomeOf } from './outcome';

/** One command for one ticket, now. */
export interface TicketRequest {
  readonly ticketId: string;
  readonly command: Command;
  /** The version that the caller decided by; null where any will do. */
  readonly expectedVersion: number | null;
  readonly idempotency: Idempotency | null;
}

/** Lets a ticket take a command at the present instant. */
export async function changeTicket(
  { changeTickets }: Pick<Services, 'changeTickets'>,
  caller: Caller,
  { ticketId, command, expectedVersion, idempotency }: TicketRequest,
): Promise<Outcome> {
  const [changed] = await changeTickets([
    {
      ticketId,
      submit: null,
      steps: [{ command, at: null }],
      actor: caller.actor,
      sees: caller.sees,
      expectedVersion,
      idempotency,
    },
  ]);
  return outcomeOf(changed);
}
