import { RateLimited } from './rate-limited';

/** Failures are counted for so long. */
const WINDOW_MS = 60_000;
/** The addresses whose failures are counted at a time. */
const MOST_ADDRESSES = 10_000;

/** Why an attempt is refused, in the audit log. */
export const TOO_MANY_FAILURES = 'Too many sign-ins of this address have failed.';

/** The attempts of an address that run, and what lets each of those that wait go on. */
interface Attempts {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Limits the failed sign-ins of each address. Above the limit, no credential of the address is
 * looked at that is not known to be valid, until the minute is over.
 */
export class FailedSignIns {
  private readonly failures = new Map<string, number>();
  private readonly attempts = new Map<string, Attempts>();
  private endsAt = Number.NEGATIVE_INFINITY;

  constructor(
    /** The failures of an address in a minute; 0 for no limit. */
    private readonly limit: number,
    /** Called at most once in a minute for an address, when it has reached the limit. */
    private readonly onLimit: (address: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Looks at a credential that is not known. At most as many as may still fail are looked at at
   * once; the others wait, so that attempts at the same time are no way around the limit.
   *
   * @param address the IP address of a client, or its network
   * @param isGuess whether an error counts as a failure
   * @throws RateLimited; what `look` throws
   */
  async attempt<T>(address: string, look: () => T | Promise<T>, isGuess: (error: unknown) => boolean): Promise<T> {
    if (this.limit === 0) return look();
    const attempts = this.attempts.get(address) ?? { running: 0, waiting: [] };
    this.attempts.set(address, attempts);
    for (let refusal = this.refusalOf(address); ; refusal = this.refusalOf(address)) {
      if (refusal !== null) {
        this.letOthersGoOn(address, attempts);
        throw refusal;
      }
      if (this.room(address, attempts) > 0) break;
      await new Promise<void>((resolve) => attempts.waiting.push(resolve));
    }
    attempts.running += 1;
    try {
      return await look();
    } catch (error) {
      if (isGuess(error)) this.count(address);
      throw error;
    } finally {
      attempts.running -= 1;
      this.letOthersGoOn(address, attempts);
    }
  }

  /** How many more attempts of an address may run now. */
  private room(address: string, { running }: Attempts): number {
    return this.limit - (this.failures.get(address) ?? 0) - running;
  }

  private letOthersGoOn(address: string, attempts: Attempts): void {
    const { running, waiting } = attempts;
    if (running === 0 && waiting.length === 0) this.attempts.delete(address);
    // Above the limit, all go on, to be refused.
    const many = this.refusalOf(address) === null ? Math.max(0, this.room(address, attempts)) : waiting.length;
    for (const go of waiting.splice(0, many)) go();
  }

  /**
   * @param address the IP address of a client, or its network
   * @returns why a credential that is not known may not be tried; null if it may
   */
  private refusalOf(address: string): RateLimited | null {
    if (this.failures.size === 0) return null;
    const now = this.turn();
    const failures = this.failures.get(address) ?? 0;
    if (failures < this.limit) return null;
    return new RateLimited(TOO_MANY_FAILURES, Math.ceil((this.endsAt - now) / 1_000));
  }

  private count(address: string): void {
    this.turn();
    const failures = (this.failures.get(address) ?? 0) + 1;
    // So many addresses are not held up by a limit per address; the audit log has their number.
    if (failures === 1 && this.failures.size >= MOST_ADDRESSES) return;
    this.failures.set(address, failures);
    if (failures === this.limit) this.onLimit(address);
  }

  /** Begins the next minute when this one is over. */
  private turn(): number {
    const now = this.now();
    if (now >= this.endsAt) {
      this.failures.clear();
      this.endsAt = now + WINDOW_MS;
    }
    return now;
  }
}
