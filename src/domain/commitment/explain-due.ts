import type { BusinessCalendar } from '../calendar/business-calendar';
import type { DurationMs, EpochMs } from '../instant';
import { type CommitmentKind, type Policy, WAITING_REASONS, type WaitingReason } from '../policy/policy';
import type { Cycle, CycleEnd, Ticket, Wait } from '../ticket/ticket';
import { calendarOfCycle, walk } from './commitment';
import { type Pause, pausesOf } from './pauses';

export type SegmentKind = 'COUNTED' | 'OUTSIDE_HOURS' | 'HOLIDAY' | 'PAUSED';

/** A part of a cycle's time, half-open: either counted whole, or not at all. */
export interface Segment {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: SegmentKind;
  /** Its whole length where COUNTED, else 0. */
  readonly countedMs: DurationMs;
  /** What a HOLIDAY is called; null where the calendar does not say. */
  readonly holiday: string | null;
  /** Why a PAUSED clock stood still; empty for the other kinds. */
  readonly reasons: readonly WaitingReason[];
}

/** There are more segments than were asked for. */
export class TooManySegments extends Error {
  override readonly name = 'TooManySegments';
  constructor() {
    super('There is more time to be explained than one answer takes; ask for fewer cycles, or for an earlier instant.');
  }
}

/**
 * The segments that make a cycle's due instant, from its start: those counted sum exactly to its total. Without gaps, and
 * neighbours are unlike. While paused there is no due instant: up to the instant asked. Of a cycle that has ended, the
 * pauses are as they stood then. Best effort is counted by the wall clock, up to the instant asked or the end.
 *
 * @param at not before the ticket's last event
 * @param most so many segments are taken
 * @throws CalendarError where the calendar ends before the answer; TooManySegments
 */
export function explainDue(
  ticket: Pick<Ticket, 'waits'>,
  policy: Policy,
  cycle: Cycle,
  at: EpochMs,
  most = Number.POSITIVE_INFINITY,
): readonly Segment[] {
  const clock = unfold(ticket, policy, cycle);
  if (clock === null) return byTheWallClock(cycle, at);
  const { calendar, waits, counting, dueAt, isRunning } = clock;
  // One that ended while paused is due without the pause that was running.
  const pauses = isRunning && cycle.end !== null ? counting.slice(0, -1) : counting;
  return segments(calendar, cycle, waits, pauses, isRunning && cycle.end === null ? at : dueAt, policy, most);
}

/**
 * The segments of a cycle from its start up to the instant asked, or to its end: those counted sum exactly to its elapsed
 * time. As `explainDue` otherwise.
 */
export function explainElapsed(
  ticket: Pick<Ticket, 'waits'>,
  policy: Policy,
  cycle: Cycle,
  at: EpochMs,
  most = Number.POSITIVE_INFINITY,
): readonly Segment[] {
  const clock = unfold(ticket, policy, cycle);
  if (clock === null) return byTheWallClock(cycle, at);
  return segments(clock.calendar, cycle, clock.waits, clock.counting, cycle.end?.at ?? at, policy, most);
}

export const countedIn = (list: readonly Segment[]): DurationMs =>
  list.reduce((sum, { countedMs }) => sum + countedMs, 0);

/** A cycle's clock with what makes it: the waits as it saw them, and of their pauses those that count. */
interface Unfolded {
  readonly calendar: BusinessCalendar;
  readonly waits: readonly Wait[];
  readonly counting: readonly Pause[];
  /** The last pause that counts has not ended. */
  readonly isRunning: boolean;
  /** Without the running pause. */
  readonly dueAt: EpochMs;
}

function unfold(ticket: Pick<Ticket, 'waits'>, policy: Policy, cycle: Cycle): Unfolded | null {
  const calendar = calendarOfCycle(policy, cycle);
  const { totalMs, startedAt, kind, end } = cycle;
  if (calendar === null || totalMs === null) return null;
  const read = (waits: readonly Wait[]): Unfolded => {
    const pauses = pausesOf(waits, kind, policy, startedAt);
    const { instant, running, count } = walk(calendar, startedAt, totalMs, pauses);
    return { calendar, waits, counting: pauses.slice(0, count), isRunning: running !== null, dueAt: instant };
  };
  if (end === null) return read(ticket.waits);
  const ended = read(waitsAt(ticket.waits, end, 'ENDED'));
  return ended.dueAt === end.dueAt ? ended : read(waitsAt(ticket.waits, end, 'RUNNING'));
}

/**
 * The waits as they stood when a cycle ended. One that was over in the same millisecond may have been ended before the
 * cycle, or with it: the due instant that was kept with the end tells which.
 */
const waitsAt = (waits: readonly Wait[], { at }: CycleEnd, overThen: 'ENDED' | 'RUNNING'): readonly Wait[] =>
  waits
    .filter(({ from }) => from < at)
    .map((wait) =>
      wait.until !== null && (wait.until < at || (wait.until === at && overThen === 'ENDED'))
        ? wait
        : { ...wait, until: null },
    );

function byTheWallClock({ startedAt, end }: Cycle, at: EpochMs): readonly Segment[] {
  const to = end?.at ?? at;
  return to > startedAt
    ? [{ from: startedAt, to, kind: 'COUNTED', countedMs: to - startedAt, holiday: null, reasons: [] }]
    : [];
}

const KIND_OF = { OPEN: 'COUNTED', CLOSED: 'OUTSIDE_HOURS', HOLIDAY: 'HOLIDAY' } as const;

/** The time of a cycle up to an instant: the calendar's stretches, and in their place the pauses, closed hours included. */
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

/** A pause, cut where the reasons change that stop this commitment. */
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

/** Two pauses that touch, for the same reasons, are one segment. */
function append(found: Segment[], next: Segment): void {
  const last = found.at(-1);
  const isAlike = last?.kind === 'PAUSED' && last.to === next.from && last.reasons.join() === next.reasons.join();
  if (isAlike) found[found.length - 1] = { ...last, to: next.to };
  else found.push(next);
}
