import { RateLimited } from './rate-limited';

/** Failures are counted for so long. */
const WINDOW_MS = 60_000;
/** The addresses whose failures are counted at a time. */
const MOST_ADDRESSES = 10_000;

/** Why an attempt is refused, in the audit log. */
export const TOO_MANY_FAILURES = 'Too many sign-ins of this address have failed.';

/**
 * Limits the failed sign-ins of each address. Above the limit, no credential of the address is
 * looked at that is not known to be valid, until the minute is over.
 */
export class FailedSignIns {
  private readonly failures = new Map<string, number>();
  private endsAt = Number.NEGATIVE_INFINITY;

  constructor(
    /** The failures of an address in a minute; 0 for no limit. */
    private readonly limit: number,
    /** Called at most once in a minute for an address, when it has reached the limit. */
    private readonly onLimit: (address: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * @param address the IP address of a client, or its network
   * @returns why a credential that is not known may not be tried; null if it may
   */
  refusalOf(address: string): RateLimited | null {
    if (this.failures.size === 0) return null;
    const now = this.turn();
    const failures = this.failures.get(address) ?? 0;
    if (failures < this.limit) return null;
    return new RateLimited(TOO_MANY_FAILURES, Math.ceil((this.endsAt - now) / 1_000));
  }

  count(address: string): void {
    if (this.limit === 0) return;
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
