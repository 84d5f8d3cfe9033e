import { dayNumberOf, daysInMonth } from './calendar/local-date';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from './instant';

const FORM = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Parses an RFC 3339 date-time. Fractions of any length are cut to milliseconds. A leap second is
 * accepted only in the last minute of a UTC day, and is read as the following second.
 *
 * @returns `undefined` for any other text, for one without an offset, and for a date that does not
 *   exist
 */
export const parseRfc3339 = (text: string): EpochMs | undefined => {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const field = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [field(1), field(2), field(3), field(4), field(5), field(6)];
  const [offsetHour, offsetMinute] = [field(9), field(10)];
  if (day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return undefined;
  if (offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * HOUR_MS + offsetMinute * MINUTE_MS);
  const ofMinute = dayNumberOf(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS - offset;
  if (second === 60 && (ofMinute + MINUTE_MS) % DAY_MS !== 0) return undefined;
  return ofMinute + second * 1000 + Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
};
