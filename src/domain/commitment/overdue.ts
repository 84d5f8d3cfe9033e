import { answerOrNull } from '../calendar/calendar-error';
import type { EpochMs } from '../instant';
import { COMMITMENT_KINDS, type Policy } from '../policy/policy';
import type { Cycle, Ticket } from '../ticket/ticket';
import type { EventBody } from '../ticket/ticket-events';
import { addSpan, readClock, runningCycle } from './commitment';

/** Something that only the passing of time causes. */
export type FallingDue =
  | { readonly what: 'MARK'; readonly at: EpochMs; readonly cycle: Cycle; readonly mark: string }
  | { readonly what: 'BREACH'; readonly at: EpochMs; readonly cycle: Cycle }
  | { readonly what: 'SILENCE'; readonly at: EpochMs };

/**
 * Everything that will be due if no one acts, in the order in which it is recorded: by instant; at
 * the same instant marks before breaches, then in the order of `COMMITMENT_KINDS`. A breach is
 * listed at its due instant and exists from the next millisecond on. Instants that the calendar
 * cannot compute are left out.
 */
function fallingDue(ticket: Ticket, policy: Policy): readonly FallingDue[] {
  const marks: FallingDue[] = [];
  const breaches: FallingDue[] = [];
  for (const kind of COMMITMENT_KINDS) {
    const cycle = runningCycle(ticket, kind);
    if (cycle === undefined) continue;
    const clock = readClock(ticket, policy, cycle, ticket.lastEventAt);
    // A cycle whose due instant is unknown is never breached, and reaches no marks.
    if (clock === null || clock.dueAt === null) continue;
    for (const { name, fraction } of policy.marks) {
      if (cycle.marks.some((reached) => reached.name === name)) continue;
      // Each mark is checked by itself: a pause that begins when a mark is reached does not move
      // it.
      const mark = clock.markAt(fraction);
      if (mark === null) continue;
      const { instant: at, isPaused } = mark;
      if (!isPaused && at >= cycle.appliesFrom) marks.push({ what: 'MARK', at, cycle, mark: name });
    }
    if (!clock.paused && cycle.breach === null) breaches.push({ what: 'BREACH', at: clock.dueAt, cycle });
  }
  const silence = answerOrNull(() => silenceEnds(ticket, policy));
  const last: FallingDue[] = silence === null ? [] : [{ what: 'SILENCE', at: silence }];
  // The sort is stable: at the same instant the order of the lists is kept.
  return [...marks, ...breaches, ...last].sort((a, b) => a.at - b.at);
}

/**
 * When a resolved ticket closes because of silence. Null for all other tickets, and if UPDATE is
 * not measured, because the communications are not known then. They are known from `silenceFrom`
 * on, if the ticket has one. Nothing is known of a silence that lasts beyond the end of an imported
 * history.
 */
function silenceEnds(ticket: Ticket, policy: Policy): EpochMs | null {
  const { state, silentSince, silenceFrom, notMeasured, observedUntil } = ticket;
  if (state !== 'resolved' || silentSince === null) return null;
  if (silenceFrom === null && notMeasured.includes('UPDATE')) return null;
  const ends = addSpan(policy, Math.max(silentSince, silenceFrom ?? silentSince), policy.closeAfterSilence);
  if (observedUntil !== null && ends > observedUntil) return null;
  // Earlier releases counted from the last message of either side, so that later events can exist.
  return Math.max(ends, ticket.lastEventAt);
}

/**
 * The next instant at which something is due. Null if nothing will be due, and for an imported
 * history that no one has acted on yet.
 */
export function nextDeadline(ticket: Ticket, policy: Policy): EpochMs | null {
  if (ticket.observedUntil !== null) return null;
  return fallingDue(ticket, policy)[0]?.at ?? null;
}

/** The events for everything that was due strictly before an instant, in order. */
export function overdueEvents(
  ticket: Ticket,
  policy: Policy,
  before: EpochMs,
  detectedAt: EpochMs = before,
): readonly { readonly at: EpochMs; readonly body: EventBody }[] {
  return fallingDue(ticket, policy)
    .filter((due) => due.at < before)
    .map((due) => ({ at: due.at, body: recordOf(ticket, due, detectedAt) }));
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
