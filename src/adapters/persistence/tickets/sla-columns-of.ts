import { CalendarError } from '../../../domain/calendar/business-calendar';
import { nextDeadline } from '../../../domain/commitment/overdue';
import { viewCycle } from '../../../domain/commitment/view';
import { type EpochMs, least } from '../../../domain/instant';
import type { CommitmentKind, Policy } from '../../../domain/policy/policy';
import type { Ticket } from '../../../domain/ticket/ticket';
import type { SlaColumns, StoredStatus } from '../tables';

interface CommitmentColumns {
  readonly status: StoredStatus | null;
  readonly dueAt: EpochMs | null;
  readonly atRiskAt: EpochMs | null;
}

const NONE: CommitmentColumns = { status: null, dueAt: null, atRiskAt: null };

/** What the ticket's row says of its clocks, as they stand after its last event. */
export function slaOf(ticket: Ticket, policy: Policy): SlaColumns {
  const response = commitmentOf(ticket, policy, 'RESPONSE');
  const update = commitmentOf(ticket, policy, 'UPDATE');
  const resolution = commitmentOf(ticket, policy, 'RESOLUTION');
  return {
    response_status: response.status,
    response_due_at: response.dueAt,
    response_at_risk_at: response.atRiskAt,
    update_status: update.status,
    update_due_at: update.dueAt,
    update_at_risk_at: update.atRiskAt,
    resolution_status: resolution.status,
    resolution_due_at: resolution.dueAt,
    resolution_at_risk_at: resolution.atRiskAt,
    due_at: least([response.dueAt, update.dueAt, resolution.dueAt]),
    next_deadline_at: knownOrNull(() => nextDeadline(ticket, policy)),
    breached: ticket.cycles.some((cycle) => cycle.breach !== null),
  };
}

function commitmentOf(ticket: Ticket, policy: Policy, kind: CommitmentKind): CommitmentColumns {
  if (ticket.notMeasured.includes(kind)) return { ...NONE, status: 'NOT_MEASURED' };
  const cycle = ticket.cycles.findLast((candidate) => candidate.kind === kind);
  if (cycle === undefined) return NONE;
  const view = knownOrNull(() => viewCycle(ticket, policy, cycle, ticket.lastEventAt));
  if (view === null) return NONE;
  const status = view.status === 'AT_RISK' ? 'RUNNING' : view.status;
  return cycle.end === null ? { status, dueAt: view.dueAt, atRiskAt: view.atRiskAt } : { ...NONE, status };
}

/** Where the calendar ends before the answer nothing is known, and nothing is guessed. */
function knownOrNull<T>(answer: () => T): T | null {
  try {
    return answer();
  } catch (error) {
    if (error instanceof CalendarError) return null;
    throw error;
  }
}
