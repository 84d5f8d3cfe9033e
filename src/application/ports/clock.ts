import type { EpochMs } from '../../domain/instant';

/** The present time. Nothing else in the application or the domain reads a clock. */
export interface Clock {
  now(): EpochMs;
}
