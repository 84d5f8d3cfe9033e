import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import type { EpochMs } from '../../../domain/instant';

/** A calendar month in a time zone, or the part of it that is in the period. */
export interface Month {
  /** For example `2026-03`. */
  readonly name: string;
  readonly from: EpochMs;
}

/**
 * The months of a time zone that overlap the period from `from` to `to`. It uses the zone rules of
 * the calendars: those of the database may be older, and some names, such as CET, have another
 * meaning there.
 *
 * @throws CalendarError if the zone is unknown
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
