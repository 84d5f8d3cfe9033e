import type { EpochMs } from '../../domain/instant';
import { OtherSystemError } from './other-system-error';

/** What a valid token says. The claims have not been interpreted. */
export interface VerifiedToken {
  readonly subject: string;
  readonly issuedAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly name: string | null;
  readonly email: string | null;
  /** The values of the claim that has the role. */
  readonly roles: readonly string[];
  /** The values of the claim that has the clients; null if the token lacks it. */
  readonly clients: readonly string[] | null;
  /** The values of the claim that has the scopes. */
  readonly scopes: readonly string[];
}

/** The tokens of the identity provider. */
export interface Tokens {
  /**
   * Verifies a token: its signature, issuer, audience and times.
   *
   * @throws Unauthenticated; TokensUnavailable
   */
  verify(token: string): Promise<VerifiedToken>;
}

/** The keys of the identity provider cannot be read at the moment. */
export class TokensUnavailable extends OtherSystemError {
  override readonly name = 'TokensUnavailable';
}
