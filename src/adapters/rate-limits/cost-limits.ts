import { RateLimiterMemory } from 'rate-limiter-flexible';
import { RateLimited } from '../../application/access/rate-limited';
import type { Identified } from '../../application/ports/caller';
import { actorKey } from '../../application/ports/idempotency';
import type { RateLimits, SharedSpending, Spending } from '../../application/ports/rate-limits';
import { thousands } from '../../domain/thousands';

export interface CostLimitSettings {
  /** The cost that a caller may have in a minute. */
  readonly perCaller: number;
  /** The cost that all callers of a client together may have in a minute. */
  readonly perClient: number;
  /** The length of that minute; 60 by default. */
  readonly windowSeconds?: number;
  /** Called with the key of each limit, when an operation was allowed. */
  readonly onSpent?: (key: string, cost: number) => void;
}

const MINUTE_SECONDS = 60;
const OF_CLIENT = 'client/';

/** A limit that applies to a caller. */
interface CostLimit {
  readonly limiter: RateLimiterMemory;
  readonly key: string;
  readonly whose: string;
}

/**
 * Counts what callers cost in each minute, in the memory of this process. A minute begins with the
 * first operation after the last one, so that not all limits are reset at once.
 */
export class CostLimits implements RateLimits {
  private readonly ofCaller: RateLimiterMemory;
  private readonly ofClient: RateLimiterMemory;

  constructor(private readonly settings: CostLimitSettings) {
    const { perCaller, perClient, windowSeconds: duration = MINUTE_SECONDS } = settings;
    this.ofCaller = new RateLimiterMemory({ points: perCaller, duration, keyPrefix: '' });
    this.ofClient = new RateLimiterMemory({ points: perClient, duration, keyPrefix: '' });
  }

  async spend(caller: Identified, requested: number): Promise<Spending> {
    const limits = this.limitsOf(caller);
    // Not `consume`, which rejects and then counts all the same.
    const counted = await Promise.all(limits.map(({ limiter, key }) => limiter.penalty(key, requested)));
    const states = counted.map(({ consumedPoints, msBeforeNext }, index) => {
      const { limiter: { points = 0 } = {}, whose = '' } = limits[index] ?? {};
      return { limit: points, remaining: points - consumedPoints, resetMs: msBeforeNext, whose };
    });
    const tightest = states.reduce((one, other) => (other.remaining < one.remaining ? other : one));
    const { limit, remaining, whose } = tightest;
    if (remaining >= 0) {
      for (const { key } of limits) this.settings.onSpent?.(key, requested);
      return { cost: { requested, limit, remaining, resetSeconds: secondsOf(tightest.resetMs) }, refusal: null };
    }
    await Promise.all(limits.map(({ limiter, key }) => limiter.reward(key, requested)));
    const left = Math.max(0, remaining + requested);
    const resets = states.filter((state) => state.remaining < 0).map(({ resetMs }) => resetMs);
    const resetSeconds = secondsOf(Math.max(...resets));
    const cost = { requested, limit, remaining: left, resetSeconds };
    const sentence = `The request costs ${thousands(requested)}. Of the ${thousands(limit)} that ${whose} may cost in a minute, ${thousands(left)} remain.`;
    return { cost, refusal: new RateLimited(sentence, resetSeconds, cost) };
  }

  async owe(caller: Identified, cost: number): Promise<void> {
    for (const { limiter, key } of this.limitsOf(caller)) {
      await limiter.penalty(key, cost);
      this.settings.onSpent?.(key, cost);
    }
  }

  /**
   * Takes over what all processes have spent of a limit. What this process has spent and could not
   * share is kept.
   */
  async learn(key: string, { spent, resetMs }: SharedSpending): Promise<void> {
    const limiter = key.startsWith(OF_CLIENT) ? this.ofClient : this.ofCaller;
    const known = await limiter.get(key);
    if (known !== null && known.consumedPoints > spent) return;
    await limiter.set(key, spent, resetMs / 1_000);
  }

  private limitsOf({ actor, sees, rights }: Identified): readonly CostLimit[] {
    const own = { limiter: this.ofCaller, key: `caller/${actorKey(actor)}`, whose: 'this caller' };
    // An agent works for the support organisation, also one who sees a single client.
    if (rights.role === 'AGENT' || sees === 'ALL' || sees.length !== 1) return [own];
    return [own, { limiter: this.ofClient, key: `${OF_CLIENT}${sees[0]}`, whose: 'all callers of this client' }];
  }
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));
