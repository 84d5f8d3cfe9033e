import type { BusinessCalendar } from '../calendar/business-calendar';
import { answerOrNull } from '../calendar/calendar-error';
import { timeSpent } from '../commitment/commitment';
import type { DurationMs, EpochMs } from '../instant';
import { type CommitmentKind, calendarOf, type Policy, targetOf } from '../policy/policy';
import type { Severity } from '../severity';
import type { Ticket } from './ticket';
import type { TicketEvent } from './ticket-events';

/**
 * What reports count and measure: the first response, the first workaround, the present resolution,
 * and the closing.
 */
export const MILESTONES = ['RESPONSE', 'WORKAROUND', 'RESOLUTION', 'CLOSING'] as const;
export type MilestoneName = (typeof MILESTONES)[number];

export interface Milestone {
  readonly milestone: MilestoneName;
  /** Null for the resolution of a ticket that was reopened. */
  readonly at: EpochMs | null;
  /** The ticket's severity just before it. */
  readonly severity: Severity;
  /**
   * Business time in milliseconds from opening to the milestone, less pauses and the time in which
   * the ticket was resolved. Null for the closing, if the commitment is not measured, and if the
   * calendar cannot answer.
   */
  readonly businessMs: DurationMs | null;
}

/** The commitment whose pauses and calendar measure each milestone; null if none is measured. */
const TIMED_BY: Readonly<Record<MilestoneName, CommitmentKind | null>> = {
  RESPONSE: 'RESPONSE',
  WORKAROUND: 'RESOLUTION',
  RESOLUTION: 'RESOLUTION',
  CLOSING: null,
};

/**
 * The milestones that a ticket reached or lost by its latest events, with their values after them.
 *
 * @param before the ticket before the events; null if the events open it
 * @param ticket the ticket after them
 */
export function milestonesOf(
  before: Ticket | null,
  ticket: Ticket,
  events: readonly TicketEvent[],
  policy: Policy,
): readonly Milestone[] {
  const reached = new Map<MilestoneName, Milestone>();
  for (const [index, event] of events.entries()) {
    for (const milestone of milestonesIn(event)) {
      if (FIRST_COUNTS[milestone] && (reached.has(milestone) || wasReached(before, milestone))) continue;
      const at = milestone === 'RESOLUTION' ? ticket.resolvedAt : event.at;
      const severity = severityBefore(ticket, events.slice(index));
      const businessMs = at === null ? null : businessTimeOf(milestone, ticket, policy, severity, at);
      reached.set(milestone, { milestone, at, severity, businessMs });
    }
  }
  return [...reached.values()];
}

const FIRST_COUNTS: Readonly<Record<MilestoneName, boolean>> = {
  RESPONSE: true,
  WORKAROUND: true,
  RESOLUTION: false,
  CLOSING: false,
};

function wasReached(before: Ticket | null, milestone: MilestoneName): boolean {
  if (before === null) return false;
  return milestone === 'RESPONSE' ? before.respondedAt !== null : before.workarounds.length > 0;
}

function milestonesIn(event: TicketEvent): readonly MilestoneName[] {
  if (event.type === 'MARK_REACHED' || event.type === 'COMMITMENT_BREACHED') return [];
  const reached: MilestoneName[] = event.effects.responds === true ? ['RESPONSE'] : [];
  if (event.type === 'WORKAROUND_APPLIED') reached.push('WORKAROUND');
  if (event.type === 'RESOLVED' || event.type === 'REOPENED') reached.push('RESOLUTION');
  if (event.type === 'CLOSED') reached.push('CLOSING');
  return reached;
}

/** The ticket's severity before the given events, which are its latest. */
function severityBefore(ticket: Ticket, events: readonly TicketEvent[]): Severity {
  for (const event of events) {
    const change = 'effects' in event ? event.effects.severityChange : undefined;
    if (change !== undefined) return change.from;
  }
  return ticket.severity;
}

function businessTimeOf(
  milestone: MilestoneName,
  ticket: Ticket,
  policy: Policy,
  severity: Severity,
  at: EpochMs,
): DurationMs | null {
  const kind = TIMED_BY[milestone];
  if (kind === null || ticket.notMeasured.includes(kind)) return null;
  const calendar = calendarFor(policy, severity, kind);
  return calendar === null ? null : answerOrNull(() => timeSpent(ticket, policy, kind, calendar, at));
}

/**
 * The calendar of the commitment's target; without a target, and for best effort, of the first
 * commitment with a target.
 */
function calendarFor(policy: Policy, severity: Severity, kind: CommitmentKind): BusinessCalendar | null {
  for (const candidate of [kind, 'UPDATE', 'RESPONSE', 'RESOLUTION'] as const) {
    const span = targetOf(policy, severity, candidate)?.span ?? null;
    if (span !== null) return calendarOf(policy, span.calendar);
  }
  return null;
}
