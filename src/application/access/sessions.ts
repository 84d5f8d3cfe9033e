import type { EpochMs } from '../../domain/instant';
import type { Clock } from '../ports/clock';
import { type Authenticator, type CallerIdentity, Unauthenticated } from './caller-identity';
import { Forbidden } from './rights';

/**
 * How often the credentials of open sockets are looked at. Together with the lifetime of what is
 * known of a key or a person, this is less than a second.
 */
const CHECK_MS = 250;

type End = (reason: string) => void;

/** A credential that sockets have been opened with. */
interface Watched {
  readonly expiresAt: EpochMs | null;
  readonly ends: Set<End>;
  /** Whether its validity is being looked up. */
  isChecked: boolean;
}

/** Ends what goes on under a credential when the credential does. */
export class Sessions {
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly authenticator: Pick<Authenticator, 'identify'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Calls `end` once when the credential expires, is revoked, or loses its role.
   *
   * @returns stops watching
   */
  watch(credential: string, { expiresAt }: Pick<CallerIdentity, 'expiresAt'>, end: End): () => void {
    const known = this.watched.get(credential) ?? { expiresAt, ends: new Set(), isChecked: false };
    known.ends.add(end);
    this.watched.set(credential, known);
    this.timer ??= setInterval(() => this.check(), CHECK_MS).unref();
    return () => {
      known.ends.delete(end);
      if (known.ends.size === 0 && this.watched.get(credential) === known) this.forget(credential);
    };
  }

  private forget(credential: string): void {
    this.watched.delete(credential);
    if (this.watched.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  /** Checks each credential by itself, because the look-up of another can take long. */
  private check(): void {
    for (const [credential, known] of this.watched) {
      // Needs no look-up, so that it holds while the database does not answer.
      if (known.expiresAt !== null && known.expiresAt <= this.clock.now()) {
        this.end(credential, known, 'The credential has expired');
      } else if (!known.isChecked) void this.lookUp(credential, known);
    }
  }

  private async lookUp(credential: string, known: Watched): Promise<void> {
    known.isChecked = true;
    try {
      await this.authenticator.identify(credential);
    } catch (error) {
      // Of any other error, the credential may still be valid.
      if (error instanceof Unauthenticated || error instanceof Forbidden) this.end(credential, known, error.message);
    } finally {
      known.isChecked = false;
    }
  }

  private end(credential: string, known: Watched, reason: string): void {
    if (this.watched.get(credential) === known) this.forget(credential);
    for (const end of [...known.ends]) end(reason);
  }
}
