import type { Outcome } from './answer';
import { readClock } from './clock';
import type { Instant } from './history';
import { KINDS, type Kind, type Policy } from './policy';
import { type Cycle, isPausing, pausesOf, runningCycle, type Ticket } from './ticket';

/** What is being applied: at which instant, entered by whom, and as which entry of the history. */
export interface Happening {
  readonly at: Instant;
  readonly by: string;
  readonly index: number;
}

/** A cycle that would run from `start` under a severity; undefined where nothing is promised. */
export function draftCycle(
  policy: Policy,
  ticket: Ticket,
  kind: Kind,
  severity: string,
  start: Instant,
  at: Instant,
): Cycle | undefined {
  const target = policy.targets[severity]?.[kind];
  if (target === undefined) return undefined;
  return {
    kind,
    number: ticket.cycles.filter((cycle) => cycle.kind === kind).length + 1,
    severity,
    target,
    start,
    since: at,
    pausesSince: pausesOf(policy, ticket, kind, start, at),
    earlier: kind === 'RESOLUTION' ? [...ticket.stretches] : [],
    pauses: null,
    end: null,
    breach: null,
    marks: [],
  };
}

export function startCycle(policy: Policy, ticket: Ticket, kind: Kind, at: Instant): void {
  const cycle = draftCycle(policy, ticket, kind, ticket.severity, at, at);
  if (cycle !== undefined) ticket.cycles.push(cycle);
}

/**
 * Ends a cycle. A pause that runs does not count for it. Where the cycle has a breach although it
 * ends at or before its due instant, the entry was late: it is the evidence of a proposed waiver.
 */
export function endCycle(
  policy: Policy,
  ticket: Ticket,
  cycle: Cycle,
  outcome: Outcome,
  { at, by, index }: Happening,
): void {
  const dueAt = readClock(policy, ticket, cycle, at)?.dueAt;
  if (cycle.pauses === null) {
    const pauses = pausesOf(policy, ticket, cycle.kind, cycle.start, at);
    cycle.pauses = isPausing(policy, ticket, cycle.kind) ? pauses.slice(0, -1) : pauses;
  }
  cycle.end = { at, outcome };
  const { breach } = cycle;
  const isKept = breach?.cause === 'OVERDUE' && dueAt !== undefined && at <= dueAt;
  if (isKept && breach.waived === null) breach.proposed = { by, evidence: index };
}

export function fulfil(policy: Policy, ticket: Ticket, kind: Kind, happening: Happening): void {
  const cycle = runningCycle(ticket, kind);
  if (cycle === undefined) return;
  endCycle(policy, ticket, cycle, cycle.breach === null ? 'FULFILLED' : 'FULFILLED_LATE', happening);
}

/** Closing unresolved: a breached cycle stays breached. */
export function cancelAll(policy: Policy, ticket: Ticket, happening: Happening): void {
  for (const kind of KINDS) {
    const cycle = runningCycle(ticket, kind);
    if (cycle === undefined) continue;
    endCycle(policy, ticket, cycle, cycle.breach === null ? 'CANCELLED' : 'BREACHED', happening);
  }
}

/** Records that a cycle fell due at `at`. Only a late pause from before it moves it again. */
export function breachCycle(cycle: Cycle, at: Instant): void {
  if (cycle.breach !== null) return;
  cycle.breach = { at, cause: 'OVERDUE', dueAt: at, waived: null, proposed: null };
}

/** Records that a change of severity at `at` found the new due instant in the past. */
export function breachByChange(policy: Policy, ticket: Ticket, cycle: Cycle, at: Instant): void {
  const dueAt = readClock(policy, ticket, cycle, at)?.dueAt ?? at;
  cycle.pauses = pausesOf(policy, ticket, cycle.kind, cycle.start, at);
  cycle.breach = { at, cause: 'RECLASSIFIED', dueAt, waived: null, proposed: null };
}
