import type { EpochMs } from '../../domain/instant';
import type { Command } from '../../domain/ticket/commands';
import type { Refusal } from '../../domain/ticket/refusals';
import { refuseOccurrenceToClient, refuseToClient } from '../access/client-rules';
import { refusalFor } from '../access/permissions';
import type { Caller } from '../ports/caller';
import type { Idempotency } from '../ports/idempotency';
import type { Services } from '../ports/services';
import type { Changed } from './change';

/** When something happened, as the caller says it, and why it is recorded late. */
export interface Occurrence {
  readonly at: EpochMs;
  readonly reason: string | null;
}

/** One command for one ticket. */
export interface TicketRequest {
  readonly ticketId: string;
  readonly command: Command;
  /** The version of the ticket that the caller expects; null accepts any version. */
  readonly expectedVersion: number | null;
  readonly idempotency: Idempotency | null;
  /** Null if it happens now. */
  readonly occurred: Occurrence | null;
}

/**
 * Applies a command to a ticket, at the current instant or at the one that the caller states.
 *
 * @throws Forbidden
 */
export async function changeTicket(
  { changeTickets }: Pick<Services, 'changeTickets'>,
  { actor, sees, rights, waitSignal }: Caller,
  { ticketId, command, expectedVersion, idempotency, occurred }: TicketRequest,
): Promise<Changed> {
  refuseToClient(rights, command);
  refuseOccurrenceToClient(rights, occurred);
  const steps = [occurred === null ? { command, at: null } : { command, at: occurred.at, entry: occurred }];
  const change = { ticketId, submit: null, steps, actor, sees, expectedVersion, idempotency };
  const [changed] = await changeTickets([change], waitSignal);
  if (changed === undefined) throw new Error(`The change of ticket ${ticketId} was not answered`);
  const shown = (refusal: Refusal | null): Refusal | null => (refusal === null ? null : refusalFor(refusal, rights));
  return { ...changed, refused: shown(changed.refused), refusals: changed.refusals.map(shown) };
}
