import { BeyondCalendar, type Interval } from './calendar';
import type { Instant } from './history';
import { addTime, calendarOf, type Policy } from './policy';
import { type Cycle, isPausing, pausesOf, type Ticket } from './ticket';

/** Where the clock of a cycle that has a target stands at an instant. */
export interface ClockReading {
  /** While a pause runs: as if it ended at that instant. */
  readonly dueAt: Instant;
  readonly isPaused: boolean;
  /** The instant of the mark at a fraction of the target. */
  readonly mark: (fraction: number) => Instant;
}

/** Null where there is no due instant: best effort, or beyond the calendar. */
export function readClock(policy: Policy, ticket: Ticket, cycle: Cycle, at: Instant): ClockReading | null {
  if (cycle.pauses !== null) return readClockWith(policy, cycle, cycle.pauses, false);
  const pauses = pausesOf(policy, ticket, cycle.kind, cycle.start, at);
  return readClockWith(policy, cycle, pauses, isPausing(policy, ticket, cycle.kind));
}

/** The due instant as if the pause that runs had not begun; null where there is none. */
export function dueWithoutRunningPause(policy: Policy, ticket: Ticket, cycle: Cycle, at: Instant): Instant | null {
  const ended = { ...ticket, waits: ticket.waits.filter((wait) => wait.to !== null) };
  return readClock(policy, ended, cycle, at)?.dueAt ?? null;
}

/** As it was when the cycle began to apply. */
export function readClockAtBeginning(policy: Policy, cycle: Cycle): ClockReading | null {
  return readClockWith(policy, cycle, cycle.pausesSince, false);
}

function readClockWith(
  policy: Policy,
  cycle: Cycle,
  pauses: readonly Interval[],
  lastPauseRuns: boolean,
): ClockReading | null {
  if (cycle.target.time === null) return null;
  try {
    const calendar = calendarOf(policy, cycle.target.time.calendar);
    const total = totalOf(policy, cycle);
    let paused = 0;
    let dueAt = calendar.add(cycle.start, total);
    let isPaused = false;
    for (const [index, [from, to]] of pauses.entries()) {
      if (from >= dueAt) break;
      isPaused = lastPauseRuns && index === pauses.length - 1;
      paused += calendar.between(from, to);
      dueAt = calendar.add(cycle.start, total + paused);
    }
    const mark = (fraction: number) => calendar.add(cycle.start, Math.ceil(fraction * total) + paused);
    return { dueAt, isPaused, mark };
  } catch (error) {
    if (error instanceof BeyondCalendar) return null;
    throw error;
  }
}

/** The business time that the target is worth from the cycle's start. */
function totalOf(policy: Policy, cycle: Cycle): number {
  const time = cycle.target.time;
  if (time === null) throw new Error('Best effort has no total');
  const calendar = calendarOf(policy, time.calendar);
  const target = calendar.between(cycle.start, addTime(policy, cycle.start, time));
  if (cycle.earlier.length === 0) return target;
  let used = 0;
  for (const stretch of cycle.earlier) {
    used += calendar.between(stretch.from, stretch.to);
    for (const [from, to] of stretch.pauses) used -= calendar.between(from, to);
  }
  return Math.ceil(Math.max(target - used, target * policy.reopeningMinimum));
}
