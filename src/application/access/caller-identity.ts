import type { EpochMs } from '../../domain/instant';
import type { Identified } from '../ports/caller';

/** Who sends requests with a credential. */
export interface CallerIdentity {
  readonly caller: Identified;
  /** When the credential expires; null if never. */
  readonly expiresAt: EpochMs | null;
  /** The credential as logs show it, without its secret. Null for a request without credential. */
  readonly credential: string | null;
}

/** A request has no credential, or one that is not valid. The message says what to do. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
}

/**
 * A credential that is refused and cannot be a guess: it has expired or was revoked, or its signing
 * key is not published, or not yet.
 */
export class NotInForce extends Unauthenticated {}

/** Finds out who sends a request. */
export interface Authenticator {
  /**
   * The identity of a credential. Not a promise if it is known.
   *
   * @param credential an API key or a token
   * @throws Unauthenticated; Forbidden if it is valid and allows nothing here
   */
  identify(credential: string): CallerIdentity | Promise<CallerIdentity>;
  /** Whether the credential was valid when this process looked it up last. */
  knows(credential: string): boolean;
}
