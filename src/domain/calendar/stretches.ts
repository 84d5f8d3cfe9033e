import { DAY_MS, type EpochMs } from '../instant';
import type { Stretch } from './definition';
import type { OpeningHours } from './hours';
import type { OpenTimeline } from './open-timeline';
import type { ZoneOffsets } from './zone-offsets';

/** The periods from `a` to `b`: open, closed on a holiday, or closed. Computed while it is read. */
export function* stretchesOf(
  timeline: OpenTimeline,
  zone: ZoneOffsets,
  hours: OpeningHours,
  a: EpochMs,
  b: EpochMs,
): Generator<Stretch> {
  let last = null as Stretch | null;
  for (const next of parts(timeline, zone, hours, a, b)) {
    if (last !== null && last.kind === next.kind && last.holiday === next.holiday) {
      last = { ...last, to: next.to };
    } else {
      if (last !== null) yield last;
      last = next;
    }
  }
  if (last !== null) yield last;
}

/** The same, but adjacent periods can be of the same kind. */
function* parts(
  timeline: OpenTimeline,
  zone: ZoneOffsets,
  hours: OpeningHours,
  a: EpochMs,
  b: EpochMs,
): Generator<Stretch> {
  // Splits closed time by local date, in periods of constant offset.
  function* closed(from: EpochMs, to: EpochMs): Generator<Stretch> {
    if (from >= to) return;
    for (const period of zone.overlapping(from, to)) {
      const until = Math.min(to, period.to);
      let at = Math.max(from, period.from);
      while (at < until) {
        const day = Math.floor((at + period.offset) / DAY_MS);
        const end = Math.min(until, (day + 1) * DAY_MS - period.offset);
        const midnight = day * DAY_MS - period.offset;
        for (const holiday of hours.holidaysOn(day)) {
          const begins = Math.min(end, Math.max(at, midnight + holiday.from));
          const ends = Math.min(end, midnight + holiday.to);
          if (begins >= ends) continue;
          if (at < begins) yield { from: at, to: begins, kind: 'CLOSED', holiday: null };
          yield { from: begins, to: ends, kind: 'HOLIDAY', holiday: holiday.name };
          at = ends;
        }
        if (at < end) yield { from: at, to: end, kind: 'CLOSED', holiday: null };
        at = end;
      }
    }
  }
  let at = a;
  for (const { opens, closes } of timeline.pieces(a, b)) {
    yield* closed(at, opens);
    yield { from: opens, to: closes, kind: 'OPEN', holiday: null };
    at = closes;
  }
  yield* closed(at, b);
}
