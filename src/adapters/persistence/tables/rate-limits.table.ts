import { EntitySchema } from 'typeorm';
import type { EpochMs } from '../../../domain/instant';
import { bigint, instant, primary, text } from './column-types';

interface RateLimitRow {
  readonly key: string;
  readonly spent: string;
  readonly resets_at: EpochMs;
}

export const rateLimits = new EntitySchema<RateLimitRow>({
  name: 'rate_limits',
  columns: {
    key: primary(text('Primary key, a SHA-256 of whose limit it is')),
    spent: bigint('Cost of the operations of this minute, of all processes'),
    resets_at: instant('Time at which the minute ends'),
  },
});
