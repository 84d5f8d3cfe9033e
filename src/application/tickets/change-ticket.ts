import type { Command } from '../../domain/ticket/commands';
import type { Refusal } from '../../domain/ticket/refusals';
import { refuseToClient } from '../access/client-rules';
import { refusalFor } from '../access/permissions';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { Changed } from './change';

/** One command for one ticket, at the current instant. */
export interface TicketRequest {
  readonly ticketId: string;
  readonly command: Command;
  /** The version of the ticket that the caller expects; null accepts any version. */
  readonly expectedVersion: number | null;
  readonly idempotency: Idempotency | null;
}

/**
 * Applies a command to a ticket at the current instant.
 *
 * @throws Forbidden
 */
export async function changeTicket(
  { changeTickets }: Pick<Services, 'changeTickets'>,
  { actor, sees, rights, waitSignal }: Caller,
  { ticketId, command, expectedVersion, idempotency }: TicketRequest,
): Promise<Changed> {
  refuseToClient(rights, command);
  const steps = [{ command, at: null }];
  const change = { ticketId, submit: null, steps, actor, sees, expectedVersion, idempotency };
  const [changed] = await changeTickets([change], waitSignal);
  if (changed === undefined) throw new Error(`The change of ticket ${ticketId} was not answered`);
  const shown = (refusal: Refusal | null): Refusal | null => (refusal === null ? null : refusalFor(refusal, rights));
  return { ...changed, refused: shown(changed.refused), refusals: changed.refusals.map(shown) };
}
