import { CalendarError } from '../calendar/business-calendar';
import { type EpochMs, least } from '../instant';
import type { CommitmentKind, Policy } from '../policy/policy';
import type { Ticket } from '../ticket/ticket';
import { nextDeadline } from './overdue';
import { type CommitmentStatus, viewCycle } from './view';

/** One commitment as of the ticket's last event. */
export interface CommitmentClock {
  /**
   * Null where the ticket has no such commitment. Never `AT_RISK`: a running commitment is at risk,
   * or breached, from `atRiskAt`, or `dueAt`, on.
   */
  readonly status: Exclude<CommitmentStatus, 'AT_RISK'> | null;
  /** Null while paused, once ended, and for best effort. */
  readonly dueAt: EpochMs | null;
  readonly atRiskAt: EpochMs | null;
}

/** The clocks of a ticket as of its last event: what lists, filters and the deadline engine need. */
export interface TicketClocks {
  readonly commitments: Readonly<Record<CommitmentKind, CommitmentClock>>;
  /** The earliest of the three due instants. */
  readonly dueAt: EpochMs | null;
  /** When a mark, a breach or the end of silence falls due next; null when none will. */
  readonly nextDeadlineAt: EpochMs | null;
  readonly isBreached: boolean;
}

const NONE: CommitmentClock = { status: null, dueAt: null, atRiskAt: null };

/** Computes the clocks of a ticket. What lies beyond the calendar's known years is null. */
export function clocksOf(ticket: Ticket, policy: Policy): TicketClocks {
  const RESPONSE = clockOf(ticket, policy, 'RESPONSE');
  const UPDATE = clockOf(ticket, policy, 'UPDATE');
  const RESOLUTION = clockOf(ticket, policy, 'RESOLUTION');
  return {
    commitments: { RESPONSE, UPDATE, RESOLUTION },
    dueAt: least([RESPONSE.dueAt, UPDATE.dueAt, RESOLUTION.dueAt]),
    nextDeadlineAt: knownOrNull(() => nextDeadline(ticket, policy)),
    isBreached: ticket.cycles.some((cycle) => cycle.breach !== null),
  };
}

function clockOf(ticket: Ticket, policy: Policy, kind: CommitmentKind): CommitmentClock {
  if (ticket.notMeasured.includes(kind)) return { ...NONE, status: 'NOT_MEASURED' };
  const cycle = ticket.cycles.findLast((candidate) => candidate.kind === kind);
  if (cycle === undefined) return NONE;
  const view = knownOrNull(() => viewCycle(ticket, policy, cycle, ticket.lastEventAt));
  if (view === null) return NONE;
  const status = view.status === 'AT_RISK' ? 'RUNNING' : view.status;
  return cycle.end === null ? { status, dueAt: view.dueAt, atRiskAt: view.atRiskAt } : { ...NONE, status };
}

function knownOrNull<T>(answer: () => T): T | null {
  try {
    return answer();
  } catch (error) {
    if (error instanceof CalendarError) return null;
    throw error;
  }
}
