import type { Clock } from '../../application/ports/clock';

/** The one place where the time is read. */
export const systemClock: Clock = { now: () => Date.now() };
