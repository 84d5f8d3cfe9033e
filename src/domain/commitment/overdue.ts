import { answerOrNull } from '../calendar/business-calendar';
import type { EpochMs } from '../instant';
import { COMMITMENT_KINDS, type Policy } from '../policy/policy';
import type { Cycle, Ticket } from '../ticket/ticket';
import type { EventBody } from '../ticket/ticket-events';
import { addSpan, readClock, runningCycle } from './commitment';

/** Something that happens to a ticket by the clock alone. */
export type FallingDue =
  | { readonly what: 'MARK'; readonly at: EpochMs; readonly cycle: Cycle; readonly mark: string }
  | { readonly what: 'BREACH'; readonly at: EpochMs; readonly cycle: Cycle }
  | { readonly what: 'SILENCE'; readonly at: EpochMs };

/**
 * All that will fall due if nobody acts, in the order in which it is recorded: by instant; at one instant marks before
 * breaches, and the commitments in their order. A breach is listed at its due instant and exists from the next
 * millisecond on. What lies beyond the calendar's horizon is not listed: whatever happens before it comes first.
 */
function fallingDue(ticket: Ticket, policy: Policy): readonly FallingDue[] {
  const marks: FallingDue[] = [];
  const breaches: FallingDue[] = [];
  for (const kind of COMMITMENT_KINDS) {
    const cycle = runningCycle(ticket, kind);
    if (cycle === undefined) continue;
    const clock = answerOrNull(() => readClock(ticket, policy, cycle, ticket.lastEventAt));
    if (clock === null) continue;
    for (const { name, fraction } of policy.marks) {
      if (cycle.marks.some((reached) => reached.name === name)) continue;
      // Asked of each mark by itself: a pause that begins as a mark is reached stops the clock, not the mark.
      const mark = answerOrNull(() => clock.markAt(fraction));
      if (mark === null) continue;
      const { instant: at, isPaused } = mark;
      if (!isPaused && at >= cycle.appliesFrom) marks.push({ what: 'MARK', at, cycle, mark: name });
    }
    if (!clock.paused && cycle.breach === null) breaches.push({ what: 'BREACH', at: clock.dueAt, cycle });
  }
  const silence = answerOrNull(() => silenceEnds(ticket, policy));
  const last: FallingDue[] = silence === null ? [] : [{ what: 'SILENCE', at: silence }];
  // The sort is stable, so what was listed first stays first at one instant.
  return [...marks, ...breaches, ...last].sort((a, b) => a.at - b.at);
}

/** The instant at which a resolved ticket closes by silence. Where communications are not measured nothing can be said. */
function silenceEnds(ticket: Ticket, policy: Policy): EpochMs | null {
  if (ticket.state !== 'resolved' || ticket.silentSince === null || ticket.notMeasured.includes('UPDATE')) return null;
  return addSpan(policy, ticket.silentSince, policy.closeAfterSilence);
}

/** The next instant at which something falls due; null when nothing will, or nothing may be judged any more. */
export function nextDeadline(ticket: Ticket, policy: Policy): EpochMs | null {
  if (ticket.observedUntil !== null) return null;
  return fallingDue(ticket, policy)[0]?.at ?? null;
}

/** What fell due strictly before an instant, as the events that record it. */
export function overdueEvents(
  ticket: Ticket,
  policy: Policy,
  before: EpochMs,
): readonly { readonly at: EpochMs; readonly body: EventBody }[] {
  return fallingDue(ticket, policy)
    .filter((due) => due.at < before)
    .map((due) => ({ at: due.at, body: recordOf(ticket, due, before) }));
}

function recordOf(ticket: Ticket, due: FallingDue, detectedAt: EpochMs): EventBody {
  switch (due.what) {
    case 'MARK':
      return { type: 'MARK_REACHED', kind: due.cycle.kind, cycle: due.cycle.number, mark: due.mark };
    case 'BREACH':
      return {
        type: 'COMMITMENT_BREACHED',
        kind: due.cycle.kind,
        cycle: due.cycle.number,
        severity: ticket.severity,
        breach: { at: due.at, detectedAt, cause: 'DUE' },
      };
    case 'SILENCE':
      return { type: 'CLOSED', cause: 'SILENCE', reason: null, effects: { state: 'closed' } };
  }
}
