import { type DurationMs, type EpochMs, least } from '../instant';
import { COMMITMENT_KINDS, type CommitmentKind, type Policy, targetOf } from '../policy/policy';
import type { Severity } from '../severity';
import { letPass } from '../ticket/decide';
import type { Breach, Cycle, Ticket } from '../ticket/ticket';
import { atRiskMark, type ClockReading, isBestEffort, readClock } from './commitment';
import { nextDeadline } from './overdue';

export const COMMITMENT_STATUSES = [
  'RUNNING',
  'AT_RISK',
  'PAUSED',
  'BREACHED',
  'FULFILLED',
  'FULFILLED_LATE',
  'SUPERSEDED',
  'CANCELLED',
  'BEST_EFFORT',
  'UNKNOWN',
  'NOT_MEASURED',
] as const;
export type CommitmentStatus = (typeof COMMITMENT_STATUSES)[number];

/** A cycle at an instant. It is computed for each request and never stored. */
export interface CycleView {
  readonly cycle: Cycle;
  readonly status: CommitmentStatus;
  readonly bestEffort: boolean;
  /** Null while paused, for best effort, and if it is unknown. */
  readonly dueAt: EpochMs | null;
  readonly atRiskAt: EpochMs | null;
  readonly breach: Breach | null;
  /** Null if the calendar cannot compute it. */
  readonly elapsedMs: DurationMs | null;
  /** Negative when overdue; null for best effort, and if the calendar cannot compute it. */
  readonly remainingMs: DurationMs | null;
  /**
   * The number of updates that were due and not sent, the breached one included. 0 for other kinds.
   * 1 if the calendar cannot compute the time since the breach.
   */
  readonly missedBeats: number;
}

/**
 * The instant at which a ticket is evaluated: `now`, but not before its last event, and for an
 * imported history not after its end.
 */
export const judgedAt = (ticket: Ticket, now: EpochMs): EpochMs =>
  Math.max(ticket.lastEventAt, ticket.observedUntil === null ? now : Math.min(now, ticket.observedUntil));

/**
 * A cycle of the ticket at an instant.
 *
 * @param at as returned by `judgedAt`
 */
export function viewCycle(ticket: Ticket, policy: Policy, cycle: Cycle, at: EpochMs): CycleView {
  const bestEffort = isBestEffort(cycle);
  if (cycle.end !== null) {
    const { end, totalMs } = cycle;
    return {
      cycle,
      status: endedStatus(cycle),
      bestEffort,
      dueAt: end.dueAt,
      atRiskAt: end.atRiskAt,
      breach: cycle.breach,
      elapsedMs: end.elapsedMs,
      remainingMs: totalMs === null || end.elapsedMs === null ? null : totalMs - end.elapsedMs,
      missedBeats: missedBeats(cycle, cycle.breach, end.elapsedMs),
    };
  }
  const clock = readClock(ticket, policy, cycle, at);
  if (clock === null) {
    return {
      cycle,
      status: 'BEST_EFFORT',
      bestEffort,
      dueAt: null,
      atRiskAt: null,
      breach: null,
      elapsedMs: at - cycle.startedAt,
      remainingMs: null,
      missedBeats: 0,
    };
  }
  const breach: Breach | null =
    cycle.breach ??
    (!clock.paused && clock.dueAt !== null && clock.dueAt < at
      ? { at: clock.dueAt, detectedAt: at, cause: 'DUE', severity: ticket.severity }
      : null);
  const paused = clock.paused && breach === null;
  const mark = atRiskMark(policy, cycle, clock);
  const atRiskAt = mark === null || mark.isPaused ? null : mark.instant;
  const atRisk = atRiskAt !== null && atRiskAt <= at;
  return {
    cycle,
    status: runningStatus(clock, breach, atRisk),
    bestEffort,
    dueAt: paused ? null : clock.dueAt,
    atRiskAt,
    breach,
    elapsedMs: clock.elapsedMs,
    remainingMs: clock.remainingMs,
    missedBeats: missedBeats(cycle, breach, clock.elapsedMs),
  };
}

