import type { EpochMs } from '../../domain/instant';
import type { Command } from '../../domain/ticket/commands';
import { decide } from '../../domain/ticket/decide';
import type { Refusal } from '../../domain/ticket/refusals';
import type { SeverityChange } from '../../domain/ticket/ticket';
import { refusalFor } from '../access/permissions';
import { pinnedPolicy } from '../policies/pinned-policy';
import type { Caller } from '../ports/caller';
import type { Services } from '../ports/services';
import type { StoredTicket } from '../ports/stored-ticket';

/** A command to try on a ticket. */
export interface Trial {
  readonly ticketId: string;
  readonly command: Command;
  /**
   * Null for now, or for the instant of the ticket's last event if that is later. It can be before
   * marks and breaches, but not before the last event that a person caused.
   */
  readonly at: EpochMs | null;
}

/** The result of a simulated command. */
export interface Simulated {
  readonly at: EpochMs;
  /** Why the command would be refused; null if it would be carried out. */
  readonly refusal: Refusal | null;
  /**
   * The ticket at that instant, or at that of its last event if that is later, if no one acts until
   * then; null if there is no ticket.
   */
  readonly before: StoredTicket | null;
  /** The ticket after the command; `before` if it would be refused. */
  readonly after: StoredTicket | null;
  readonly severityChange: SeverityChange | null;
}

/** Runs `decide` without saving. */
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
  // Before marks or breaches that are recorded, as a late entry that needs no reason.
  const isLate = at < ticket.lastEventAt;
  const entry = isLate ? { now: at, reason: null, lastAct: await reader.lastAct(caller, ticketId) } : null;
  const asOf = { at: Math.max(at, ticket.lastEventAt), knownAt: null };
  const before: StoredTicket = { ...ticket, asOf };
  const decision = decide(ticket, command, at, await pinnedPolicy(policies, ticket), caller.actor, entry);
  if (decision.refusal !== null) {
    const refusal = refusalFor(decision.refusal, caller.rights);
    return { at, refusal, before, after: before, severityChange: null };
  }
  const after: StoredTicket = { ...before, ...decision.ticket };
  const severityChange = after.severityChanges[ticket.severityChanges.length] ?? null;
  return { at, refusal: null, before, after, severityChange };
}
