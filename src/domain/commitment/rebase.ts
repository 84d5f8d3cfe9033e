import type { EpochMs } from '../instant';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy } from '../policy/policy';
import { isMoreUrgent, type Severity } from '../severity';
import type { DecisionContext } from '../ticket/decision-context';
import type { Cycle, Ticket } from '../ticket/ticket';
import type { EventBody } from '../ticket/ticket-events';
import { endOf, nextNumber, readClock, runningCycle, totalFrom } from './commitment';

/** How a change of severity re-bases the clocks. */
export interface Rebased {
  readonly superseded: readonly Cycle[];
  readonly started: readonly Cycle[];
  /** New cycles that were past due from the first instant on. */
  readonly breaches: readonly EventBody[];
}

/** A cycle that begins to apply at `at` and counts from `startedAt`. */
export function newCycle(
  ticket: Pick<Ticket, 'cycles' | 'stints' | 'waits'>,
  policy: Policy,
  kind: CommitmentKind,
  severity: Severity,
  startedAt: EpochMs,
  at: EpochMs,
): Cycle {
  return {
    kind,
    number: nextNumber(ticket, kind),
    severity,
    startedAt,
    appliesFrom: at,
    totalMs: totalFrom(ticket, policy, severity, kind, startedAt),
    marks: [],
    breach: null,
    end: null,
  };
}

/** Re-bases every running commitment on a new severity, in the order of the commitments. */
export function rebase(context: DecisionContext, to: Severity, fulfilled: ReadonlySet<CommitmentKind>): Rebased {
  const superseded: Cycle[] = [];
  const started: Cycle[] = [];
  const breaches: EventBody[] = [];
  for (const kind of COMMITMENT_KINDS) {
    const running = runningCycle(context.ticket, kind);
    if (running === undefined || fulfilled.has(kind)) continue;
    const next = successor(context, running, to);
    if (next === null) continue;
    superseded.push(running);
    started.push(next.cycle);
    if (next.pastDue) {
      const breach = { at: context.at, detectedAt: context.at, cause: 'RECLASSIFIED' } as const;
      breaches.push({ type: 'COMMITMENT_BREACHED', kind, cycle: next.cycle.number, severity: to, breach });
    }
  }
  return { superseded, started, breaches };
}

/** The cycle that takes over from a running one under another severity; null where the running one goes on. */
function successor(
  { ticket, policy, at }: DecisionContext,
  running: Cycle,
  to: Severity,
): { readonly cycle: Cycle; readonly pastDue: boolean } | null {
  const raised = isMoreUrgent(to, ticket.severity);
  const cycle = newCycle(ticket, policy, running.kind, to, startOf(policy, running, raised, at), at);
  const candidate = readClock(ticket, policy, cycle, at);
  if (candidate === null) return raised ? null : { cycle, pastDue: false };

  const pastDue = candidate.dueIfResumed < at;
  // A breach is for ever: a deadline that has passed as well would add nothing to it.
  if (running.breach !== null) return pastDue ? null : { cycle, pastDue };
  const current = readClock(ticket, policy, running, at);
  // A raise never takes a promise away. Both clocks stand still together, so they are compared as if they ran on now.
  if (raised && current !== null && current.dueIfResumed <= candidate.dueIfResumed) return null;
  return { cycle, pastDue };
}

/** Where the new cycle's clock counts from. */
function startOf(policy: Policy, running: Cycle, raised: boolean, at: EpochMs): EpochMs {
  if (running.totalMs === null) return at;
  const carried = raised ? running.kind === 'RESOLUTION' : policy.onLowering === 'CARRY';
  return carried ? running.startedAt : at;
}

/** The ends of the cycles that a change of severity superseded. */
export const supersededEnds = (context: DecisionContext, superseded: readonly Cycle[]) =>
  superseded.map((cycle) => ({
    kind: cycle.kind,
    cycle: cycle.number,
    end: endOf(context.ticket, context.policy, cycle, context.at, 'SUPERSEDED'),
  }));

/** The RESOLUTION deadline that the ticket shows: null while paused and where nothing is promised. */
export function shownDeadline(ticket: Ticket, policy: Policy, cycle: Cycle | undefined, at: EpochMs): EpochMs | null {
  if (cycle === undefined) return null;
  const clock = readClock(ticket, policy, cycle, at);
  return clock === null || (clock.paused && cycle.breach === null) ? null : clock.dueAt;
}
