import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { type CryptoKey, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import WebSocket from 'ws';
import { type Answer, type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { askOver, listenOver } from '../support/graphql-socket';
import { IdentityProvider } from '../support/identity-provider';
import { until, untilTrue } from '../support/until';

let provider: IdentityProvider;
let service: TestService;
let clients: { readonly acme: string; readonly globex: string };

const as = (token: string) => ({ authorization: `Bearer ${token}` });
const AGENT = {
  sub: 'ada',
  name: 'Ada Lovelace',
  email: 'ada@desk.test',
  stepdown_role: 'agent',
  stepdown_clients: ['*'],
};
const ADMIN = { sub: 'root', name: 'Root', stepdown_role: 'admin' };
const CUSTOMER = { sub: 'carl', name: 'Carl', stepdown_role: 'client', stepdown_clients: 'Acme' };
const VIEWER = '{ viewer { actor { kind id name } role scopes seesAllClients } }';

beforeAll(async () => {
  provider = await IdentityProvider.start();
  service = await startTestService({ config: provider.config() });
  const create = async (name: string): Promise<string> =>
    (await admin('mutation ($name: String!) { createClient(input: { name: $name }) { client { id } } }', { name }))
      .createClient.client.id;
  clients = { acme: await create('Acme'), globex: await create('Globex') };
});
afterAll(async () => {
  await service?.close();
  await provider.close();
});

const admin = async (query: string, variables: Json = {}): Promise<Json> => {
  const { data, errors } = await service.ask(query, variables, as(await provider.token(ADMIN)));
  expect(errors).toEqual([]);
  return data;
};
const viewer = async (token: string): Promise<Answer> => service.ask(VIEWER, {}, as(token));
const refusalOf = ({ status, errors }: Answer) => [status, errors[0]?.extensions.code, errors[0]?.message];

describe('a token', () => {
  it('says who sends the request', async () => {
    expect((await viewer(await provider.token(AGENT))).data.viewer).toEqual({
      actor: { kind: 'AGENT', id: 'ada', name: 'Ada Lovelace' },
      role: 'AGENT',
      scopes: [],
      seesAllClients: true,
    });
    expect((await viewer(await provider.token(CUSTOMER))).data.viewer).toMatchObject({
      actor: { kind: 'CLIENT', id: 'carl' },
      role: 'CLIENT',
      seesAllClients: false,
    });
  });

  it('of a program gives scopes', async () => {
    const claims = {
      sub: 'billing',
      stepdown_role: 'service',
      stepdown_clients: ['*'],
      scope: 'openid read stepdown:write',
    };
    expect((await viewer(await provider.token(claims))).data.viewer).toEqual({
      actor: { kind: 'SERVICE', id: 'billing', name: 'billing' },
      role: 'SERVICE',
      scopes: ['READ', 'WRITE'],
      seesAllClients: true,
    });
  });

  it('is recorded as the actor, whatever the agent header says', async () => {
    const token = await provider.token(AGENT);
    const { data } = await service.ask(
      'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { userErrors { message } ticket { events { nodes { actor { id name } } } } } }',
      { input: { subject: 'x', clientId: clients.acme, impacts: SEV2 } },
      { ...as(token), 'x-stepdown-agent': 'Mallory' },
    );
    expect(data.submitTicket.ticket?.events.nodes[0].actor ?? data.submitTicket.userErrors).toEqual({
      id: 'ada',
      name: 'Ada Lovelace',
    });
  });

  it.each<[string, string, () => Promise<string> | string]>([
    ['has expired', 'has expired', () => provider.token(AGENT, { expiresIn: -60 })],
    ['is for another audience', 'not for the audience', () => provider.token(AGENT, { audience: 'other' })],
    ['has no audience', 'not for the audience', () => provider.token(AGENT, { audience: null })],
    ['is of another issuer', 'not of the issuer', () => provider.token(AGENT, { issuer: 'https://evil.test' })],
    ['was issued in the future', 'in the future', () => provider.token(AGENT, { issuedAgo: -600, expiresIn: 900 })],
    ['has no subject', 'usable subject', () => provider.token({ ...AGENT, sub: undefined })],
    ['has an empty subject', 'usable subject', () => provider.token({ ...AGENT, sub: ' ' })],
    ['names an unknown key', 'does not publish', () => provider.token(AGENT, { kid: 'other' })],
    ['is not signed', 'algorithms', () => new UnsecuredJWT(AGENT).setExpirationTime('1h').encode()],
    ['is signed with the public key as a secret', 'algorithms', () => signedByPublicKey()],
    ['is signed by another key under the same id', 'signature', () => signedByAnother()],
    ['is no token', 'neither an API key nor a token', () => 'abc'],
    ['is too long', 'longer than', () => 'a.'.repeat(4_500)],
  ])('is refused when it %s', async (_, message, make) => {
    const answer = await viewer(await make());
    expect(refusalOf(answer)).toEqual([401, 'UNAUTHENTICATED', expect.stringContaining(message)]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="stepdown"');
  });

  it.each<[string, string, Json]>([
    ['no role', 'no role', { ...AGENT, stepdown_role: undefined }],
    ['an unknown role', 'no role', { ...AGENT, stepdown_role: 'owner' }],
    ['no clients', 'no client', { ...AGENT, stepdown_clients: undefined }],
    ['only unknown clients', 'no client', { ...AGENT, stepdown_clients: ['Initech'] }],
    ['all clients to a person of a client', 'no client', { ...CUSTOMER, stepdown_clients: ['*'] }],
    [
      'too many clients',
      'more than 100',
      { ...AGENT, stepdown_clients: Array.from({ length: 101 }, (_, n) => `c${n}`) },
    ],
  ])('that gives %s allows nothing', async (_, message, claims) => {
    expect(refusalOf(await viewer(await provider.token(claims)))).toEqual([
      403,
      'FORBIDDEN',
      expect.stringContaining(message),
    ]);
  });

  it('is needed for everything but health checks and pages', async () => {
    expect(refusalOf(await service.ask(VIEWER))).toEqual([401, 'UNAUTHENTICATED', expect.stringContaining('Bearer')]);
    expect(refusalOf(await service.ask(VIEWER, {}, { authorization: 'Basic YTpi' }))[0]).toBe(401);
    expect((await fetch(service.url.replace('/graphql', '/livez'))).status).toBe(200);
    expect((await fetch(service.url, { headers: { accept: 'text/html' } })).status).toBe(200);
    expect(
      (await fetch(`${service.url}?query={viewer{role}}`, { headers: { 'apollo-require-preflight': '1' } })).status,
    ).toBe(401);
  });

  it('is verified with a key that was published since', async () => {
    const before = await provider.token({ ...AGENT, sub: 'before' });
    expect((await viewer(before)).status).toBe(200);
    await provider.rotate();
    const after = await provider.token({ ...AGENT, sub: 'after' });
    // The keys are read at most once a second. Until then, the refusals are no failed sign-ins.
    for (let n = 0; n < 100; n += 1) await viewer(after);
    await until(
      () => viewer(after),
      ({ status }) => status === 200,
    );
    expect(refusalOf(await viewer(await signedWith('1', { ...AGENT, sub: 'late' })))[0]).toBe(401);
  });

  it('that is valid goes on while the provider is down, and another waits', async () => {
    const known = await provider.token({ ...AGENT, sub: 'known' });
    expect((await viewer(known)).status).toBe(200);
    provider.isUp = false;
    try {
      expect((await viewer(known)).status).toBe(200);
      const own = await startTestService({ config: provider.config() });
      try {
        expect(refusalOf(await own.ask(VIEWER, {}, as(known)))).toEqual([
          503,
          'SERVICE_UNAVAILABLE',
          expect.stringContaining('identity provider cannot be read'),
        ]);
      } finally {
        await own.close();
      }
    } finally {
      provider.isUp = true;
    }
  });
});

/** A socket with a credential; resolves with the code and the reason of its end. */
const socketWith = (url: string, authorization: string | undefined) => {
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    ...(authorization === undefined ? {} : { connectionParams: { authorization } }),
  });
  const closed = new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
    client.on('closed', (event) => resolve(event as { code: number; reason: string }));
  });
  return { client, closed };
};

