import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Config } from '../../src/config';
import { loadConfig } from '../../src/config';

const AUDIENCE = 'https://stepdown.test';

/** What a test says of a token. Times are seconds from now. */
export interface TokenOptions {
  readonly expiresIn?: number;
  readonly issuedAgo?: number;
  readonly audience?: string | null;
  readonly issuer?: string;
  readonly kid?: string;
}

/**
 * A small identity provider: it publishes keys, and signs what a test wants, also tokens that no
 * real one would make. test/ecosystem has tests against a real one.
 */
export class IdentityProvider {
  private kid = 0;
  private published: readonly JWK[] = [];
  private signer: CryptoKey | null = null;
  /** How often the keys were read. */
  keyReads = 0;
  /** Whether it answers at all. */
  isUp = true;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<IdentityProvider> {
    const server = createServer((request, response) => {
      const { issuer, published, isUp } = provider;
      const body =
        request.url === '/.well-known/openid-configuration'
          ? { issuer, jwks_uri: `${issuer}/keys` }
          : { keys: published };
      if (request.url === '/keys') provider.keyReads += 1;
      response.writeHead(isUp ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const provider = new IdentityProvider(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await provider.rotate();
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a service that trusts it is configured with. */
  config(more: Readonly<Record<string, string>> = {}): Pick<Config, 'oidc' | 'authenticationRequired'> {
    const { oidc, authenticationRequired } = loadConfig({
      STEPDOWN_OIDC_ISSUER: this.issuer,
      STEPDOWN_OIDC_AUDIENCE: AUDIENCE,
      ...more,
    });
    return { oidc, authenticationRequired };
  }

  /** Signs with a new key from now on, and publishes only that one. */
  async rotate(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    this.kid += 1;
    this.signer = privateKey;
    this.published = [{ ...(await exportJWK(publicKey)), kid: `${this.kid}`, alg: 'ES256', use: 'sig' }];
  }

  /** The public key as it is published. */
  get publicJwk(): JWK {
    const [jwk] = this.published;
    if (jwk === undefined) throw new Error('No key is published');
    return jwk;
  }

  /** A signed token with these claims. */
  token(
    claims: Readonly<Record<string, unknown>>,
    {
      expiresIn = 300,
      issuedAgo = 0,
      audience = AUDIENCE,
      issuer = this.issuer,
      kid = `${this.kid}`,
    }: TokenOptions = {},
  ): Promise<string> {
    if (this.signer === null) throw new Error('There is no key to sign with');
    const now = Math.floor(Date.now() / 1_000);
    const token = new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(issuer)
      .setIssuedAt(now - issuedAgo)
      .setExpirationTime(now + expiresIn);
    return (audience === null ? token : token.setAudience(audience)).sign(this.signer);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
