import type { Role } from '../../application/access/rights';

/** The algorithms that a token may be signed by. All are asymmetric. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** An identity provider (OpenID Connect), and how its tokens are read. */
export interface OidcSettings {
  /** The issuer of the tokens, exactly as they name it. */
  readonly issuer: string;
  /** A token must be for one of these. */
  readonly audience: readonly string[];
  readonly algorithms: readonly TokenAlgorithm[];
  /** Where the keys are; null to read it from the configuration of the issuer. */
  readonly jwksUrl: string | null;
  /** How far the clock of the identity provider may be off, in milliseconds. */
  readonly toleranceMs: number;
  /** The claims that say who the caller is. */
  readonly claims: TokenClaims;
  /** The values of the claim `role` that give each role. */
  readonly roleNames: Readonly<Record<Role, readonly string[]>>;
}

/** The names of claims. A name with dots is also looked for in objects: `realm_access.roles`. */
export interface TokenClaims {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly clients: string;
  readonly scope: string;
}

const LOOPBACK_NAMES: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/** Whether a URL uses HTTPS, or stays on this machine. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK_NAMES.includes(hostname));
}

/**
 * `client=customer,agent=support|desk` as the names of each role; null if it is not of that form.
 */
export function parseRoleNames(text: string): OidcSettings['roleNames'] | null {
  const names: Record<string, readonly string[]> = { CLIENT: [], AGENT: [], SERVICE: [], ADMIN: [] };
  for (const part of text.split(',')) {
    const [, role = '', values = ''] = /^\s*(client|agent|service|admin)\s*=\s*([^=]+?)\s*$/i.exec(part) ?? [];
    const key = role.toUpperCase();
    if (names[key]?.length !== 0) return null;
    names[key] = values.split('|').map((value) => value.trim());
    if (names[key].includes('')) return null;
  }
  return names as OidcSettings['roleNames'];
}

export const DEFAULT_ROLE_NAMES: OidcSettings['roleNames'] = {
  CLIENT: ['client'],
  AGENT: ['agent'],
  SERVICE: ['service'],
  ADMIN: ['admin'],
};