describe('a socket', () => {
  const EVENTS = 'subscription { ticketEvents { cursor } }';

  it('has the identity of the payload of its first message', async () => {
    const { client } = socketWith(service.url, `Bearer ${await provider.token(CUSTOMER)}`);
    expect((await askOver(client, VIEWER)).data.viewer).toMatchObject({ role: 'CLIENT', actor: { id: 'carl' } });
    await client.dispose();
  });

  it.each([
    ['with a capital letter', (authorization: string) => ({ Authorization: authorization })],
    ['among headers', (authorization: string) => ({ headers: { Authorization: authorization } })],
  ])('takes the credential %s', async (_, payloadOf) => {
    const connectionParams = payloadOf(`Bearer ${await provider.token(CUSTOMER)}`);
    const client = createClient({ url: service.url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams });
    expect((await askOver(client, VIEWER)).data.viewer.actor.id).toBe('carl');
    await client.dispose();
  });

  it.each([
    ['without a credential', undefined],
    ['with another scheme', 'Basic YTpi'],
    ['with a bad token', 'Bearer abc'],
  ])('%s is closed with 4403', async (_, authorization) => {
    const { closed } = socketWith(service.url, authorization);
    expect((await closed).code).toBe(4403);
  });

  it('is closed with 4403 when its token expires', async () => {
    const { client, closed } = socketWith(service.url, `Bearer ${await provider.token(AGENT, { expiresIn: 2 })}`);
    listenOver(client, EVENTS).catch(() => undefined);
    expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining('expired') });
  });

  it('is closed on every process when its key is revoked', async () => {
    const other = await startTestService({ config: provider.config(), database: service.database });
    try {
      const input = { name: 'Pager', scopes: ['SUBSCRIBE', 'READ'] };
      const { createApiKey } = await admin(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }',
        { input },
      );
      const sockets = [service, other].map(({ url }) => socketWith(url, `Bearer ${createApiKey.secret}`));
      for (const { client } of sockets) await listenOver(client, EVENTS);
      await admin('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { revokedAt } } }', {
        id: createApiKey.apiKey.id,
      });
      for (const { closed } of sockets) {
        expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining('was revoked') });
      }
      expect(refusalOf(await other.ask(VIEWER, {}, as(createApiKey.secret)))).toEqual([
        401,
        'UNAUTHENTICATED',
        expect.stringContaining('was revoked'),
      ]);
    } finally {
      await other.close();
    }
  });

  it('is closed when its person loses the role, or may not use the service', async () => {
    const claims = { ...AGENT, sub: 'moved', name: 'Moved' };
    const first = await provider.token(claims, { issuedAgo: 10 });
    const { client, closed } = socketWith(service.url, `Bearer ${first}`);
    await listenOver(client, EVENTS);
    const newer = await provider.token({ ...claims, stepdown_clients: ['Acme'] });
    expect((await viewer(newer)).data.viewer.seesAllClients).toBe(false);
    expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining('rights of this person') });
    expect(refusalOf(await viewer(first))[0]).toBe(401);

    const again = socketWith(service.url, `Bearer ${newer}`);
    await listenOver(again.client, EVENTS);
    const { agents } = await admin('{ agents(last: 1) { totalCount nodes { id name email isActive role } } }');
    const [agent] = agents.nodes;
    expect(agent).toMatchObject({ name: 'Moved', isActive: true, role: 'AGENT' });
    await admin(
      'mutation ($id: ID!) { setAgentActive(input: { agentId: $id, isActive: false }) { agent { isActive } } }',
      {
        id: agent.id,
      },
    );
    expect(await again.closed).toMatchObject({ code: 4403, reason: expect.stringContaining('not use the service') });
    expect(refusalOf(await viewer(newer))[0]).toBe(403);
  });
});

