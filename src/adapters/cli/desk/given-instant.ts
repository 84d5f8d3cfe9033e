import { parseDate } from '../../../domain/calendar/local-date';
import type { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, toIso } from '../../../domain/instant';
import { parseDateTime } from '../../graphql/base/scalars';
import { DeskError } from './desk-error';

const TAKES =
  '--at takes a time such as 02:00, a date and a time such as "2026-11-28 02:00", both in the zone of the printed ' +
  'times, or an instant with an offset such as 2026-11-28T02:00:00+01:00';

/**
 * The instant that a person writes. A time without a date is the last one that has passed.
 *
 * @throws DeskError if it is none, or if an hour that comes twice, or not at all, is meant
 */
export function givenInstant(written: string, offsets: ZoneOffsets, now: EpochMs): EpochMs {
  const exact = parseDateTime(written);
  if (exact !== null) return exact;
  const [, date, hours, minutes] = /^(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d?):(\d\d)$/.exec(written.trim()) ?? [];
  const ofDay = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  const day = date === undefined ? localDay(now, offsets) : parseDate(date);
  if (day === undefined || !(Number(hours) < 24 && Number(minutes) < 60)) throw new DeskError('USAGE', `${TAKES}.`);
  const at = occurrence(day * DAY_MS + ofDay, offsets, written);
  return date === undefined && at > now ? occurrence((day - 1) * DAY_MS + ofDay, offsets, written) : at;
}

const localDay = (at: EpochMs, offsets: ZoneOffsets): number => Math.floor((at + offsets.offsetAt(at)) / DAY_MS);

function occurrence(local: number, offsets: ZoneOffsets, written: string): EpochMs {
  const [first, second] = offsets.occurrencesOf(local);
  if (second !== undefined) {
    const both = [first, second].map((at) => toIso(at).replace('.000Z', 'Z')).join(' or ');
    throw new DeskError('USAGE', `The clocks go back, so ${written} comes twice: give ${both}.`);
  }
  if (first + offsets.offsetAt(first) === local) return first;
  throw new DeskError('USAGE', `The clocks go forward over ${written}, so that time does not exist.`);
}
