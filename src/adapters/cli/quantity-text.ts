import { type DurationMs, HOUR_MS, MINUTE_MS } from '../../domain/instant';
import type { BusinessSpan } from '../../domain/policy/policy';

/** Names of the units of a target. */
export const UNIT_NAMES = { MINUTES: 'minute', HOURS: 'hour', BUSINESS_DAYS: 'business day' } as const;

/** `1 business day`, `2 business days`. */
export const countText = (amount: number, what: string): string => `${amount} ${what}${amount === 1 ? '' : 's'}`;

/** `2 business days (business)`: an amount, with the calendar in brackets. */
export const spanText = ({ amount, unit, calendar }: BusinessSpan): string =>
  `${countText(amount, UNIT_NAMES[unit])} (${calendar})`;

/** `18 h 00 min`, followed by seconds unless they are 0. */
export function durationText(duration: DurationMs): string {
  const length = Math.abs(duration);
  const minutes = Math.floor((length % HOUR_MS) / MINUTE_MS);
  const seconds = (length % MINUTE_MS) / 1000;
  const text = `${Math.floor(length / HOUR_MS)} h ${String(minutes).padStart(2, '0')} min`;
  return `${duration < 0 ? '-' : ''}${text}${seconds === 0 ? '' : ` ${seconds} s`}`;
}
