// A real identity provider as a process: `node provider.mjs PORT KID` prints a line when it
// listens. Its signing key belongs to the KID, so that a restart with another one is a rotation.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, kid] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** What the directory of the support organisation says of people and programs. */
const CLAIMS = {
  ada: { name: 'Ada Lovelace', email: 'ada@desk.test', stepdown_role: 'agent', stepdown_clients: ['*'] },
  billing: { stepdown_role: 'service', stepdown_clients: ['*'] },
  brief: { stepdown_role: 'service', stepdown_clients: ['*'] },
};

const machine = (client_id) => ({
  client_id,
  client_secret: 'not so secret',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
  clients: [
    {
      client_id: 'desk',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      application_type: 'native',
    },
    machine('billing'),
    machine('brief'),
  ],
  cookies: { keys: ['of a test'] },
  pkce: { required: () => true },
  findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...CLAIMS[accountId] }) }),
  extraTokenClaims: (_context, token) => CLAIMS[token.accountId ?? token.clientId],
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://stepdown.test',
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, _resource, client) => ({
        scope: 'read write subscribe',
        audience: 'https://stepdown.test',
        accessTokenFormat: 'jwt',
        accessTokenTTL: client.clientId === 'brief' ? 3 : 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
