import { type BusinessCalendar, CalendarError, isUnanswerable } from '../calendar/business-calendar';
import type { DurationMs, EpochMs } from '../instant';
import { type CommitmentKind, type Policy, WAITING_REASONS, type WaitingReason } from '../policy/policy';
import type { Cycle, CycleEnd, Ticket, Wait } from '../ticket/ticket';
import { calendarOfCycle, isBestEffort, targetWorth, walk } from './commitment';
import { type Pause, pausesOf } from './pauses';

export type SegmentKind = 'COUNTED' | 'OUTSIDE_HOURS' | 'HOLIDAY' | 'PAUSED';

/** A part of a cycle's time, half-open. It counts as a whole or not at all. */
export interface Segment {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: SegmentKind;
  /** The length of the segment if it is COUNTED, otherwise 0. */
  readonly countedMs: DurationMs;
  /** The name of a HOLIDAY; null if the calendar has none, and for the other kinds. */
  readonly holiday: string | null;
  /** The waiting reasons of a PAUSED segment; empty for the other kinds. */
  readonly reasons: readonly WaitingReason[];
}

/** An explanation has more segments than the caller allows. */
export class TooManySegments extends Error {
  override readonly name = 'TooManySegments';
  constructor() {
    super('The explanation is too long for one answer; ask for fewer cycles, or for an earlier instant.');
  }
}

/**
 * The segments from a cycle's start to its due instant. The counted segments sum exactly to the
 * cycle's total. There are no gaps, and adjacent segments differ.
 *
 * While the cycle is paused there is no due instant, and the segments end at `at`. For a cycle that
 * has ended, the pauses are those known at its end. Best effort is one counted segment of elapsed
 * time, up to the end of the cycle or to `at`.
 *
 * @param at an instant not before the ticket's last event
 * @param most the maximum number of segments
 * @throws CalendarError if the calendar cannot answer (`isUnanswerable`)
 * @throws TooManySegments if there are more than `most`
 */
export function explainDue(
  ticket: Pick<Ticket, 'waits'>,
  policy: Policy,
  cycle: Cycle,
  at: EpochMs,
  most = Number.POSITIVE_INFINITY,
): readonly Segment[] {
  const clock = clockInputsOf(ticket, policy, cycle);
  if (clock === null) return elapsedSegment(cycle, at);
  const { calendar, waits, counting, dueAt, isRunning } = clock;
  // One that ended while paused is due without the pause that was running.
  const pauses = isRunning && cycle.end !== null ? counting.slice(0, -1) : counting;
  return segments(calendar, cycle, waits, pauses, isRunning && cycle.end === null ? at : dueAt, policy, most);
}

/**
 * The segments from a cycle's start to its end, or to `at` while it runs. The counted segments sum
 * exactly to the elapsed time. Parameters and errors are those of `explainDue`.
 */
export function explainElapsed(
  ticket: Pick<Ticket, 'waits'>,
  policy: Policy,
  cycle: Cycle,
  at: EpochMs,
  most = Number.POSITIVE_INFINITY,
): readonly Segment[] {
  const clock = clockInputsOf(ticket, policy, cycle);
  if (clock === null) return elapsedSegment(cycle, at);
  return segments(clock.calendar, cycle, clock.waits, clock.counting, cycle.end?.at ?? at, policy, most);
}

export const countedIn = (list: readonly Segment[]): DurationMs =>
  list.reduce((sum, { countedMs }) => sum + countedMs, 0);

/** What a cycle's clock is computed from. */
interface ClockInputs {
  readonly calendar: BusinessCalendar;
  /** The waits that the cycle knew. */
  readonly waits: readonly Wait[];
  /** The pauses that move the due instant. */
  readonly counting: readonly Pause[];
  /** The last of these pauses has not ended. */
  readonly isRunning: boolean;
  /** The due instant without the running pause. */
  readonly dueAt: EpochMs;
}

function clockInputsOf(ticket: Pick<Ticket, 'waits'>, policy: Policy, cycle: Cycle): ClockInputs | null {
  const calendar = calendarOfCycle(policy, cycle);
  const { totalMs, startedAt, kind, end } = cycle;
  if (calendar === null || isBestEffort(cycle)) return null;
  if (totalMs === null) throw unknownTotal(policy, cycle);
  const inputsFor = (waits: readonly Wait[]): ClockInputs => {
    const pauses = pausesOf(waits, kind, policy, startedAt);
    const { instant, running, count } = walk(calendar, startedAt, totalMs, pauses);
    return { calendar, waits, counting: pauses.slice(0, count), isRunning: running !== null, dueAt: instant };
  };
  if (end === null) return inputsFor(ticket.waits);
  const ended = inputsFor(waitsAt(ticket.waits, end, 'ENDED'));
  return ended.dueAt === end.dueAt ? ended : inputsFor(waitsAt(ticket.waits, end, 'RUNNING'));
}

