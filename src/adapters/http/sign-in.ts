import type { IncomingMessage } from 'node:http';
import { type CallerIdentity, NotInForce, Unauthenticated } from '../../application/access/caller-identity';
import { type FailedSignIns, TOO_MANY_FAILURES } from '../../application/access/failed-sign-ins';
import { RateLimited } from '../../application/access/rate-limited';
import { Forbidden } from '../../application/access/rights';
import type { SignIns } from '../../application/access/sign-ins';
import { addressGroup } from './client-address';
import type { RequestCallers } from './request-callers';

export interface SignInSettings {
  readonly callers: RequestCallers;
  /** Records who has signed in. */
  readonly signIns: SignIns;
  /** Limits how often an address may fail, over HTTP and WebSocket together. */
  readonly failedSignIns: FailedSignIns;
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
 * @throws what `RequestCallers` throws; RateLimited if too many sign-ins of the address have failed
 */
export function signIn(
  { callers, signIns, failedSignIns }: SignInSettings,
  request: IncomingMessage,
  address: string,
  given?: unknown,
): SignedIn | Promise<SignedIn> {
  const signedIn = (identity: CallerIdentity, secret: string | null): SignedIn => {
    if (identity.credential !== null) signIns.succeeded(identity.credential, identity.caller, address);
    return { identity, secret };
  };
  const failed = (error: unknown): never => {
    if (error instanceof RateLimited) signIns.failed(TOO_MANY_FAILURES, address);
    if (error instanceof Unauthenticated || error instanceof Forbidden) signIns.failed(error.message, address);
    throw error;
  };
  try {
    const secret = callers.credentialOf(request, given);
    const identify = () => callers.identify(request, secret);
    const isKnown = secret === null || callers.knows(secret);
    const identity = isKnown ? identify() : failedSignIns.attempt(addressGroup(address), identify, isGuess);
    return identity instanceof Promise
      ? identity.then((known) => signedIn(known, secret), failed)
      : signedIn(identity, secret);
  } catch (error) {
    return failed(error);
  }
}

/** Only what can be a guess counts: a page whose token has expired locks out no one beside it. */
const isGuess = (error: unknown): boolean => error instanceof Unauthenticated && !(error instanceof NotInForce);
