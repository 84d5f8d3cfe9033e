import type { Clock } from '../application/ports';

/** The one place where the time is read. */
export const systemClock: Clock = { now: () => Date.now() };