/** Why the total of a cycle is unknown. */
function unknownTotal(policy: Policy, cycle: Cycle): CalendarError {
  try {
    targetWorth(policy, cycle.severity, cycle.kind, cycle.startedAt);
  } catch (error) {
    if (isUnanswerable(error)) return error;
    throw error;
  }
  // The target itself is known, so the time that was used before a reopening is not.
  return new CalendarError(
    'BEYOND_KNOWN_YEARS',
    'The holidays of the calendar are not known for all the time before the reopening.',
  );
}

/**
 * The waits as they were when a cycle ended. A wait that ended in the same millisecond ended before
 * the cycle or together with it. The caller tries both and compares the stored due instant.
 */
const waitsAt = (waits: readonly Wait[], { at }: CycleEnd, overThen: 'ENDED' | 'RUNNING'): readonly Wait[] =>
  waits
    .filter(({ from }) => from < at)
    .map((wait) =>
      wait.until !== null && (wait.until < at || (wait.until === at && overThen === 'ENDED'))
        ? wait
        : { ...wait, until: null },
    );

function elapsedSegment({ startedAt, end }: Cycle, at: EpochMs): readonly Segment[] {
  const to = end?.at ?? at;
  return to > startedAt
    ? [{ from: startedAt, to, kind: 'COUNTED', countedMs: to - startedAt, holiday: null, reasons: [] }]
    : [];
}

const KIND_OF = { OPEN: 'COUNTED', CLOSED: 'OUTSIDE_HOURS', HOLIDAY: 'HOLIDAY' } as const;

/**
 * The segments of a cycle up to `until`. A pause replaces the calendar's stretches, open or closed.
 */
function segments(
  calendar: BusinessCalendar,
  { startedAt, kind }: Cycle,
  waits: readonly Wait[],
  pauses: readonly Pause[],
  until: EpochMs,
  policy: Policy,
  most: number,
): readonly Segment[] {
  const found: Segment[] = [];
  const run = (from: EpochMs, to: EpochMs): void => {
    for (const stretch of calendar.stretches(from, to)) {
      const countedMs = stretch.kind === 'OPEN' ? stretch.to - stretch.from : 0;
      const { holiday } = stretch;
      found.push({ ...stretch, kind: KIND_OF[stretch.kind], countedMs, holiday, reasons: [] });
      if (found.length > most) throw new TooManySegments();
    }
  };
  let at = startedAt;
  for (const pause of pauses) {
    const to = pause.until ?? until;
    if (pause.from >= to) continue;
    run(at, pause.from);
    for (const paused of byReasons(pause.from, to, waits, kind, policy)) append(found, paused);
    at = to;
  }
  run(at, until);
  return found;
}

/**
 * The segments of one pause: a new one begins where the reasons that pause the commitment change.
 */
function byReasons(
  from: EpochMs,
  to: EpochMs,
  waits: readonly Wait[],
  kind: CommitmentKind,
  policy: Policy,
): Segment[] {
  const stopping = waits.filter(({ reason }) => policy.pauses[reason].includes(kind));
  const changes = stopping.flatMap((wait) => [wait.from, wait.until ?? to]).filter((at) => at > from && at < to);
  const cuts = [...new Set([from, ...changes])].sort((a, b) => a - b);
  return cuts.map((cut, index) => {
    const standing = stopping.filter((wait) => wait.from <= cut && (wait.until === null || wait.until > cut));
    const reasons = WAITING_REASONS.filter((reason) => standing.some((wait) => wait.reason === reason));
    return { from: cut, to: cuts[index + 1] ?? to, kind: 'PAUSED', countedMs: 0, holiday: null, reasons };
  });
}

/** Appends a segment of a pause, joined to the last one if they touch and have the same reasons. */
function append(found: Segment[], next: Segment): void {
  const last = found.at(-1);
  const isAlike = last?.kind === 'PAUSED' && last.to === next.from && last.reasons.join() === next.reasons.join();
  if (isAlike) found[found.length - 1] = { ...last, to: next.to };
  else found.push(next);
}
