import type { EpochMs } from '../../domain/instant';

/** The only way to ask for the time. */
export interface Clock {
  now(): EpochMs;
}
