import type { EpochMs } from '../../domain/instant';
import type { Command } from '../../domain/ticket/commands';
import { decide } from '../../domain/ticket/decide';
import type { Refusal } from '../../domain/ticket/refusals';
import type { SeverityChange } from '../../domain/ticket/ticket';
import { pinnedPolicy } from '../policies/pinned-policy';
import type { Caller } from '../ports/caller';
import type { Services } from '../ports/services';
import type { StoredTicket } from '../ports/stored-ticket';

/** What is to be tried on a ticket. */
export interface Trial {
  readonly ticketId: string;
  readonly command: Command;
  /** When; null for now, or for the ticket's last event where that is later. */
  readonly at: EpochMs | null;
}

/** What a command would come to. Nothing of it has happened. */
export interface Simulated {
  readonly at: EpochMs;
  /** Why the command would be refused; null where it would be carried out. */
  readonly refusal: Refusal | null;
  /** The ticket as it stands at that instant if nobody acts; null where there is none. */
  readonly before: StoredTicket | null;
  /** The same with the command carried out; `before` where it would be refused. */
  readonly after: StoredTicket | null;
  readonly severityChange: SeverityChange | null;
}

/** Lets a ticket take a command in memory only, by the very function that decides in earnest. */
export async function simulate(
  { reader, policies }: Pick<Services, 'reader' | 'policies'>,
  caller: Caller,
  { ticketId, command, at: asked }: Trial,
  now: EpochMs,
): Promise<Simulated> {
  const ticket = await reader.ticketById(caller, ticketId);
  if (ticket === null) {
    const refusal: Refusal = { code: 'NotFound', kind: 'Ticket', id: ticketId };
    return { at: asked ?? now, refusal, before: null, after: null, severityChange: null };
  }
  const at = asked ?? Math.max(now, ticket.lastEventAt);
  const asOf = { at, knownAt: null };
  const before: StoredTicket = { ...ticket, asOf };
  const decision = decide(ticket, command, at, await pinnedPolicy(policies, ticket), caller.actor);
  if (decision.refusal !== null) return { at, refusal: decision.refusal, before, after: before, severityChange: null };
  const after: StoredTicket = { ...before, ...decision.ticket };
  const severityChange = after.severityChanges[ticket.severityChanges.length] ?? null;
  return { at, refusal: null, before, after, severityChange };
}
