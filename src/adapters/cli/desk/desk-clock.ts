import { ZoneOffsets } from '../../../domain/calendar/zone-offsets';
import { type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS, toIso } from '../../../domain/instant';
import { parseDuration } from '../../../domain/iso-duration';
import { zoneProblem } from '../../documents/zone-problem';
import { parseDateTime } from '../../graphql/base/scalars';
import { DeskError } from './desk-error';
import { givenInstant } from './given-instant';

/** Writes the instants and durations of the API for a person in one zone. */
export interface DeskClock {
  /** The IANA name of the zone. */
  readonly zone: string;
  /** `Mon 2026-11-16 15:00`, with the offset where the clocks go back and an hour comes twice. */
  time(instant: string): string;
  /** The instant that a person writes, for the API. @throws DeskError if it is none */
  instant(written: string): string;
}

/**
 * @param now the current instant, for times without a date
 * @throws DeskError if there is no such zone
 */
export function deskClock(zone: string, now: () => EpochMs): DeskClock {
  const problem = zoneProblem(zone);
  if (problem !== undefined) throw new DeskError('USAGE', `The zone ${problem}.`);
  const offsets = ZoneOffsets.of(zone);
  return {
    zone,
    time: (instant) => {
      const at = parseDateTime(instant);
      return at === null ? instant : localMinute(offsets, at);
    },
    instant: (written) => toIso(givenInstant(written, offsets, now())),
  };
}

/** The zone of this machine, or that of `TZ`. */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localMinute(offsets: ZoneOffsets, at: EpochMs): string {
  const offset = offsets.offsetAt(at);
  const [date = '', time = ''] = toIso(at + offset).split('T');
  const shown = `${WEEKDAYS[new Date(at + offset).getUTCDay()]} ${date} ${time.slice(0, 5)}`;
  const comesTwice = offsets.offsetAt(at - HOUR_MS) > offset || offsets.offsetAt(at + HOUR_MS) < offset;
  return comesTwice ? `${shown} ${offsetText(offset)}` : shown;
}

function offsetText(offset: DurationMs): string {
  const minutes = Math.floor(Math.abs(offset) / MINUTE_MS);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A duration of the API in whole minutes: `2 h 05 min`, `45 min`, `under a minute`. */
export function shortDuration(duration: string): string {
  const ms = parseDuration(duration);
  if (ms === null) return duration;
  const minutes = Math.floor(Math.abs(ms) / MINUTE_MS);
  if (minutes === 0) return 'under a minute';
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** What is left of a deadline: `2 h 05 min left`, or `45 min over`. */
export const remainingText = (duration: string): string =>
  `${shortDuration(duration)} ${duration.startsWith('-') ? 'over' : 'left'}`;
