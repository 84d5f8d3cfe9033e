import type { EpochMs } from '../../domain/instant';
import type { ApiKeys, HashedApiKey } from '../ports/api-keys';
import { OWN_WORK } from '../ports/caller';
import type { Clock } from '../ports/clock';
import type { KnownPerson, People } from '../ports/people';
import { type Tokens, TokensUnavailable } from '../ports/tokens';
import { apiKeyParts, hasHash, isApiKeyText, sha256 } from './api-key-text';
import { type Authenticator, type CallerIdentity, NotInForce, Unauthenticated } from './caller-identity';
import { Forbidden } from './rights';
import { ShortLived } from './short-lived';
import { type ReadToken, TokenReader, type TokenReaderDeps } from './token-reader';

/**
 * How old may be what is known of a key or of a person. Part of the second in which a socket ends.
 */
const STATE_LIFETIME_MS = 400;
/** After so long, a token is verified again: its signing key may have been withdrawn. */
const TOKEN_LIFETIME_MS = 60_000;
/** From then on, it is verified again in the background, so that no request waits for it. */
const TOKEN_RENEWED_AFTER_MS = TOKEN_LIFETIME_MS / 2;
/**
 * How long a request with a token that was verified before waits for the identity provider. Then
 * the provider counts as unreachable; what it says later counts from then on.
 */
const RENEWAL_TIMEOUT_MS = 500;
/** How precisely the last use of a key is known. */
const USE_STEP_MS = 60_000;

export interface AuthenticationDeps extends TokenReaderDeps {
  readonly keys: ApiKeys;
  readonly people: People;
  readonly clock: Clock;
  /** How far the clock of the identity provider may be off, in milliseconds. */
  readonly toleranceMs: number;
  /** Null if no identity provider is configured. */
  readonly tokens: Tokens | null;
  /** Called with the error when a use could not be noted. */
  readonly onError: (error: unknown) => void;
}

/** Finds out who sends a request, by its API key or its token. */
export class Authentication implements Authenticator {
  private readonly keys = new ShortLived<HashedApiKey | null>(STATE_LIFETIME_MS);
  private readonly people = new ShortLived<KnownPerson | null>(STATE_LIFETIME_MS);
  private readonly tokens = new ShortLived<ReadToken>(TOKEN_LIFETIME_MS, TOKEN_RENEWED_AFTER_MS);
  private readonly identities = new WeakMap<HashedApiKey, CallerIdentity>();
  private readonly uses = new Map<string, EpochMs>();
  private readonly reader: TokenReader;

  constructor(private readonly deps: AuthenticationDeps) {
    this.reader = new TokenReader(deps);
  }

  identify(credential: string): CallerIdentity | Promise<CallerIdentity> {
    return isApiKeyText(credential) ? this.byKey(credential) : this.byToken(credential);
  }

  knows(credential: string): boolean {
    if (!isApiKeyText(credential)) return this.tokens.last(sha256(credential)) !== undefined;
    const parts = apiKeyParts(credential);
    const key = parts === null ? null : this.keys.last(parts.prefix);
    return parts !== null && key != null && hasHash(parts.secret, key.secretHash);
  }

  private byKey(credential: string): CallerIdentity | Promise<CallerIdentity> {
    const parts = apiKeyParts(credential);
    if (parts === null) throw new Unauthenticated('The API key is not complete; copy all of it.');
    const { prefix, secret } = parts;
    const key = this.keys.get(prefix, () => this.deps.keys.byPrefix(OWN_WORK, prefix));
    return key instanceof Promise ? key.then((read) => this.ofKey(read, secret)) : this.ofKey(key, secret);
  }

  /** @throws Unauthenticated */
  private ofKey(key: HashedApiKey | null, secret: string): CallerIdentity {
    if (key === null || !hasHash(secret, key.secretHash)) {
      throw new Unauthenticated('There is no such API key; use one as it was printed when it was created.');
    }
    const now = this.deps.clock.now();
    if (key.revokedAt !== null) throw new NotInForce(`The API key ${key.prefix} was revoked.`);
    if (key.expiresAt !== null && now >= key.expiresAt) {
      throw new NotInForce(`The API key ${key.prefix} has expired.`);
    }
    this.noteUse(key, now);
    const known = this.identities.get(key);
    if (known !== undefined) return known;
    const identity: CallerIdentity = {
      caller: {
        actor: { kind: 'SERVICE', id: key.prefix, name: key.name },
        sees: key.clientId === null ? 'ALL' : [key.clientId],
        rights: { role: 'SERVICE', scopes: key.scopes },
      },
      expiresAt: key.expiresAt,
      credential: key.prefix,
    };
    this.identities.set(key, identity);
    return identity;
  }

  private noteUse({ id, lastUsedAt }: HashedApiKey, now: EpochMs): void {
    const last = this.uses.get(id) ?? lastUsedAt;
    if (last !== null && now - last < USE_STEP_MS) return;
    this.uses.set(id, now);
    const at = now - (now % USE_STEP_MS);
    this.deps.keys.noteUse(id, at).catch((error: unknown) => this.deps.onError(error));
  }

  private byToken(token: string): CallerIdentity | Promise<CallerIdentity> {
    const { tokens } = this.deps;
    if (tokens === null) {
      throw new Unauthenticated('This service takes API keys and no tokens; no identity provider is configured.');
    }
    const hash = sha256(token);
    const read = this.tokens.get(hash, (last) => {
      const reading = tokens.verify(token).then((verified) => this.reader.read(verified));
      return last === undefined ? reading : this.withLast(hash, reading, last);
    });
    return read instanceof Promise ? read.then((done) => this.ofToken(done)) : this.ofToken(read);
  }

  /** What was verified a minute ago stays valid while the identity provider cannot be reached. */
  private withLast(hash: string, reading: Promise<ReadToken>, last: ReadToken): Promise<ReadToken> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(last), RENEWAL_TIMEOUT_MS);
      reading
        .then(resolve, (error: unknown) => {
          if (error instanceof TokensUnavailable) return resolve(last);
          // If it has been answered with the last one, that is not valid any longer.
          if (error instanceof Unauthenticated || error instanceof Forbidden) this.tokens.forget(hash);
          reject(error);
        })
        .finally(() => clearTimeout(timer));
    });
  }

  private ofToken({ identity, person }: ReadToken): CallerIdentity | Promise<CallerIdentity> {
    if (identity.expiresAt !== null && this.deps.clock.now() >= identity.expiresAt + this.deps.toleranceMs) {
      throw new NotInForce('The token has expired; get a new one.');
    }
    if (person === null) return identity;
    const { subject } = person;
    const state = this.people.get(subject, () => this.deps.people.bySubject(OWN_WORK, subject));
    const check = (known: KnownPerson | null): CallerIdentity => {
      if (known !== null && !known.isActive) throw new Forbidden('This person may not use the service any more.');
      if (known !== null && known.tokenIssuedAt > person.tokenIssuedAt && !hasSameRights(known, person)) {
        throw new NotInForce('The rights of this person have changed since the token was issued; get a new one.');
      }
      return identity;
    };
    return state instanceof Promise ? state.then(check) : check(state);
  }

  /** Makes a revocation by this process take effect at once. */
  forgetKey(prefix: string): void {
    this.keys.forget(prefix);
  }

  forgetPerson(subject: string): void {
    this.people.forget(subject);
  }
}

const hasSameRights = (
  one: Pick<KnownPerson, 'role' | 'clientIds'>,
  other: Pick<KnownPerson, 'role' | 'clientIds'>,
): boolean => one.role === other.role && `${one.clientIds}` === `${other.clientIds}`;
