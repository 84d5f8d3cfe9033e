import { readClock } from './clock';
import { breachByChange, draftCycle, endCycle, type Happening } from './cycles';
import type { Instant } from './history';
import { KINDS, type Kind, type Policy, rank } from './policy';
import { type Cycle, runningCycle, type Ticket } from './ticket';

/** Section 3, "Severity lowered", "Severity raised" and what follows them, kind by kind. */
export function changeSeverity(
  policy: Policy,
  ticket: Ticket,
  severity: string,
  happening: Happening,
  isWithdrawal = false,
): void {
  const before = ticket.severity;
  ticket.severity = severity;
  if (severity === before) return;
  const isRaise = rank(policy, severity) < rank(policy, before);
  for (const kind of KINDS) changeCommitment(policy, ticket, kind, happening, isRaise, isWithdrawal);
}

function changeCommitment(
  policy: Policy,
  ticket: Ticket,
  kind: Kind,
  happening: Happening,
  isRaise: boolean,
  isWithdrawal: boolean,
): void {
  const { at } = happening;
  const running = runningCycle(ticket, kind);
  if (kind === 'RESPONSE' && ticket.hasResponded) return;

  const next = nextCycle(policy, ticket, kind, at, running, isRaise, isWithdrawal);
  if (next === undefined) {
    // Nothing is promised at this severity.
    if (running !== undefined) endCycle(policy, ticket, running, supersededOutcome(running), happening);
    return;
  }
  const isBestEffort = next.target.time === null;
  if (running !== undefined && isRaise && isBestEffort) return;
  const dueAt = dueOf(policy, ticket, next, at);
  if (running !== undefined) {
    if (running.breach !== null && running.breach.at < at) {
      if (dueAt < at) return;
    } else if (isRaise && dueOf(policy, ticket, running, at) <= dueAt) {
      return;
    }
    endCycle(policy, ticket, running, supersededOutcome(running), happening);
  }
  ticket.cycles.push(next);
  if (dueAt < at) breachByChange(policy, ticket, next, at);
}

/** The cycle that the new severity would give. */
function nextCycle(
  policy: Policy,
  ticket: Ticket,
  kind: Kind,
  at: Instant,
  running: Cycle | undefined,
  isRaise: boolean,
  isWithdrawal: boolean,
): Cycle | undefined {
  const draft = (start: Instant) => draftCycle(policy, ticket, kind, ticket.severity, start, at);
  if (running !== undefined && running.target.time === null) return draft(at);
  const sameStart = running?.start ?? (kind === 'UPDATE' ? ticket.updatedAt : ticket.openedAt);
  if (!isRaise) return draft(policy.onLowering === 'carry' ? sameStart : at);
  if (kind === 'RESOLUTION') return draft(sameStart);
  if (kind === 'UPDATE' && isWithdrawal) {
    const carried = draft(sameStart);
    if (carried === undefined || (readClock(policy, ticket, carried, at)?.dueAt ?? at) >= at) return carried;
  }
  return draft(at);
}

/** Best effort and what the calendar does not reach are due never. */
function dueOf(policy: Policy, ticket: Ticket, cycle: Cycle, at: Instant): Instant {
  return readClock(policy, ticket, cycle, at)?.dueAt ?? Number.POSITIVE_INFINITY;
}

function supersededOutcome(cycle: Cycle): 'BREACHED' | 'SUPERSEDED' {
  return cycle.breach === null ? 'SUPERSEDED' : 'BREACHED';
}
