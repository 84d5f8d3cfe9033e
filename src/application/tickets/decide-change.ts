import type { EpochMs } from '../../domain/instant';
import type { Policy } from '../../domain/policy/policy';
import { contradictionIn, type Decision, decide, letPass, submit } from '../../domain/ticket/decide';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Ticket } from '../../domain/ticket/ticket';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import type { Change } from './change-tickets';

/** What a change comes to, in memory. */
export interface DecidedChange {
  /** The ticket after it; null where it was to be opened and was refused. */
  readonly ticket: Ticket | null;
  readonly events: readonly TicketEvent[];
  readonly refused: Refusal | null;
  /** One per step: null where it was carried out. */
  readonly refusals: readonly (Refusal | null)[];
}

/**
 * Decides a change in memory: opens the ticket where the change says so, then lets it take the steps in order. A refused
 * step harms no other.
 *
 * @param existing the ticket as it stands, locked; null where the change opens it
 * @param policy the version the ticket is (or will be) pinned to
 * @param now the instant of steps that name none; never taken to be before the ticket's last event
 */
export function decideChange(change: Change, existing: Ticket | null, policy: Policy, now: EpochMs): DecidedChange {
  const events: TicketEvent[] = [];
  let opened = existing;
  if (change.submit !== null) {
    const { input, at, evidence } = change.submit;
    const outcome = submit(policy, change.ticketId, input, at ?? now, change.actor, evidence ?? undefined);
    if (!outcome.ok) return { ticket: null, events: [], refused: outcome.refusal, refusals: [] };
    opened = outcome.ticket;
    events.push(outcome.event);
  }
  if (opened === null) throw new Error(`Change of ticket ${change.ticketId} has neither a ticket nor a submission`);
  let ticket: Ticket = opened;
  const contradiction = contradictionOf(change, policy);
  if (contradiction !== null) return { ticket, events, refused: null, refusals: [contradiction] };
  if (change.expectedVersion !== null && ticket.version !== change.expectedVersion) {
    const refused: Refusal = { code: 'VersionConflict', expected: change.expectedVersion, actual: ticket.version };
    return { ticket, events, refused, refusals: [] };
  }
  const refusals: (Refusal | null)[] = [];
  for (const step of change.steps) {
    const at: EpochMs = step.at ?? Math.max(now, ticket.lastEventAt);
    const command = typeof step.command === 'function' ? step.command(ticket) : step.command;
    if (command === null) {
      refusals.push(null);
      continue;
    }
    const decision: Decision =
      command === 'LET_PASS' ? letPass(ticket, at, policy) : decide(ticket, command, at, policy, change.actor);
    ticket = decision.ticket;
    events.push(...decision.events);
    refusals.push(decision.refusal);
  }
  return { ticket, events, refused: null, refusals };
}

/** Of a change of one command: facts that contradict themselves are refused before even the version is looked at. */
function contradictionOf({ steps }: Change, policy: Policy): Refusal | null {
  const command = steps.length === 1 ? steps[0]?.command : undefined;
  return typeof command === 'object' ? contradictionIn(command, policy) : null;
}
