import type { EpochMs } from '../instant';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy, targetOf } from '../policy/policy';
import { isMoreUrgent } from '../severity';
import type { RequestedSeverity } from '../ticket/command-record';
import type { DecisionContext } from '../ticket/decision-context';
import { type Breach, type Cycle, latestWorkaround, type Ticket } from '../ticket/ticket';
import type { EventBody } from '../ticket/ticket-events';
import { endOf, isBestEffort, newCycleOfOpen, readClock, runningCycle } from './commitment';

/** How a change of severity replaces cycles. */
export interface Rebased {
  readonly superseded: readonly Cycle[];
  readonly started: readonly Cycle[];
  /** The breaches of new cycles that are already past due. */
  readonly breaches: readonly EventBody[];
}

/**
 * Replaces the running cycles after a change of severity, except those that the command fulfils. A
 * commitment that the new severity does not promise ends; one that only the new severity promises
 * starts.
 */
export function rebase(
  context: DecisionContext,
  { to, cause }: Pick<RequestedSeverity, 'to' | 'cause'>,
  fulfilled: ReadonlySet<CommitmentKind>,
): Rebased {
  const superseded: Cycle[] = [];
  const started: Cycle[] = [];
  const breaches: EventBody[] = [];
  for (const kind of COMMITMENT_KINDS) {
    if (fulfilled.has(kind)) continue;
    const running = runningCycle(context.ticket, kind);
    if (running !== undefined && targetOf(context.policy, to, kind) === null) {
      superseded.push(running);
      continue;
    }
    const next =
      running === undefined ? newPromise(context, kind, { to, cause }) : successor(context, running, { to, cause });
    if (next === null) continue;
    if (running !== undefined) superseded.push(running);
    started.push(next.cycle);
    if (next.pastDue) {
      const { at, recordedAt: detectedAt = at } = context;
      const breach = { at, detectedAt, cause: 'RECLASSIFIED' } as const;
      breaches.push({ type: 'COMMITMENT_BREACHED', kind, cycle: next.cycle.number, severity: to, breach });
    }
  }
  return { superseded, started, breaches };
}

interface NextCycle {
  readonly cycle: Cycle;
  readonly pastDue: boolean;
}

/**
 * The first cycle of a commitment that the severity before did not promise; null if the new one
 * does not promise it either, or if the ticket has been answered. It starts now, as after best
 * effort; a withdrawn workaround restores what was promised before it.
 */
function newPromise(
  { ticket, policy, at }: DecisionContext,
  kind: CommitmentKind,
  { to, cause }: Pick<RequestedSeverity, 'to' | 'cause'>,
): NextCycle | null {
  if (targetOf(policy, to, kind) === null || ticket.notMeasured.includes(kind)) return null;
  if (kind === 'RESPONSE' && ticket.respondedAt !== null) return null;
  const start = cause === 'WORKAROUND_WITHDRAWN' ? startBeforeWorkaround(ticket, kind) : undefined;
  if (start !== undefined) {
    const cycle = newCycleOfOpen(ticket, policy, kind, to, start, at);
    const due = readClock(ticket, policy, cycle, at)?.dueIfResumed ?? null;
    const pastDue = due !== null && due < at;
    if (kind === 'RESOLUTION' || (due !== null && !pastDue)) return { cycle, pastDue };
  }
  return { cycle: newCycleOfOpen(ticket, policy, kind, to, at, at), pastDue: false };
}

/**
 * The cycle that replaces a running one under another severity; null if the running one stays.
 */
function successor(
  { ticket, policy, at }: DecisionContext,
  running: Cycle,
  { to, cause }: Pick<RequestedSeverity, 'to' | 'cause'>,
): NextCycle | null {
  const raised = isMoreUrgent(to, ticket.severity);
  const from = (start: EpochMs) => {
    const cycle = newCycleOfOpen(ticket, policy, running.kind, to, start, at);
    return { cycle, candidate: readClock(ticket, policy, cycle, at) };
  };
  let { cycle, candidate } = from(startOf(policy, running, raised, at));
  if (raised && cause === 'WORKAROUND_WITHDRAWN' && running.kind === 'UPDATE') {
    // What the workaround took away is promised again, unless that due instant is already past.
    const restored = from(startBeforeWorkaround(ticket, running.kind) ?? running.startedAt);
    const due = restored.candidate?.dueIfResumed ?? null;
    if (due !== null && due >= at) ({ cycle, candidate } = restored);
  }
  if (candidate === null) return raised ? null : { cycle, pastDue: false };

  const due = candidate.dueIfResumed;
  const pastDue = due !== null && due < at;
  // A breach that a late entry finds recorded is later than the change, and does not count here.
  const wasBreached = running.breach !== null && isBreachedBy(running.breach, at);
  // The breach is already recorded. A new cycle that is past due as well would add nothing, and one
  // whose due instant is unknown would hide the breach.
  if (wasBreached) return pastDue || due === null ? null : { cycle, pastDue };
  const current = readClock(ticket, policy, running, at)?.dueIfResumed ?? null;
  // A higher severity never postpones a deadline, nor replaces a known one with an unknown one.
  // While paused, both are compared as if resumed now.
  if (raised && current !== null && (due === null || current <= due)) return null;
  return { cycle, pastDue };
}

/** Whether a breach existed at an instant: after its due instant, or from the change on. */
const isBreachedBy = ({ at, cause }: Breach, instant: EpochMs): boolean =>
  cause === 'DUE' ? at < instant : at <= instant;

/** The instant from which the new cycle counts. */
function startOf(policy: Policy, running: Cycle, raised: boolean, at: EpochMs): EpochMs {
  if (isBestEffort(running)) return at;
  const carried = raised ? running.kind === 'RESOLUTION' : policy.onLowering === 'CARRY';
  return carried ? running.startedAt : at;
}

/**
 * The start of the cycle that ran before the latest workaround, if nothing has fulfilled it since:
 * the workaround may have restarted the clock, or have ended the promise. Undefined if none ran.
 *
 * Other commands can have replaced cycles at the instant of the workaround, before it: the last one
 * that ended then is the one that the workaround replaced.
 */
function startBeforeWorkaround(ticket: Ticket, kind: CommitmentKind): EpochMs | undefined {
  const appliedAt = latestWorkaround(ticket)?.appliedAt ?? ticket.openedAt;
  const cycles = ticket.cycles.filter((cycle) => cycle.kind === kind);
  const before = cycles.findLastIndex(({ end }) => end !== null && (end.at < appliedAt || end.outcome === 'FULFILLED'));
  const since = cycles.slice(before + 1);
  return (since.findLast(({ end }) => end?.at === appliedAt) ?? since[0])?.startedAt;
}

/** The ends of the cycles that a change of severity supersedes. */
export const supersededEnds = (context: DecisionContext, superseded: readonly Cycle[]) =>
  superseded.map((cycle) => ({
    kind: cycle.kind,
    cycle: cycle.number,
    end: endOf(context.ticket, context.policy, cycle, context.at, 'SUPERSEDED'),
  }));

/** The due instant that a ticket shows: null while paused, for best effort, and if unknown. */
export function shownDeadline(ticket: Ticket, policy: Policy, cycle: Cycle | undefined, at: EpochMs): EpochMs | null {
  if (cycle === undefined) return null;
  const clock = readClock(ticket, policy, cycle, at);
  return clock === null || (clock.paused && cycle.breach === null) ? null : clock.dueAt;
}
