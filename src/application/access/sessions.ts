import type { Clock } from '../ports/clock';
import { type Authenticator, Unauthenticated } from './caller-identity';
import { Forbidden } from './rights';

/**
 * How often the credentials of open sockets are looked at. Together with the lifetime of what is
 * known of a key or a person, this is less than a second.
 */
const CHECK_MS = 250;

type End = (reason: string) => void;

/** Ends what goes on under a credential when the credential does. */
export class Sessions {
  private readonly ends = new Map<string, Set<End>>();
  private timer: NodeJS.Timeout | null = null;
  private isChecking = false;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  /**
   * Calls `end` once when the credential expires, is revoked, or loses its role.
   *
   * @returns stops watching
   */
  watch(credential: string, end: End): () => void {
    const ends = this.ends.get(credential) ?? new Set();
    this.ends.set(credential, ends.add(end));
    this.timer ??= setInterval(() => void this.check(), CHECK_MS).unref();
    return () => {
      ends.delete(end);
      if (ends.size === 0 && this.ends.get(credential) === ends) this.ends.delete(credential);
      if (this.ends.size === 0) this.stop();
    };
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private async check(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    try {
      await Promise.all([...this.ends].map(([credential, ends]) => this.checkOne(credential, ends)));
    } finally {
      this.isChecking = false;
    }
  }

  private async checkOne(credential: string, ends: ReadonlySet<End>): Promise<void> {
    const reason = await this.endOf(credential);
    if (reason === null) return;
    this.ends.delete(credential);
    if (this.ends.size === 0) this.stop();
    for (const end of [...ends]) end(reason);
  }

  /** Why the credential is no longer valid; null if it is, or if that cannot be known now. */
  private async endOf(credential: string): Promise<string | null> {
    try {
      const { expiresAt } = await this.authenticator.identify(credential);
      return expiresAt !== null && expiresAt <= this.clock.now() ? 'The credential has expired' : null;
    } catch (error) {
      return error instanceof Unauthenticated || error instanceof Forbidden ? error.message : null;
    }
  }
}