function runningStatus(clock: ClockReading, breach: Breach | null, atRisk: boolean): CommitmentStatus {
  if (breach !== null) return 'BREACHED';
  if (clock.dueAt === null) return 'UNKNOWN';
  if (clock.paused) return 'PAUSED';
  return atRisk ? 'AT_RISK' : 'RUNNING';
}

function endedStatus(cycle: Cycle): CommitmentStatus {
  const outcome = cycle.end?.outcome ?? 'CANCELLED';
  // Without a due instant, no one can say whether the commitment was kept.
  const isUnknown = outcome === 'FULFILLED' && cycle.end?.dueAt === null && !isBestEffort(cycle);
  if (cycle.breach === null) return isUnknown ? 'UNKNOWN' : outcome;
  return outcome === 'FULFILLED' ? 'FULFILLED_LATE' : 'BREACHED';
}

function missedBeats(cycle: Cycle, breach: Breach | null, elapsedMs: DurationMs | null): number {
  if (cycle.kind !== 'UPDATE' || breach === null || cycle.totalMs === null || cycle.totalMs === 0) return 0;
  return elapsedMs === null ? 1 : Math.max(1, Math.ceil(elapsedMs / cycle.totalMs) - 1);
}

/** The views of the cycles of a ticket at an instant. */
export type CycleViews = (cycle: Cycle) => CycleView;

const viewsOf =
  (ticket: Ticket, policy: Policy, at: EpochMs): CycleViews =>
  (cycle) =>
    viewCycle(ticket, policy, cycle, at);

/** The same, those of running cycles computed once. The others need no calendar. */
export function keptViews(ticket: Ticket, policy: Policy, at: EpochMs): CycleViews {
  const known = new Map<Cycle, CycleView>();
  return (cycle) => {
    if (cycle.end !== null) return viewCycle(ticket, policy, cycle, at);
    const view = known.get(cycle) ?? viewCycle(ticket, policy, cycle, at);
    known.set(cycle, view);
    return view;
  };
}

/** Whether the policy promises a commitment for which an imported history has no evidence. */
export const isNotMeasured = (ticket: Ticket, policy: Policy, kind: CommitmentKind): boolean =>
  ticket.notMeasured.includes(kind) && targetOf(policy, ticket.severity, kind) !== null;

/** The latest cycle of a commitment at an instant; null if the commitment has none. */
export function viewCommitment(
  ticket: Ticket,
  policy: Policy,
  kind: CommitmentKind,
  at: EpochMs,
  views: CycleViews = viewsOf(ticket, policy, at),
): CycleView | null {
  const cycle = ticket.cycles.findLast((candidate) => candidate.kind === kind);
  return cycle === undefined ? null : views(cycle);
}

/** The running cycle with the earliest due instant, past or future; null if none has one. */
export function nextDue(
  ticket: Ticket,
  policy: Policy,
  at: EpochMs,
  views: CycleViews = viewsOf(ticket, policy, at),
): CycleView | null {
  let next: CycleView | null = null;
  for (const cycle of ticket.cycles) {
    if (cycle.end !== null) continue;
    const view = views(cycle);
    if (view.dueAt !== null && (next === null || next.dueAt === null || view.dueAt < next.dueAt)) next = view;
  }
  return next;
}

/**
 * The due instants of the running cycles that have no recorded breach and are not paused. They can
 * lie in the past. Empty for an imported history until someone acts on the ticket.
 */
export function runningDeadlines(
  ticket: Ticket,
  policy: Policy,
): readonly { readonly kind: CommitmentKind; readonly cycle: number; readonly dueAt: EpochMs }[] {
  if (ticket.observedUntil !== null) return [];
  return ticket.cycles.flatMap((cycle) => {
    if (cycle.end !== null || cycle.breach !== null) return [];
    const clock = readClock(ticket, policy, cycle, ticket.lastEventAt);
    if (clock === null || clock.dueAt === null || clock.paused) return [];
    return [{ kind: cycle.kind, cycle: cycle.number, dueAt: clock.dueAt }];
  });
}

/** The cycles that are breached at an instant, by kind, then by number. */
export function breachedCycles(
  ticket: Ticket,
  policy: Policy,
  at: EpochMs,
  views: CycleViews = viewsOf(ticket, policy, at),
): readonly CycleView[] {
  return COMMITMENT_KINDS.flatMap((kind) => ticket.cycles.filter((cycle) => cycle.kind === kind))
    .map(views)
    .filter((view) => view.breach !== null);
}

