import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { NotInForce, Unauthenticated } from '../../application/access/caller-identity';
import type { Clock } from '../../application/ports/clock';
import { type Tokens, TokensUnavailable, type VerifiedToken } from '../../application/ports/tokens';
import { isSecureUrl, type OidcSettings } from './oidc-settings';

/** The maximum length of a token, in characters. */
const MAX_TOKEN_LENGTH = 8_192;
/** How long an answer of the identity provider may take. */
const PROVIDER_TIMEOUT_MS = 5_000;
/** A token with an unknown key makes the service read the keys again, but not more often. */
const JWKS_COOLDOWN_MS = 1_000;
/** After so long, the keys are read again: one may have been withdrawn. */
const JWKS_LIFETIME_MS = 600_000;

/** Verifies the tokens of an identity provider by the keys that it publishes. */
export function createTokenVerifier(settings: OidcSettings, clock: Clock): Tokens {
  const { issuer, audience, algorithms, toleranceMs } = settings;
  const keysOf = signingKeys(settings);
  return {
    verify: async (token) => {
      if (token.length > MAX_TOKEN_LENGTH) {
        throw new Unauthenticated(`The token is longer than ${MAX_TOKEN_LENGTH} characters.`);
      }
      try {
        const { payload } = await jwtVerify(token, await keysOf(), {
          issuer,
          audience: [...audience],
          algorithms: [...algorithms],
          clockTolerance: toleranceMs / 1_000,
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp', 'iat'],
        });
        if ((payload.iat ?? 0) * 1_000 > clock.now() + toleranceMs) {
          throw new Unauthenticated('The claim iat of the token lies in the future.');
        }
        return verified(payload, settings);
      } catch (error) {
        throw refusalOf(error, settings);
      }
    },
  };
}

/** The keys of the identity provider. Its configuration is read when they are needed first. */
function signingKeys({ issuer, jwksUrl }: OidcSettings): () => Promise<JWTVerifyGetKey> {
  const keysAt = (url: string): JWTVerifyGetKey =>
    createRemoteJWKSet(new URL(url), {
      timeoutDuration: PROVIDER_TIMEOUT_MS,
      cooldownDuration: JWKS_COOLDOWN_MS,
      cacheMaxAge: JWKS_LIFETIME_MS,
    });
  let keys: Promise<JWTVerifyGetKey> | null = jwksUrl === null ? null : Promise.resolve(keysAt(jwksUrl));
  return () => {
    if (keys === null) {
      keys = discoverJwksUrl(issuer).then(keysAt);
      keys.catch(() => {
        keys = null;
      });
    }
    return keys;
  };
}

/** @throws TokensUnavailable */
async function discoverJwksUrl(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered with status ${response.status}`);
    const { issuer: named, jwks_uri: url } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (named !== issuer) throw new Error('it names another issuer');
    if (typeof url !== 'string' || !isSecureUrl(url)) throw new Error('it has no jwks_uri that begins with https://');
    return url;
  } catch (error) {
    throw new TokensUnavailable(`The configuration of the identity provider cannot be read at ${address}`, {
      cause: error,
    });
  }
}

/** @throws Unauthenticated if the claims do not have the types of the settings */
function verified(payload: JWTPayload, { claims }: OidcSettings): VerifiedToken {
  const [subject, ...others] = valuesOf(payload, claims.subject) ?? [];
  if (subject === undefined || others.length > 0 || subject.trim() === '' || subject.length > MAX_SUBJECT_LENGTH) {
    throw new Unauthenticated(`The token has no usable subject in the claim ${claims.subject}.`);
  }
  const { exp = 0, iat = 0 } = payload;
  const [name = null] = valuesOf(payload, claims.name) ?? [];
  const [email = null] = valuesOf(payload, claims.email) ?? [];
  return {
    subject,
    issuedAt: iat * 1_000,
    expiresAt: exp * 1_000,
    name: name?.trim() ?? null,
    email: email === null || email.length > MAX_EMAIL_LENGTH ? null : email.trim(),
    roles: valuesOf(payload, claims.role) ?? [],
    clients: valuesOf(payload, claims.clients),
    scopes: (valuesOf(payload, claims.scope) ?? []).flatMap((value) => value.split(' ')),
  };
}

const MAX_SUBJECT_LENGTH = 255;
const MAX_EMAIL_LENGTH = 254;

/**
 * The texts of a claim, which can be one text or a list. A claim that does not exist by its whole
 * name is looked for along the name's dots: `realm_access.roles`. Null if there is none.
 */
function valuesOf(payload: JWTPayload, claim: string): readonly string[] | null {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : along(payload, claim.split('.'));
  const values = Array.isArray(value) ? value : [value];
  const texts = values.filter((one): one is string => typeof one === 'string');
  return texts.length === 0 ? null : texts;
}

const along = (value: unknown, [first, ...rest]: readonly string[]): unknown => {
  if (first === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return undefined;
  return along((value as Record<string, unknown>)[first], rest);
};

/** What to say of a token that was not verified. Never quotes it. */
function refusalOf(error: unknown, settings: OidcSettings): unknown {
  if (error instanceof Unauthenticated || error instanceof TokensUnavailable) return error;
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new Unauthenticated(claimSentence(error.claim, settings));
  }
  if (error instanceof errors.JWTExpired) return new NotInForce('The token has expired; get a new one.');
  for (const [kind, sentence] of REFUSALS) {
    // A new key can be unknown for as long as the keys are not read again.
    const Refusal = kind === errors.JWKSNoMatchingKey ? NotInForce : Unauthenticated;
    if (error instanceof kind) return new Refusal(sentence(settings));
  }
  return new TokensUnavailable('The keys of the identity provider cannot be read', { cause: error });
}

type ErrorClass = abstract new (...args: never) => Error;

const REFUSALS: readonly (readonly [ErrorClass, (settings: OidcSettings) => string])[] = [
  [
    errors.JOSEAlgNotAllowed,
    ({ algorithms }) => `The token is not signed by one of the algorithms ${algorithms.join(', ')}.`,
  ],
  [errors.JWKSNoMatchingKey, () => 'The token is signed with a key that the identity provider does not publish.'],
  [errors.JWKSMultipleMatchingKeys, () => 'The token does not name the key that it is signed with.'],
  [errors.JWSSignatureVerificationFailed, () => 'The signature of the token is not valid.'],
  [errors.JWTInvalid, () => 'The credential is neither an API key nor a token (JWT).'],
  [errors.JWSInvalid, () => 'The credential is neither an API key nor a token (JWT).'],
  [errors.JOSENotSupported, () => 'The token cannot be verified, because it needs what this service does not support.'],
];

function claimSentence(claim: string, { issuer, audience }: OidcSettings): string {
  if (claim === 'iss') return `The token is not of the issuer ${issuer}.`;
  if (claim === 'aud') return `The token is not for the audience ${audience.join(' or ')}.`;
  if (claim === 'nbf') return 'The token is not valid yet.';
  return `The claim ${claim} of the token is missing or not valid.`;
}
