import { clocksOf } from '../../domain/commitment/ticket-clocks';
import type { EpochMs } from '../../domain/instant';
import type { Policy } from '../../domain/policy/policy';
import { decidedCycles } from '../../domain/ticket/cycle-outcomes';
import { milestonesOf } from '../../domain/ticket/milestones';
import type { Ticket } from '../../domain/ticket/ticket';
import type { TicketEvent } from '../../domain/ticket/ticket-events';
import type { StoredTicket } from '../ports/stored-ticket';
import type { TicketRecord } from '../ports/ticket-store';

/** A ticket that a set of changes has touched, as the set leaves it. */
export interface TouchedTicket {
  readonly ticket: Ticket;
  /** The ticket before the set; null for a new one. */
  readonly stored: StoredTicket | null;
  readonly policy: Policy;
  readonly events: readonly TicketEvent[];
}

/** Everything that is saved of a touched ticket, recorded at an instant. */
export function recordOf({ ticket, stored, policy, events }: TouchedTicket, recordedAt: EpochMs): TicketRecord {
  const clocks = clocksOf(ticket, policy);
  const facts =
    // Opening a ticket decides no cycle and reaches no milestone.
    stored === null && events.length === 1
      ? { decidedCycles: [], milestones: [] }
      : { decidedCycles: decidedCycles(ticket, events), milestones: milestonesOf(stored, ticket, events, policy) };
  return { ticket, stored, events, recordedAt, clocks, ...facts };
}