/**
 * The ticket with everything that was due before an instant, recorded or not. Only for display.
 *
 * @param at as returned by `judgedAt`
 */
export function seenAt(ticket: Ticket, policy: Policy, at: EpochMs): Ticket {
  if (ticket.state !== 'resolved') return ticket;
  return letPass(ticket, at, policy).ticket;
}

/** What the policy asks of the client and the client has not done yet. */
export function clientActionsOutstanding(ticket: Ticket, policy: Policy): readonly 'CALL'[] {
  if (ticket.state === 'resolved' || ticket.state === 'closed' || ticket.callRecordedAt !== null) return [];
  return callSeverities(policy).includes(ticket.severity) ? ['CALL'] : [];
}

/** The severities at which the policy asks the client to call as well. */
const callSeverities = ({ severities }: Policy): readonly Severity[] =>
  severities.filter(({ clientActions }) => clientActions.includes('CALL')).map(({ severity }) => severity);

/** One commitment as of the ticket's last event. */
export interface CommitmentClock {
  /**
   * Null if the ticket has no such commitment. Never `AT_RISK`: a running commitment is at risk,
   * or breached, from `atRiskAt`, or `dueAt`, on.
   */
  readonly status: Exclude<CommitmentStatus, 'AT_RISK'> | null;
  /** Null while paused, once ended, for best effort, and if it is unknown. */
  readonly dueAt: EpochMs | null;
  readonly atRiskAt: EpochMs | null;
}

/**
 * The clocks of a ticket as of its last event: what lists, filters and the deadline engine need.
 */
export interface TicketClocks {
  readonly commitments: Readonly<Record<CommitmentKind, CommitmentClock>>;
  /** The earliest of the three due instants. */
  readonly dueAt: EpochMs | null;
  /** When a mark, a breach or the end of silence falls due next; null when none will. */
  readonly nextDeadlineAt: EpochMs | null;
  readonly isBreached: boolean;
  /** Whether a waiver is proposed and not decided. */
  readonly hasProposedWaiver: boolean;
  /** The severities at which the policy asks the client to call as well. */
  readonly callSeverities: readonly Severity[];
}

/** Whether a waiver is proposed for one of the breaches of a ticket and not decided yet. */
export const hasProposedWaiver = ({ cycles }: Pick<Ticket, 'cycles'>): boolean =>
  cycles.some(({ breach }) => breach?.proposedWaiver !== undefined);

const NONE: CommitmentClock = { status: null, dueAt: null, atRiskAt: null };

/** Computes the clocks of a ticket. */
export function clocksOf(ticket: Ticket, policy: Policy): TicketClocks {
  const RESPONSE = clockOf(ticket, policy, 'RESPONSE');
  const UPDATE = clockOf(ticket, policy, 'UPDATE');
  const RESOLUTION = clockOf(ticket, policy, 'RESOLUTION');
  return {
    commitments: { RESPONSE, UPDATE, RESOLUTION },
    dueAt: least([RESPONSE.dueAt, UPDATE.dueAt, RESOLUTION.dueAt]),
    nextDeadlineAt: nextDeadline(ticket, policy),
    isBreached: ticket.cycles.some((cycle) => cycle.breach !== null),
    hasProposedWaiver: hasProposedWaiver(ticket),
    callSeverities: callSeverities(policy),
  };
}

function clockOf(ticket: Ticket, policy: Policy, kind: CommitmentKind): CommitmentClock {
  if (isNotMeasured(ticket, policy, kind)) return { ...NONE, status: 'NOT_MEASURED' };
  const cycle = ticket.cycles.findLast((candidate) => candidate.kind === kind);
  if (cycle === undefined) return NONE;
  const view = viewCycle(ticket, policy, cycle, ticket.lastEventAt);
  const status = view.status === 'AT_RISK' ? 'RUNNING' : view.status;
  return cycle.end === null ? { status, dueAt: view.dueAt, atRiskAt: view.atRiskAt } : { ...NONE, status };
}
