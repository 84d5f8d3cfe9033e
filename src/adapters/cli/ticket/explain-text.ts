import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import { countedIn, type Segment } from '../../../domain/commitment/explain-due';
import { type DurationMs, type EpochMs, MINUTE_MS, toIso } from '../../../domain/instant';
import type { Target, WaitingReason } from '../../../domain/policy/policy';
import { singleLine } from '../printable';
import { countText, durationText, UNIT_NAMES } from '../quantity-text';
import type { CycleExplanation } from './cycle-explanation';

const WAITED_FOR: Readonly<Record<WaitingReason, string>> = {
  CLIENT: 'the client',
  THIRD_PARTY: 'a third party',
  OTHER_TICKET: 'another ticket',
};
const STATUS = {
  RUNNING: 'running',
  AT_RISK: 'running, at risk',
  PAUSED: 'paused',
  BREACHED: 'breached',
  FULFILLED: 'fulfilled in time',
  FULFILLED_LATE: 'fulfilled late',
  SUPERSEDED: 'superseded by another severity',
  CANCELLED: 'cancelled',
  BEST_EFFORT: 'best effort',
  UNKNOWN: 'unknown',
  NOT_MEASURED: 'not measured',
} as const;

/** One cycle as a text table, in the zone of the explanation. */
export function cycleText(explained: CycleExplanation): readonly string[] {
  const { view, policy, target } = explained;
  const { cycle } = view;
  const heading = `${cycle.kind}, cycle ${cycle.number}, promised at ${cycle.severity}: ${STATUS[view.status]}`;
  return [
    heading,
    `  Promised: ${promise(target)} (${target.basis.toLowerCase()})`,
    `  Policy ${policy.id}, version ${policy.version}`,
    '',
    ...(explained.unknownBecause === null
      ? table(explained)
      : [
          `  The time cannot be computed. ${explained.unknownBecause}`,
          '',
          ...factsOf(explained, wallClock(explained.timeZone, [])),
        ]),
    '',
  ];
}

const promise = ({ span }: Target): string =>
  span === null
    ? 'best effort, so no time is promised'
    : `${countText(span.amount, UNIT_NAMES[span.unit])} on the calendar "${span.calendar}"`;

function table(explained: CycleExplanation): readonly string[] {
  const { timeZone, segments } = explained;
  const instants = segments.flatMap(({ from, to }) => [from, to]);
  const local = wallClock(timeZone, instants);
  const rows = [
    ['From', 'To', 'What', 'Counted'],
    ...segments.map((segment) => [
      local(segment.from),
      local(segment.to),
      segmentText(segment, explained),
      segment.kind === 'COUNTED' ? durationText(segment.countedMs) : '-',
    ]),
    ['Sum', '', '', durationText(countedIn(segments))],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    `  ${row.map((cell, column) => (column === 3 ? cell.padStart(widths[3] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
  const rule = `  ${'-'.repeat(widths.reduce((sum, width) => sum + width, 6))}`;
  return [lines[0] ?? '', rule, ...lines.slice(1, -1), rule, lines.at(-1) ?? '', '', ...factsOf(explained, local)];
}

/** The lines below the table: what follows from the segments. */
function factsOf(explained: CycleExplanation, local: (at: EpochMs) => string): readonly string[] {
  const { view } = explained;
  const { cycle, dueAt, breach, elapsedMs, remainingMs } = view;
  const used = elapsedMs === null ? 'unknown' : durationText(elapsedMs);
  const facts = [
    ...(cycle.totalMs === null
      ? []
      : [`Total: ${durationText(cycle.totalMs)} of the calendar's open time${reopeningNote(explained)}`]),
    ...(dueAt === null ? [] : [`Due: ${local(dueAt)}`]),
    ...(view.status === 'PAUSED'
      ? [
          `Due: undefined while the clock is paused; ${remainingMs === null ? 'an unknown time' : durationText(remainingMs)} left`,
        ]
      : []),
    ...(breach === null ? [] : [`Breached: ${local(breach.at)}${breach.waiver === undefined ? '' : ', waived'}`]),
    ...(cycle.end === null
      ? [`Used so far: ${used}`]
      : [`Ended: ${local(cycle.end.at)}, ${used}${elapsedMs === null ? '' : ' used'}`]),
    ...(breach === null || (remainingMs ?? 0) >= 0 ? [] : [`Late by: ${durationText(-(remainingMs ?? 0))}`]),
  ];
  return facts.map((fact) => `  ${fact}`);
}

/** A note for a cycle that began with a reopening and therefore has less time than the target. */
function reopeningNote({ view: { cycle }, worthMs, policy }: CycleExplanation): string {
  if (worthMs === null || cycle.totalMs === worthMs) return '';
  const least = `${Number((policy.reopeningMinimum * 100).toFixed(1))} %`;
  return `: reopened; the rest of ${durationText(worthMs)}, at least ${least}`;
}

function segmentText({ from, kind, holiday, reasons }: Segment, { view, reachedAt }: CycleExplanation): string {
  switch (kind) {
    case 'COUNTED':
      if (from < reachedAt) return 'counted';
      return view.cycle.end === null ? 'will count' : 'would have counted';
    case 'OUTSIDE_HOURS':
      return 'outside hours';
    case 'HOLIDAY':
      return holiday === null ? 'holiday' : `holiday: ${singleLine(holiday)}`;
    case 'PAUSED':
      return `paused, waiting for ${reasons.map((reason) => WAITED_FOR[reason]).join(' and ')}`;
  }
}

/**
 * Formats `Mon 2026-11-16 15:00`, followed by the UTC offset if the offset differs between the
 * instants.
 */
function wallClock(timeZone: string, instants: readonly EpochMs[]): (at: EpochMs) => string {
  const zone = ZoneOffsets.of(timeZone);
  const isChanging = new Set(instants.map((at) => zone.offsetAt(at))).size > 1;
  return (at) => {
    const offset = zone.offsetAt(at);
    const [date = '', time = ''] = toIso(at + offset).split('T');
    const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(at + offset).getUTCDay()];
    const shown = `${weekday} ${date} ${time.replace(/(:00)?\.000Z$|Z$/, '')}`;
    return isChanging ? `${shown} ${offsetText(offset)}` : shown;
  };
}

function offsetText(offset: DurationMs): string {
  const minutes = Math.floor(Math.abs(offset) / MINUTE_MS);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
