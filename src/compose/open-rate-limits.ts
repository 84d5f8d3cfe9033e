import type { Logger } from 'pino';
import { createSpendingStore } from '../adapters/persistence/access/postgres-spending';
import type { RateLimits } from '../application/ports/rate-limits';
import type { Config } from '../config';
import type { Store } from './open-store';

export interface OpenRateLimits {
  /** Null if callers are not limited. */
  readonly limits: RateLimits | null;
  close(): Promise<void>;
}

/** The limits of what callers may cost. */
export async function openRateLimits(
  { rateLimits, rateLimitPerCaller: perCaller, rateLimitPerClient: perClient }: Config,
  { pool }: Pick<Store, 'pool'>,
  logger: Logger,
): Promise<OpenRateLimits> {
  if (rateLimits === 'off') return { limits: null, close: async () => undefined };
  // Loaded only where callers are limited.
  const { CostLimits } = await import('../adapters/rate-limits/cost-limits.js');
  if (rateLimits === 'memory') {
    return { limits: new CostLimits({ perCaller, perClient }), close: async () => undefined };
  }
  const { ShareSpending } = await import('../adapters/rate-limits/share-spending.js');
  const sharing = new ShareSpending({
    store: createSpendingStore(pool),
    learn: (key, shared) => limits.learn(key, shared),
    onError: (error) =>
      logger.warn({ err: error }, 'what callers cost cannot be shared; each process counts for itself at the moment'),
  });
  const limits = new CostLimits({ perCaller, perClient, onSpent: sharing.note });
  return { limits, close: () => sharing.close() };
}
