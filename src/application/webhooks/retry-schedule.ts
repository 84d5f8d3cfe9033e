import { type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS } from '../../domain/instant';

/**
 * The pauses before the second and each further attempt, as Standard Webhooks recommends them. The
 * first attempt is immediate.
 */
const PAUSES_MS: readonly DurationMs[] = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** The attempts of a delivery; after the last, it has failed. */
export const ATTEMPTS = PAUSES_MS.length + 1;

/** A pause is longer by up to this share, so that what failed together is not sent together. */
const JITTER = 0.2;

/** An endpoint that asks for a longer pause gets this one. */
const LONGEST_RETRY_AFTER_MS = 24 * HOUR_MS;

/**
 * When a delivery is attempted again; null if it has failed for good.
 *
 * @param attempts the attempts that have failed, at least 1
 * @param retryAfterMs the pause for which the endpoint asked; it lengthens the pause and never
 *   shortens it
 * @param random between 0 and 1
 */
export function nextAttemptAt(
  attempts: number,
  now: EpochMs,
  retryAfterMs: DurationMs | null,
  random: number,
): EpochMs | null {
  const pause = PAUSES_MS[attempts - 1];
  if (pause === undefined) return null;
  const jittered = Math.round(pause * (1 + JITTER * random));
  return now + Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
}

/**
 * The pause of a `Retry-After` header: seconds, or a date of HTTP. Null for any other text.
 */
export function retryAfterMsOf(header: string | undefined, now: EpochMs): DurationMs | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = HTTP_DATE.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
