import type { EpochMs } from '../../domain/instant';

/** The current time. No other part of the application or the domain reads a clock. */
export interface Clock {
  now(): EpochMs;
}
