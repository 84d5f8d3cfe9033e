import { CalendarError } from '../../domain/calendar/business-calendar';
import { ZoneOffsets } from '../../domain/calendar/zone-offsets';
import { didYouMean } from '../../domain/nearest';

/**
 * What is wrong with the name of a time zone; undefined if the IANA database has it. Offsets such
 * as `-05:00` are not accepted.
 */
export function zoneProblem(zone: string): string | undefined {
  try {
    ZoneOffsets.of(zone);
    return undefined;
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
  }
  const hint = didYouMean(zone, Intl.supportedValuesOf('timeZone'));
  return `takes an IANA time zone such as America/New_York, not "${zone.slice(0, 64)}"${hint}`;
}
