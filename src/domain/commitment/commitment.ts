import type { BusinessCalendar } from '../calendar/business-calendar';
import { type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../instant';
import { type BusinessSpan, type CommitmentKind, calendarOf, type Policy, targetOf } from '../policy/policy';
import type { Severity } from '../severity';
import type { Cycle, CycleEnd, CycleOutcome, Ticket } from '../ticket/ticket';
import { type Pause, pausesOf } from './pauses';

export const AT_RISK = 'atRisk';

/** A policy's amounts are whole seconds; a third of an hour is one only to the digits that were written. */
const wholeSeconds = (ms: DurationMs): DurationMs => Math.round(ms / SECOND_MS) * SECOND_MS;

/** What a promised stretch of business time comes to from one start. */
export function addSpan(policy: Policy, start: EpochMs, span: BusinessSpan): EpochMs {
  const calendar = calendarOf(policy, span.calendar);
  switch (span.unit) {
    case 'MINUTES':
      return calendar.add(start, wholeSeconds(span.amount * MINUTE_MS));
    case 'HOURS':
      return calendar.add(start, wholeSeconds(span.amount * HOUR_MS));
    case 'BUSINESS_DAYS':
      return calendar.addBusinessDays(start, span.amount, policy.businessDayEnd);
  }
}

/** The business time that the target of this severity is worth from `start`; null for best effort. */
export function targetWorth(
  policy: Policy,
  severity: Severity,
  kind: CommitmentKind,
  start: EpochMs,
): DurationMs | null {
  const { span } = targetOf(policy, severity, kind);
  return span === null ? null : calendarOf(policy, span.calendar).between(start, addSpan(policy, start, span));
}

/**
 * The business time that a cycle of this severity has from `start`; null for best effort. After a reopening, RESOLUTION has what earlier stints left of it, and never less than the policy's minimum share.
 */
export function totalFrom(
  ticket: Pick<Ticket, 'stints' | 'waits'>,
  policy: Policy,
  severity: Severity,
  kind: CommitmentKind,
  start: EpochMs,
): DurationMs | null {
  const { span } = targetOf(policy, severity, kind);
  const total = targetWorth(policy, severity, kind, start);
  if (span === null || total === null || kind !== 'RESOLUTION') return total;
  const used = usedByEarlierStints(ticket, policy, calendarOf(policy, span.calendar));
  return used === null ? total : Math.max(total - used, Math.ceil(total * policy.reopeningMinimum));
}

/** Business time less pauses from opening or reopening to each resolution so far; null before the first. */
function usedByEarlierStints(
  { stints, waits }: Pick<Ticket, 'stints' | 'waits'>,
  policy: Policy,
  calendar: BusinessCalendar,
): DurationMs | null {
  const ended = stints.filter(({ until }) => until !== null);
  if (ended.length === 0) return null;
  return timeSpent({ stints: ended, waits }, policy, 'RESOLUTION', calendar, Number.POSITIVE_INFINITY);
}

/**
 * Business time on a calendar, from opening and each reopening to the resolution that followed, or to an instant where
 * that comes first; less all pauses of a commitment within.
 */
export function timeSpent(
  { stints, waits }: Pick<Ticket, 'stints' | 'waits'>,
  policy: Policy,
  kind: CommitmentKind,
  calendar: BusinessCalendar,
  at: EpochMs,
): DurationMs {
  let spent = 0;
  for (const { from, until } of stints) {
    const end = Math.min(until ?? at, at);
    if (end <= from) continue;
    spent += calendar.between(from, end);
    for (const pause of pausesOf(waits, kind, policy, from)) {
      if (pause.from >= end) break;
      spent -= calendar.between(pause.from, Math.min(pause.until ?? end, end));
    }
  }
  return spent;
}

/** The calendar a cycle counts on: that of the severity that gave it. Null for best effort. */
export function calendarOfCycle(policy: Policy, cycle: Pick<Cycle, 'severity' | 'kind'>): BusinessCalendar | null {
  const { span } = targetOf(policy, cycle.severity, cycle.kind);
  return span === null ? null : calendarOf(policy, span.calendar);
}

/** The instant of a mark as far as the pauses that are over tell. */
export interface MarkPosition {
  readonly instant: EpochMs;
  /** A pause that began before it is still running, so the instant will move. */
  readonly isPaused: boolean;
}

/** Where a cycle's clock stands at an instant. */
export interface ClockReading {
  /** Where a mark stands; the due instant is the mark at 1. */
  markAt(fraction: number): MarkPosition;
  /** The due instant; while paused, without the running pause. */
  readonly dueAt: EpochMs;
  /** The due instant if a running pause ended now; equals `dueAt` when none runs. */
  readonly dueIfResumed: EpochMs;
  readonly paused: boolean;
  readonly elapsedMs: DurationMs;
  readonly remainingMs: DurationMs;
}

/**
 * Reads the clock of a cycle that has not ended, at an instant not before its start.
 *
 * A pause counts when it began before the instant in question as then computed: a mark or due instant that was reached
 * first is never moved. Null for a best-effort cycle.
 */
export function readClock(
  ticket: Pick<Ticket, 'waits'>,
  policy: Policy,
  cycle: Cycle,
  at: EpochMs,
): ClockReading | null {
  const calendar = calendarOfCycle(policy, cycle);
  const { totalMs, startedAt } = cycle;
  if (calendar === null || totalMs === null) return null;

  const pauses = pausesOf(ticket.waits, cycle.kind, policy, startedAt);
  const due = walk(calendar, startedAt, totalMs, pauses);
  const runningMs = due.running === null ? 0 : calendar.between(due.running.from, at);
  const elapsedMs = calendar.between(startedAt, at) - due.pausedMs - runningMs;
  return {
    markAt: (fraction) => {
      const openMs = totalMs * fraction;
      // What lies behind the due instant is moved by the pauses that moved that, and by none since.
      if (fraction > 1) {
        return { instant: calendar.add(startedAt, openMs + due.pausedMs), isPaused: due.running !== null };
      }
      const { instant, running } = walk(calendar, startedAt, openMs, pauses);
      return { instant, isPaused: running !== null };
    },
    dueAt: due.instant,
    dueIfResumed: runningMs === 0 ? due.instant : calendar.add(startedAt, totalMs + due.pausedMs + runningMs),
    paused: due.running !== null,
    elapsedMs,
    remainingMs: totalMs - elapsedMs,
  };
}

/**
 * Follows the pauses up to the instant at which `openMs` of unpaused business time are used up. Of the pauses the first
 * `count` began before it; the last of them may be running.
 */
export function walk(calendar: BusinessCalendar, start: EpochMs, openMs: DurationMs, pauses: readonly Pause[]) {
  let pausedMs = 0;
  let count = 0;
  let instant = calendar.add(start, openMs);
  for (const pause of pauses) {
    if (pause.from >= instant) break;
    count += 1;
    if (pause.until === null) return { instant, pausedMs, running: pause, count };
    pausedMs += calendar.between(pause.from, pause.until);
    instant = calendar.add(start, openMs + pausedMs);
  }
  return { instant, pausedMs, running: null, count };
}

/** Where the `atRisk` mark stands: reached, or where it will be; null for best effort. */
export function atRiskMark(policy: Policy, cycle: Cycle, clock: ClockReading | null): MarkPosition | null {
  const reached = cycle.marks.find((mark) => mark.name === AT_RISK);
  if (reached !== undefined) return { instant: reached.at, isPaused: false };
  const mark = policy.marks.find((candidate) => candidate.name === AT_RISK);
  return clock === null || mark === undefined ? null : clock.markAt(mark.fraction);
}

/** The facts of a cycle that ends now; one that ends while paused, without the running pause. */
export function endOf(ticket: Ticket, policy: Policy, cycle: Cycle, at: EpochMs, outcome: CycleOutcome): CycleEnd {
  const clock = readClock(ticket, policy, cycle, at);
  return {
    at,
    outcome,
    dueAt: clock?.dueAt ?? null,
    atRiskAt: atRiskMark(policy, cycle, clock)?.instant ?? null,
    elapsedMs: clock?.elapsedMs ?? Math.max(0, at - cycle.startedAt),
  };
}

/** The cycle of a commitment that has not ended, if any. */
export const runningCycle = (ticket: Pick<Ticket, 'cycles'>, kind: CommitmentKind): Cycle | undefined =>
  ticket.cycles.findLast((cycle) => cycle.kind === kind && cycle.end === null);

/** The number that the next cycle of a commitment gets. */
export const nextNumber = (ticket: Pick<Ticket, 'cycles'>, kind: CommitmentKind): number =>
  (ticket.cycles.findLast((cycle) => cycle.kind === kind)?.number ?? 0) + 1;
