import { CalendarError } from '../../domain/calendar/business-calendar';
import { ZoneOffsets } from '../../domain/calendar/zone-offsets';
import { didYouMean } from './nearest';

/**
 * What is wrong with a time zone. It has to be a name of the IANA time zone database; an offset
 * such as `-05:00` is not.
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
