import type { OperationCost, RateLimited } from '../access/rate-limited';
import type { Identified } from './caller';

/** Whether an operation may be carried out. */
export interface Spending {
  readonly cost: OperationCost;
  /** Null if it may. If not, it counts for nothing. */
  readonly refusal: RateLimited | null;
}

/** Limits what a caller, and all callers of a client together, may cost in a minute. */
export interface RateLimits {
  /** @param cost the size of the operation; see `operation-costs.ts` */
  spend(caller: Identified, cost: number): Promise<Spending>;
  /** Counts what is known only when it is done. It is never refused; what follows is. */
  owe(caller: Identified, cost: number): Promise<void>;
}

/** What all processes have spent of a limit in its minute. */
export interface SharedSpending {
  readonly spent: number;
  /** When the minute ends, in milliseconds from now; at least 1. */
  readonly resetMs: number;
}

/** Where the processes of a service share what they spend. */
export interface SpendingStore {
  /**
   * Adds what this process has spent, by the keys of the limits.
   *
   * @returns what all have spent of the same limits
   */
  add(spent: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, SharedSpending>>;
}
