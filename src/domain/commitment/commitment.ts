import { answerOrNull, type BusinessCalendar } from '../calendar/business-calendar';
import { type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../instant';
import { type BusinessSpan, type CommitmentKind, calendarOf, type Policy, targetOfCycle } from '../policy/policy';
import type { Severity } from '../severity';
import type { Cycle, CycleEnd, CycleOutcome, Ticket } from '../ticket/ticket';
import { type Pause, pausesOf } from './pauses';

export const AT_RISK = 'atRisk';

/**
 * Amounts of a policy are whole seconds. Rounding corrects decimal fractions such as 0.3333 hours.
 */
const wholeSeconds = (ms: DurationMs): DurationMs => Math.round(ms / SECOND_MS) * SECOND_MS;

/** The instant at which a span of business time from `start` has passed. */
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

/**
 * The target of a severity in business time from `start`, in milliseconds; null for best effort.
 */
export function targetWorth(
  policy: Policy,
  severity: Severity,
  kind: CommitmentKind,
  start: EpochMs,
): DurationMs | null {
  const { span } = targetOfCycle(policy, { severity, kind });
  return span === null ? null : calendarOf(policy, span.calendar).between(start, addSpan(policy, start, span));
}

/**
 * The business time that a cycle of a severity has from `start`, in milliseconds; null for best
 * effort. After a reopening, RESOLUTION has the target less the time that was used before, but at
 * least the policy's minimum fraction of it.
 */
function totalFrom(
  ticket: Pick<Ticket, 'stints' | 'waits'>,
  policy: Policy,
  severity: Severity,
  kind: CommitmentKind,
  start: EpochMs,
): DurationMs | null {
  const { span } = targetOfCycle(policy, { severity, kind });
  const total = targetWorth(policy, severity, kind, start);
  if (span === null || total === null || kind !== 'RESOLUTION') return total;
  const used = usedByEarlierStints(ticket, policy, calendarOf(policy, span.calendar));
  return used === null ? total : Math.max(total - used, Math.ceil(total * policy.reopeningMinimum));
}

/**
 * The business time up to the resolutions so far, less pauses; null before the first resolution.
 */
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
 * The business time in which a ticket was not resolved, less the pauses of a commitment: from
 * opening and each reopening to the next resolution, or to `at` if that is earlier.
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

/** The calendar of a cycle, from the target of its severity; null for best effort. */
export function calendarOfCycle(policy: Policy, cycle: Pick<Cycle, 'severity' | 'kind'>): BusinessCalendar | null {
  const { span } = targetOfCycle(policy, cycle);
  return span === null ? null : calendarOf(policy, span.calendar);
}

/** The instant of a mark. Only pauses that are over have moved it. */
export interface MarkPosition {
  readonly instant: EpochMs;
  /** A pause that began before the instant still runs, so the instant will move. */
  readonly isPaused: boolean;
}

/** The state of a cycle's clock at an instant. What the calendar cannot compute is null. */
export interface ClockReading {
  /** The position of the mark at a fraction of the total. The due instant is the mark at 1. */
  markAt(fraction: number): MarkPosition | null;
  /** The due instant. While paused, it does not include the running pause. */
  readonly dueAt: EpochMs | null;
  /** The due instant if the running pause ended now; equals `dueAt` when no pause runs. */
  readonly dueIfResumed: EpochMs | null;
  readonly paused: boolean;
  readonly elapsedMs: DurationMs | null;
  readonly remainingMs: DurationMs | null;
}

/** Whether the policy promises no time for a cycle. A cycle of unknown time is not best effort. */
export const isBestEffort = ({ totalMs, totalUnknown }: Pick<Cycle, 'totalMs' | 'totalUnknown'>): boolean =>
  totalMs === null && totalUnknown !== true;

/**
 * Reads the clock of a cycle that has not ended. `at` must not be before the cycle's start.
 *
 * A pause moves a mark or the due instant only if it began before that instant: what was reached
 * first stays. Null for best effort.
 */
export function readClock(
  ticket: Pick<Ticket, 'waits'>,
  policy: Policy,
  cycle: Cycle,
  at: EpochMs,
): ClockReading | null {
  const calendar = calendarOfCycle(policy, cycle);
  const { totalMs, startedAt } = cycle;
  if (calendar === null || isBestEffort(cycle)) return null;

  const pauses = pausesOf(ticket.waits, cycle.kind, policy, startedAt);
  const due = totalMs === null ? null : answerOrNull(() => walk(calendar, startedAt, totalMs, pauses));
  if (totalMs === null || due === null) {
    const elapsedMs = answerOrNull(() => openTime(calendar, startedAt, at, pauses));
    return { markAt: () => null, dueAt: null, dueIfResumed: null, paused: false, elapsedMs, remainingMs: null };
  }
  const { running, pausedMs } = due;
  // Up to the running pause, so that the time used is known however long the pause lasts.
  const elapsedMs = answerOrNull(() => calendar.between(startedAt, running?.from ?? at) - pausedMs);
  return {
    markAt: (fraction) =>
      answerOrNull(() => {
        const openMs = totalMs * fraction;
        // A mark after the due instant is moved by the pauses that moved the due instant, and no
        // others.
        if (fraction > 1) return { instant: calendar.add(startedAt, openMs + pausedMs), isPaused: running !== null };
        const mark = walk(calendar, startedAt, openMs, pauses);
        return { instant: mark.instant, isPaused: mark.running !== null };
      }),
    dueAt: due.instant,
    dueIfResumed:
      running === null
        ? due.instant
        : answerOrNull(() => calendar.add(startedAt, totalMs + pausedMs + calendar.between(running.from, at))),
    paused: running !== null,
    elapsedMs,
    remainingMs: elapsedMs === null ? null : totalMs - elapsedMs,
  };
}

/** The business time from `start` to `at` outside the pauses. */
function openTime(calendar: BusinessCalendar, start: EpochMs, at: EpochMs, pauses: readonly Pause[]): DurationMs {
  let open = calendar.between(start, at);
  for (const { from, until } of pauses) if (from < at) open -= calendar.between(from, Math.min(until ?? at, at));
  return open;
}

/**
 * Finds the instant at which `openMs` of business time have passed outside the pauses. The first
 * `count` pauses began before it; `running` is the last of these if it has not ended, else null.
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

/** The position of the `atRisk` mark, reached or expected; null for best effort. */
export function atRiskMark(policy: Policy, cycle: Cycle, clock: ClockReading | null): MarkPosition | null {
  const reached = cycle.marks.find((mark) => mark.name === AT_RISK);
  if (reached !== undefined) return { instant: reached.at, isPaused: false };
  const mark = policy.marks.find((candidate) => candidate.name === AT_RISK);
  return clock === null || mark === undefined ? null : clock.markAt(mark.fraction);
}

/**
 * The end of a cycle at `at`. If the cycle is paused, `dueAt` does not include the running pause.
 */
export function endOf(ticket: Ticket, policy: Policy, cycle: Cycle, at: EpochMs, outcome: CycleOutcome): CycleEnd {
  const clock = readClock(ticket, policy, cycle, at);
  return {
    at,
    outcome,
    dueAt: clock?.dueAt ?? null,
    atRiskAt: atRiskMark(policy, cycle, clock)?.instant ?? null,
    elapsedMs: clock === null ? Math.max(0, at - cycle.startedAt) : clock.elapsedMs,
  };
}

/** The cycle of a commitment that has not ended; undefined if there is none. */
export const runningCycle = (ticket: Pick<Ticket, 'cycles'>, kind: CommitmentKind): Cycle | undefined =>
  ticket.cycles.findLast((cycle) => cycle.kind === kind && cycle.end === null);

/** The number of the next cycle of a commitment. */
const nextNumber = (ticket: Pick<Ticket, 'cycles'>, kind: CommitmentKind): number =>
  (ticket.cycles.findLast((cycle) => cycle.kind === kind)?.number ?? 0) + 1;

/**
 * A cycle that applies from `at` and counts from `startedAt`.
 *
 * @throws CalendarError if the calendar cannot compute its target (`isUnanswerable`)
 */
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

/**
 * The same on an open ticket, where no command is refused because of a calendar: a target that the
 * calendar cannot compute is unknown.
 */
export const newCycleOfOpen: typeof newCycle = (ticket, policy, kind, severity, startedAt, at) =>
  answerOrNull(() => newCycle(ticket, policy, kind, severity, startedAt, at)) ?? {
    kind,
    number: nextNumber(ticket, kind),
    severity,
    startedAt,
    appliesFrom: at,
    totalMs: null,
    totalUnknown: true,
    marks: [],
    breach: null,
    end: null,
  };
