import type { Clock } from '../../application/ports/clock';

/** The only file that reads the system time. */
export const systemClock: Clock = { now: () => Date.now() };
