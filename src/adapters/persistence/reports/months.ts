import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import type { EpochMs } from '../../../domain/instant';

/** A calendar month of a zone, or the part of it that was asked for. */
export interface Month {
  /** Such as `2026-03`. */
  readonly name: string;
  readonly from: EpochMs;
}

/**
 * The months that begin, in the zone's local time, before `to` and end after `from`. The zone rules are those that the
 * calendars go by; the database's own may be older, and take some names (CET) for something else.
 *
 * @throws CalendarError where the zone is unknown
 */
export function monthsIn(timeZone: string, from: EpochMs, to: EpochMs): readonly Month[] {
  const zone = ZoneOffsets.of(timeZone);
  const local = new Date(from + zone.offsetAt(from));
  let [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
  const months: Month[] = [];
  for (let start = from; start < to; ) {
    months.push({ name: `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}`, from: start });
    month += 1;
    if (month === 12) [year, month] = [year + 1, 0];
    start = zone.instantOf(new Date(0).setUTCFullYear(year, month, 1));
  }
  return months;
}
