import type { IncomingMessage } from 'node:http';
import { type CallerIdentity, Unauthenticated } from '../../application/access/caller-identity';
import { Forbidden } from '../../application/access/rights';
import type { SignIns } from '../../application/access/sign-ins';
import type { RequestCallers } from './request-callers';

export interface SignInSettings {
  readonly callers: RequestCallers;
  /** Records who has signed in. */
  readonly signIns: SignIns;
}

/** A caller, and the credential in full; null if the request has none. */
export interface SignedIn {
  readonly identity: CallerIdentity;
  readonly secret: string | null;
}

/**
 * Finds out who sends a request, and records it. Not a promise if the caller is known.
 *
 * @param given `authorization` of a `connection_init` payload
 * @throws what `RequestCallers` throws
 */
export function signIn(
  { callers, signIns }: SignInSettings,
  request: IncomingMessage,
  address: string,
  given?: unknown,
): SignedIn | Promise<SignedIn> {
  const signedIn = (identity: CallerIdentity, secret: string | null): SignedIn => {
    if (identity.credential !== null) signIns.succeeded(identity.credential, identity.caller, address);
    return { identity, secret };
  };
  const failed = (error: unknown): never => {
    if (error instanceof Unauthenticated || error instanceof Forbidden) signIns.failed(error.message, address);
    throw error;
  };
  try {
    const secret = callers.credentialOf(request, given);
    const identity = callers.identify(request, secret);
    return identity instanceof Promise
      ? identity.then((known) => signedIn(known, secret), failed)
      : signedIn(identity, secret);
  } catch (error) {
    return failed(error);
  }
}
