import type { BusinessSpan } from '../../domain/policy';

/** How people call the units of a target. */
export const UNIT_NAMES = { MINUTES: 'minute', HOURS: 'hour', BUSINESS_DAYS: 'business day' } as const;

/** `1 business day`, `2 business days`. */
export const count = (amount: number, what: string): string => `${amount} ${what}${amount === 1 ? '' : 's'}`;

/** `2 business days (business)`: the calendar stands behind. */
export const spanText = ({ amount, unit, calendar }: BusinessSpan): string =>
  `${count(amount, UNIT_NAMES[unit])} (${calendar})`;
