import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS } from './instant';

const ISO_DURATION =
  /^([+-])?P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/;
const LONGEST_MS = 10_000 * 366 * DAY_MS;

/**
 * An ISO 8601 duration in milliseconds; a day is 24 hours. Null for any other text, also with years
 * or months.
 */
export function parseDuration(text: string): DurationMs | null {
  const match = ISO_DURATION.exec(text);
  if (match === null) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(2, 7).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const millis = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const total = (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000 + millis;
  if (total > LONGEST_MS) return null;
  return match[1] === '-' && total > 0 ? -total : total;
}

/**
 * ISO 8601 in hours, minutes and seconds; never in days, because a business day does not have 24
 * hours.
 */
export function formatDuration(duration: DurationMs): string {
  const total = Math.round(Math.abs(duration));
  if (total === 0) return 'PT0S';
  const hours = Math.floor(total / HOUR_MS);
  const minutes = Math.floor((total % HOUR_MS) / MINUTE_MS);
  const seconds = (total % MINUTE_MS) / 1000;
  return `${duration < 0 ? '-' : ''}PT${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${
    seconds > 0 ? `${seconds}S` : ''
  }`;
}
