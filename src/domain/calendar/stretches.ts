import { DAY_MS, type EpochMs } from '../instant';
import type { Stretch } from './definition';
import type { DayNumber } from './local-date';
import type { OpenTimeline } from './open-timeline';
import type { ZoneOffsets } from './zone-offsets';

/** The time from `a` to `b` part by part: open, closed on a holiday, closed otherwise. */
export function stretchesOf(
  timeline: OpenTimeline,
  zone: ZoneOffsets,
  holidays: ReadonlyMap<DayNumber, string | null>,
  a: EpochMs,
  b: EpochMs,
): readonly Stretch[] {
  const found: Stretch[] = [];
  const append = (next: Stretch): void => {
    const last = found.at(-1);
    if (last?.kind === next.kind && last.holiday === next.holiday) found[found.length - 1] = { ...last, to: next.to };
    else found.push(next);
  };
  // Closed time is gone through by local date, within periods of constant offset.
  const close = (from: EpochMs, to: EpochMs): void => {
    if (from >= to) return;
    for (const period of zone.overlapping(from, to)) {
      const until = Math.min(to, period.to);
      let at = Math.max(from, period.from);
      while (at < until) {
        const day = Math.floor((at + period.offset) / DAY_MS);
        const end = Math.min(until, (day + 1) * DAY_MS - period.offset);
        const holiday = holidays.get(day);
        append(
          holiday === undefined
            ? { from: at, to: end, kind: 'CLOSED', holiday: null }
            : { from: at, to: end, kind: 'HOLIDAY', holiday },
        );
        at = end;
      }
    }
  };
  let at = a;
  for (const { opens, closes } of timeline.pieces(a, b)) {
    close(at, opens);
    append({ from: opens, to: closes, kind: 'OPEN', holiday: null });
    at = closes;
  }
  close(at, b);
  return found;
}