it('an assignee of whom no token was seen is named as unknown', async () => {
  const token = await provider.token({ ...AGENT, sub: 'grace', name: 'Grace Hopper' });
  const act = async (name: string, input: Json, fields: string): Promise<Json> => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`;
    return (await service.ask(query, { input }, as(token))).data[name];
  };
  const submitted = { subject: 'x', clientId: clients.acme, impacts: SEV2 };
  const { ticket } = await act('submitTicket', submitted, 'ticket { id }');
  const known: Json[] = [];
  for (const assignee of ['GRACE HOPPER', 'Grace Hoper', null]) {
    known.push(await act('assignTicket', { ticketId: ticket.id, assignee }, 'ticket { assignee } assigneeIsKnown'));
  }
  expect(known).toEqual([
    { ticket: { assignee: 'GRACE HOPPER' }, assigneeIsKnown: true },
    { ticket: { assignee: 'Grace Hoper' }, assigneeIsKnown: false },
    { ticket: { assignee: null }, assigneeIsKnown: null },
  ]);
});

describe('an API key', () => {
  const create = async (input: Json): Promise<Json> =>
    (
      await admin(
        `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
           secret userErrors { __typename message path } apiKey { id prefix name scopes client { name } lastUsedAt } } }`,
        { input },
      )
    ).createApiKey;

  it('allows what its scopes allow, for its client', async () => {
    const { secret, apiKey } = await create({ name: 'Acme reader', scopes: ['READ'], clientId: clients.acme });
    expect(apiKey).toMatchObject({ name: 'Acme reader', scopes: ['READ'], client: { name: 'Acme' }, lastUsedAt: null });
    expect(secret.startsWith(`${apiKey.prefix}_`)).toBe(true);
    expect((await viewer(secret)).data.viewer).toEqual({
      actor: { kind: 'SERVICE', id: apiKey.prefix, name: 'Acme reader' },
      role: 'SERVICE',
      scopes: ['READ'],
      seesAllClients: false,
    });
    const write = await service.ask(
      'mutation { createClient(input: { name: "X" }) { client { id } } }',
      {},
      as(secret),
    );
    expect(write.errors[0]).toMatchObject({
      message: expect.stringContaining('scope ADMIN'),
      extensions: { code: 'FORBIDDEN' },
    });
    await untilTrue(async () => {
      const { apiKeys } = await admin('{ apiKeys(first: 100) { nodes { prefix lastUsedAt } } }');
      return apiKeys.nodes.find((one: Json) => one.prefix === apiKey.prefix).lastUsedAt !== null;
    });
  });

  it('is not stored, and is nowhere in the log', async () => {
    const { secret } = await create({ name: 'Hidden', scopes: ['READ'] });
    await viewer(secret);
    const hidden = secret.slice('sdk_0123456789ab_'.length);
    expect(JSON.stringify(service.logged)).not.toContain(hidden);
    expect(service.logged.filter(({ credential }) => credential === secret.slice(0, 16)).length).toBeGreaterThan(0);
  });

  it.each<[string, (secret: string) => string]>([
    ['has another secret', (secret) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
    ['has another prefix', (secret) => secret.replace(/^sdk_..../, 'sdk_0000')],
    ['is cut off', (secret) => secret.slice(0, -1)],
    ['has more after it', (secret) => `${secret}A`],
    ['is only its prefix', (secret) => secret.slice(0, 16)],
  ])('is refused when it %s', async (_, change) => {
    const { secret } = await create({ name: 'Bad', scopes: ['READ'] });
    expect(refusalOf(await viewer(change(secret)))).toEqual([
      401,
      'UNAUTHENTICATED',
      expect.stringContaining('API key'),
    ]);
  });

  it('is created once for one idempotency key, and its secret is shown once', async () => {
    const input = { name: 'Once', scopes: ['READ'], idempotencyKey: 'once' };
    const [first, second] = [await create(input), await create(input)];
    expect(second.apiKey.id).toBe(first.apiKey.id);
    expect([first.secret === null, second.secret]).toEqual([false, null]);
    expect((await create({ ...input, scopes: ['WRITE'] })).userErrors).toMatchObject([
      { __typename: 'IdempotencyKeyReused' },
    ]);
  });

  it('expires', async () => {
    const past = { name: 'Past', scopes: ['READ'], expiresAt: '2020-01-01T00:00:00Z' };
    expect((await create(past)).userErrors).toMatchObject([
      { __typename: 'InvalidInput', path: ['input', 'expiresAt'] },
    ]);
    const { secret } = await create({
      name: 'Soon',
      scopes: ['READ'],
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    expect((await viewer(secret)).status).toBe(200);
    const expired = await until(
      () => viewer(secret),
      ({ status }) => status !== 200,
    );
    expect(refusalOf(expired)).toEqual([401, 'UNAUTHENTICATED', expect.stringContaining('has expired')]);
  });

  it.each<[string, Json, string]>([
    ['no scopes', { name: 'x', scopes: [] }, 'InvalidInput'],
    ['no name', { name: ' ', scopes: ['READ'] }, 'InvalidInput'],
    [
      'an unknown client',
      { name: 'x', scopes: ['READ'], clientId: 'Q2xpZW50OjAwMDAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ' },
      'NotFound',
    ],
  ])('is not created with %s', async (_, input, error) => {
    expect((await create(input)).userErrors).toMatchObject([{ __typename: error }]);
  });
});

const keyOf = async (): Promise<CryptoKey> => (await generateKeyPair('ES256')).privateKey;

const signedWith = async (kid: string, claims: Json): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(provider.issuer)
    .setAudience('https://stepdown.test')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(await keyOf());

const signedByAnother = (): Promise<string> => signedWith(String(provider.publicJwk.kid), AGENT);

const signedByPublicKey = (): Promise<string> =>
  new SignJWT(AGENT)
    .setProtectedHeader({ alg: 'HS256', kid: String(provider.publicJwk.kid) })
    .setIssuer(provider.issuer)
    .setAudience('https://stepdown.test')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JSON.stringify(provider.publicJwk)));
