import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Json, startTestService, type TestService } from '../support/graphql-service';
import { talkTo } from '../support/graphql-socket';
import { IdentityProvider } from '../support/identity-provider';
import { until } from '../support/until';

const LIMIT = 3;
const VIEWER = '{ viewer { role } }';

let provider: IdentityProvider;
let service: TestService;
beforeAll(async () => {
  provider = await IdentityProvider.start();
  service = await startTestService({
    // Each test has addresses of its own.
    config: { ...provider.config(), failedSignInsPerMinute: LIMIT, trustProxy: { kind: 'HOPS', hops: 1 } },
  });
});
afterAll(async () => {
  await service?.close();
  await provider.close();
});

const headersOf = (address: string, credential: string | null): Record<string, string> => ({
  'x-forwarded-for': address,
  ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
});
const ask = (address: string, credential: string | null, query = VIEWER, variables: Json = {}): Promise<Answer> =>
  service.ask(query, variables, headersOf(address, credential));
const admin = async (query: string, variables: Json = {}): Promise<Json> => {
  const token = await provider.token({ sub: 'root', name: 'Root', stepdown_role: 'admin' });
  const { data, errors } = await ask('192.0.2.250', token, query, variables);
  expect(errors).toEqual([]);
  return data;
};
const newKey = async (): Promise<{ readonly secret: string; readonly apiKey: { readonly id: string } }> =>
  (await admin('mutation { createApiKey(input: { name: "k", scopes: [READ] }) { secret apiKey { id } } }'))
    .createApiKey;
/** A key of the right form that there is not. */
const guess = (n: number): string => `sdk_${String(n).padStart(12, '0')}_${'x'.repeat(43)}`;
const fail = async (address: string, times = LIMIT): Promise<void> => {
  for (let n = 0; n < times; n++) expect((await ask(address, guess(n))).status).toBe(401);
};

describe('an address with too many failed sign-ins', () => {
  it('gets 429 for what is not known, before it is looked at, and other addresses do not', async () => {
    const { secret } = await newKey();
    await fail('192.0.2.1');
    const refused = await ask('192.0.2.1', secret);
    expect(refused).toMatchObject({
      status: 429,
      errors: [
        {
          message: expect.stringMatching(
            /^Too many sign-ins of this address have failed\. Try again in \d+ seconds?\.$/,
          ),
          extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: expect.any(Number) },
        },
      ],
    });
    const { retryAfterSeconds } = refused.errors[0]?.extensions ?? {};
    expect(refused.headers.get('retry-after')).toBe(`${retryAfterSeconds}`);
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect((await ask('192.0.2.2', secret)).status).toBe(200);
  });

  it('has no more attempts looked at if it makes many at once', async () => {
    const { secret } = await newKey();
    const attempts = Array.from({ length: 20 * LIMIT }, (_, n) => ask('192.0.2.7', guess(n)));
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(19 * LIMIT);
    expect((await ask('192.0.2.7', secret)).status).toBe(429);
  });

  it('signs in as many as it likes at once, if they are valid', async () => {
    const keys = await Promise.all(Array.from({ length: 4 * LIMIT }, newKey));
    const answers = await Promise.all(keys.map(({ secret }) => ask('192.0.2.8', secret)));
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
  });

  it('goes on with keys and tokens that are known to be valid', async () => {
    const { secret, apiKey } = await newKey();
    const token = await provider.token({ sub: 'known', stepdown_role: 'service', stepdown_clients: '*' });
    for (const known of [secret, token]) expect((await ask('192.0.2.3', known)).status).toBe(200);
    await fail('192.0.2.3');
    for (const known of [secret, token]) expect((await ask('192.0.2.3', known)).status).toBe(200);
    // The part that is public does not help.
    expect((await ask('192.0.2.3', `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)).status).toBe(429);
    await admin('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }', { id: apiKey.id });
    expect((await ask('192.0.2.3', secret)).status).toBe(429);
  });

  it('is a network of 64 bits of IPv6', async () => {
    const { secret } = await newKey();
    for (let n = 1; n <= LIMIT; n++) await fail(`2001:db8::${n}`, 1);
    expect((await ask('2001:db8::ffff', secret)).status).toBe(429);
    expect((await ask('2001:db8:0:1::1', secret)).status).toBe(200);
  });

  it('is not one that sent no credential, or one that has ended', async () => {
    const { secret, apiKey } = await newKey();
    await admin('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }', { id: apiKey.id });
    const expired = await provider.token({ sub: 'late', stepdown_role: 'admin' }, { expiresIn: -60 });
    const withoutRole = await provider.token({ sub: 'visitor' });
    for (let n = 0; n < LIMIT; n++) {
      expect((await ask('192.0.2.4', null)).status).toBe(401);
      expect((await ask('192.0.2.4', secret)).status).toBe(401);
      expect((await ask('192.0.2.4', expired)).status).toBe(401);
      expect((await ask('192.0.2.4', withoutRole)).status).toBe(403);
    }
    expect((await ask('192.0.2.4', (await newKey()).secret)).status).toBe(200);
  });

  it('is counted over HTTP and WebSocket together; a socket is closed with 1013, which clients try again', async () => {
    const { secret } = await newKey();
    const closedWith = async (credential: string) => {
      const init = { type: 'connection_init', payload: { authorization: `Bearer ${credential}` } };
      const { closed } = await talkTo(service.url, [init], { 'x-forwarded-for': '192.0.2.5' });
      return closed;
    };
    await fail('192.0.2.5', LIMIT - 1);
    expect((await closedWith(guess(9)))[0]).toBe(4403);
    expect(await closedWith(secret)).toEqual([1013, expect.stringMatching(/^Too many sign-ins .* Try again in \d+/)]);
    expect((await ask('192.0.2.5', secret)).status).toBe(429);
  });

  it('is in the audit log, and in the log once', async () => {
    await fail('192.0.2.6');
    for (let n = 0; n < 3; n++) expect((await ask('192.0.2.6', guess(n))).status).toBe(429);
    const query = '{ auditEvents(kinds: [SIGN_IN_FAILED], first: 100) { nodes { address detail count } } }';
    const details = await until(
      async (): Promise<string[]> =>
        (await admin(query)).auditEvents.nodes
          .filter(({ address }: Json) => address === '192.0.2.6')
          .map(({ detail }: Json) => detail),
      (found) => found.length === 2,
    );
    expect(details).toEqual([
      'Too many sign-ins of this address have failed.',
      expect.stringContaining('There is no such API key'),
    ]);
    const warnings = service.logged.filter(({ address, level }) => address === '192.0.2.6' && level >= 40);
    expect(warnings).toMatchObject([{ msg: expect.stringContaining('too many sign-ins of an address have failed') }]);
  });
});
