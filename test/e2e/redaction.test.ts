import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import WebSocket from 'ws';
import { newPrefix, newSecret } from '../../src/application/access/api-key-text';
import { createTestDatabase, type TestDatabase, withServer } from '../support/database';
import { type Json, SEV1 } from '../support/graphql-service';
import { IdentityProvider } from '../support/identity-provider';
import { run, type Serving, serve } from '../support/program';
import { exchange } from '../support/raw-http';
import { until, untilTrue } from '../support/until';

const PASSWORD = 'Tr0ub4dor-and-3-horses';
/** So many characters of a secret are a leak, wherever they stand and in any case. */
const WINDOW = 12;

const windowsOf = (secret: string): readonly string[] =>
  Array.from({ length: Math.max(secret.length - WINDOW + 1, 0) }, (_, at) =>
    secret.slice(at, at + WINDOW).toLowerCase(),
  );

/** A credential, and the parts of it that no one else may read. */
interface Secret {
  readonly name: string;
  readonly text: string;
  readonly windows: readonly string[];
}
const secretOf = (name: string, text: string): Secret => {
  const parts = /^sdk_/i.test(text) ? text.split('_').slice(2).join('_') : text.split('.').slice(1).join('.');
  return { name, text, windows: windowsOf(parts) };
};
const leaksIn = (text: string, secrets: readonly Secret[]): readonly string[] => {
  const lower = text.toLowerCase();
  return secrets.filter(({ windows }) => windows.some((part) => lower.includes(part))).map(({ name }) => name);
};

const folder = mkdtempSync(join(tmpdir(), 'redaction-'));
let provider: IdentityProvider;
let database: TestDatabase;
let service: Serving;
let db: Client;
let secrets: readonly Secret[];
/** What the message of the error that ends the process quotes. */
let crash: readonly Secret[];
/** A valid key, which its owner puts into texts that are stored. */
let stored: Secret;
const env = (): Record<string, string> => {
  const url = new URL(database.url);
  url.password = PASSWORD;
  return {
    DATABASE_URL: url.href,
    STEPDOWN_OIDC_ISSUER: provider.issuer,
    STEPDOWN_OIDC_AUDIENCE: 'https://stepdown.test',
    ALLOWED_ORIGINS: 'https://desk.example.com',
    TRUST_PROXY: '1',
    LOG_LEVEL: 'trace',
    // So that every request is answered by what it asks for.
    STEPDOWN_RATE_LIMITS: 'off',
    STEPDOWN_FAILED_SIGN_INS_PER_MINUTE: '0',
    NODE_OPTIONS: `--require ${join(__dirname, '../support/crash-on-signal.cjs')}`,
  };
};
/** What commands wrote to standard output and error, without `key create`. */
let printed = '';
const command = async (...args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await run(args, env());
  printed += stdout + stderr;
  return stdout;
};
const createdKey = async (name: string, ...more: readonly string[]): Promise<string> => {
  const { stdout } = await run(['key', 'create', '--name', name, '--scopes', 'admin', ...more], env());
  return stdout.trim().split('\n').at(-1) ?? '';
};
const newKeyText = (): string => `${newPrefix()}_${newSecret()}`;
const flipped = (text: string): string => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`;
let admin: string;
let clientId: string;

interface Sending {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}
/** The whole answer: status, headers and body. By hand, because fetch sets headers of its own. */
async function answerTo({ path = '/graphql', method = 'POST', headers = {}, body }: Sending): Promise<string> {
  const { hostname, port } = new URL(service.url);
  const request = httpRequest({ host: hostname, port, path, method, headers: { ...headers } as Json });
  request.end(body);
  const [response] = await once(request, 'response');
  let text = `${response.statusCode} ${JSON.stringify(response.headers)} `;
  for await (const chunk of response) text += chunk;
  return text;
}
const asAdmin = (body: Json, more: Readonly<Record<string, string>> = {}): Promise<string> =>
  answerTo({
    headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}`, ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const dataOf = async (query: string, variables: Json = {}): Promise<Json> => {
  const answer = await asAdmin({ query, variables });
  return JSON.parse(answer.slice(answer.indexOf('{"data"'))).data;
};

beforeAll(async () => {
  provider = await IdentityProvider.start();
  database = await createTestDatabase();
  const token = await provider.token({ sub: 'crash' });
  crash = [secretOf('key of the crash', newKeyText()), secretOf('token of the crash', token)];
  const texts = [`postgres://u:${PASSWORD}@db/x`, ...crash.map(({ text }) => text)];
  service = await serve({ ...env(), CRASH_TEXT: texts.join('\n') });
  db = new Client(database.url);
  await db.connect();
  admin = await provider.token({ sub: 'root', name: 'Root', stepdown_role: 'admin' });
  const agent = { sub: 'ada', name: 'Ada', stepdown_role: 'agent', stepdown_clients: '*' };
  const [valid, revoked, expired, kept] = [
    await createdKey('Valid'),
    await createdKey('Revoked'),
    await createdKey('Expired', '--expires', '1d'),
    await createdKey('Stored'),
  ];
  await command('key', 'revoke', revoked);
  await db.query(`UPDATE api_keys SET expires_at = now() - interval '1 day' WHERE name = 'Expired'`);
  const created = await dataOf(
    'mutation { createApiKey(input: { name: "Of the API", scopes: [READ] }) { apiKey { prefix } secret } }',
  );
  clientId = (await dataOf('mutation { createClient(input: { name: "Acme" }) { client { id } } }')).createClient.client
    .id;
  const ofAda = await provider.token(agent);
  stored = secretOf('stored', kept);
  secrets = [
    secretOf('valid key', valid),
    secretOf('revoked key', revoked),
    secretOf('expired key', expired),
    secretOf('key of the API', created.createApiKey.secret),
    secretOf('key without its end', valid.slice(0, -7)),
    secretOf('key with another end', flipped(revoked)),
    secretOf('key in capitals', expired.toUpperCase()),
    secretOf('valid token', ofAda),
    secretOf('expired token', await provider.token(agent, { expiresIn: -600, issuedAgo: 1_200 })),
    secretOf('token for others', await provider.token(agent, { audience: 'https://other.test' })),
    secretOf('token with another signature', flipped(await provider.token({ ...agent, sub: 'bob' }))),
    secretOf('token without its end', ofAda.slice(0, -20)),
  ];
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db?.end();
  service.child.kill('SIGKILL');
  await provider.close();
  await database.drop();
});

/** Requests over HTTP that have a credential where it does not belong, or belongs. */
const requestsWith = (text: string): readonly Sending[] => {
  const query = (document: string, more: Json = {}): Sending => ({
    headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}` },
    body: JSON.stringify({ query: document, ...more }),
  });
  const viewer = { headers: { 'content-type': 'application/json' }, body: '{"query":"{ viewer { role } }"}' };
  const withHeader = (name: string, value: string): Sending => ({
    ...viewer,
    headers: { ...viewer.headers, authorization: `Bearer ${admin}`, [name]: value },
  });
  const name = text.replaceAll(/[^\w]/g, '_');
  return [
    ...[`Bearer ${text}`, `Basic ${text}`, `bearer  ${text} ${text}`, text, `Token ${text}`].map((authorization) => ({
      ...viewer,
      headers: { ...viewer.headers, authorization },
    })),
    ...['/', '/graphql/', '/explorer/', '/graphql?key=', '/health?', '//', '/graphql?query='].map((path) => ({
      method: 'GET',
      path: `${path}${text}`,
      headers: { authorization: `Bearer ${admin}`, 'apollo-require-preflight': '1' },
    })),
    { method: text.replaceAll(/[^A-Za-z]/g, '').slice(0, 20) || 'X', path: `/graphql?${text}` },
    ...[
      'x-api-key',
      'x-stepdown-agent',
      'x-request-id',
      'origin',
      'host',
      'user-agent',
      'cookie',
      'accept',
      'content-type',
      'content-encoding',
      'expect',
      'traceparent',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'access-control-request-headers',
    ].map((header) => withHeader(header, text)),
    withHeader('origin', `https://${text}.example.com`),
    { ...viewer, headers: { ...viewer.headers, authorization: `Bearer ${admin}` }, body: `{"query":"${text}` },
    ...[
      text,
      `{ viewer(${text}`,
      `{ viewer { ${name} } }`,
      `{ ${name} }`,
      `query Q { viewer { role } } fragment ${name} on ${name} { x }`,
      `{ viewer { role @${name} } }`,
      `{ tickets(first: 1, filter: { severity: { eq: ${name} } }) { totalCount } }`,
      `{ tickets(first: 1, filter: { ${name}: {} }) { totalCount } }`,
      `{ tickets(first: "${text}") { totalCount } }`,
      `{ tickets(first: 1, after: "${text}") { totalCount } }`,
      `{ tickets(first: 1, filter: { createdAt: { gt: "${text}" } }) { totalCount } }`,
      `{ tickets(first: 1, filter: { text: "${text}" }) { totalCount } }`,
      `{ node(id: "${text}") { id } }`,
      `{ policy(id: "${text}") { version } }`,
      `query ($${name}: Int!) { tickets(first: $${name}) { totalCount } }`,
      `mutation { revokeApiKey(input: { apiKeyId: "${text}" }) { userErrors { message } } }`,
      `mutation { closeTicket(input: { ticketId: "${text}", idempotencyKey: "${text}" }) { userErrors { message } } }`,
      `mutation { publishPolicy(input: { yaml: "${text}: ${text}" }) { userErrors { message } } }`,
      `query ${name} { viewer { role } }`,
      `mutation { setClientTerms(input: { clientId: "${clientId}", policy: "${text}" }) { userErrors { message ... on UnknownPolicy { policy } } } }`,
      `{ viewer { role } } # ${text}`,
    ].map((document) => query(document)),
    query('query ($v: Int!) { tickets(first: $v) { totalCount } }', { variables: { v: text } }),
    query('query ($v: TicketFilter) { tickets(first: 1, filter: $v) { totalCount } }', {
      variables: { v: { [text]: { eq: text }, severity: { eq: text } } },
    }),
    query('query ($v: Severity!) { tickets(first: 1, filter: { severity: { eq: $v } }) { totalCount } }', {
      variables: { v: text },
    }),
    query('{ viewer { role } }', { operationName: text, extensions: { [text]: text } }),
    query('{ viewer { role } }', { variables: { [text]: text } }),
    { ...query(''), body: JSON.stringify({ documentId: text }) },
    { ...query(''), body: JSON.stringify({ [text]: text, query: { [text]: 1 }, variables: text }) },
  ];
};

/** Everything that a socket receives, with the code and the reason of its end. */
async function talkOf(
  messages: readonly unknown[],
  { protocols = ['graphql-transport-ws'], search = '' }: { protocols?: readonly string[]; search?: string } = {},
): Promise<string> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}${search}`, [...protocols]);
  let text = '';
  let received = 0;
  socket.on('error', (error) => (text += String(error)));
  socket.on('message', (data) => {
    text += String(data);
    received += 1;
  });
  socket.on('open', () => {
    for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  });
  socket.on('close', (code, reason) => (text += ` ${code} ${reason}`));
  await untilTrue(() => socket.readyState === WebSocket.CLOSED || received >= messages.length);
  socket.close();
  await untilTrue(() => socket.readyState === WebSocket.CLOSED);
  return text;
}

const init = () => ({ type: 'connection_init', payload: { authorization: `Bearer ${admin}` } });
const socketsWith = (text: string): readonly Promise<string>[] => [
  ...[
    { authorization: `Bearer ${text}` },
    { authorization: text },
    { Authorization: `Basic ${text}` },
    { headers: { authorization: `Bearer ${text}` } },
    { token: text, apiKey: text, [text]: text },
    { authorization: { [text]: text } },
  ].map((payload) => talkOf([{ type: 'connection_init', payload }])),
  talkOf([init()], { protocols: ['graphql-transport-ws', text.replaceAll('.', '_')] }),
  talkOf([init()], { protocols: [text.replaceAll('.', '_')] }),
  talkOf([init()], { search: `?token=${text}` }),
  talkOf([text]),
  talkOf([init(), text]),
  talkOf([init(), { type: text }]),
  talkOf([init(), { type: 'subscribe', id: '1', payload: { query: text } }]),
  talkOf([init(), { type: 'subscribe', id: '1', payload: { documentId: text } }]),
  talkOf([init(), { type: 'subscribe', id: '1', payload: { query: `{ ${text.replaceAll(/\W/g, '_')} }` } }]),
  talkOf([
    init(),
    {
      type: 'subscribe',
      id: '1',
      payload: {
        query: 'query ($v: Int!) { tickets(first: $v) { totalCount } }',
        variables: { v: text },
      },
    },
  ]),
  // The id is in use.
  talkOf([
    init(),
    ...['1', '2'].map(() => ({
      type: 'subscribe',
      id: `${text}`.slice(0, 90),
      payload: { query: 'subscription { severityChanged { cursor } }' },
    })),
  ]),
];

describe('a day with credentials in all the wrong places', () => {
  it('no answer repeats one', async () => {
    for (const { name, text } of secrets) {
      const answers = await Promise.all(
        requestsWith(text).map(async (one) => [JSON.stringify(one), await answerTo(one)] as const),
      );
      const leaks = answers.filter(([, answer]) => leaksIn(answer, secrets).length > 0);
      expect([name, leaks]).toEqual([name, []]);
      const talks = await Promise.all(socketsWith(text));
      expect([name, talks.filter((talk) => leaksIn(talk, secrets).length > 0)]).toEqual([name, []]);
    }
  });

  it('no request by hand gets one back', async () => {
    for (const { text } of secrets) {
      const heads = [`${text} / HTTP/1.1`, `GET ${text} HTTP/1.1`, `GET / ${text}`, `GET / HTTP/1.1\r\n${text}`];
      const answers = await Promise.all(heads.map((head) => exchange(service.url, `${head}\r\n\r\n`)));
      expect(answers.filter((answer) => leaksIn(answer, secrets).length > 0)).toEqual([]);
    }
  });

  it('texts that callers store are stored, and shown to those who may read them', async () => {
    const { text } = stored;
    const input = {
      subject: text,
      idempotencyKey: text,
      externalId: text,
      reporter: text,
      tags: [text],
      impacts: SEV1,
      clientMutationId: text,
    };
    const { submitTicket } = await dataOf(
      `mutation ${text.replaceAll('-', '_')} ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { subject } userErrors { message } } }`,
      { input },
    );
    expect(submitTicket).toEqual({ ticket: { subject: text }, userErrors: [] });
  });

  it('health checks, lists of keys and people, and the audit log have none', async () => {
    const policyFile = join(folder, 'policy.yaml');
    writeFileSync(policyFile, `${secrets[0]?.text}: ${secrets[7]?.text}`);
    await untilTrue(
      async () =>
        (await dataOf('{ auditEvents(kinds: [SIGN_IN_FAILED], first: 1) { totalCount } }')).auditEvents.totalCount > 3,
    );
    const answers = [
      ...(await Promise.all(['/health', '/readyz', '/livez', '/'].map((path) => answerTo({ method: 'GET', path })))),
      JSON.stringify(
        await dataOf('{ auditEvents(first: 100) { nodes { kind subject address detail actor { id name } } } }'),
      ),
      JSON.stringify(
        await dataOf(
          '{ apiKeys(first: 100) { nodes { id prefix name } } agents(first: 100) { nodes { id name email } } }',
        ),
      ),
      await command('key', 'list'),
      await command('key', 'revoke', `${secrets[1]?.text}`),
      await command('key', 'revoke', `sdk_000000000000_${secrets[0]?.text.slice(-43)}`),
      await command(`${secrets[0]?.text}`),
      await command('policy', 'check', policyFile),
      await command('key', 'create', '--name', 'x', '--scopes', `${secrets[0]?.text}`),
    ];
    expect(answers.join('')).toMatch(/"status":"ok".*SIGN_IN_FAILED.*Of the API/s);
    expect(leaksIn(answers.join('\n') + printed, [...secrets, stored])).toEqual([]);
    expect(printed).toMatch(/unknown command.*policy\.yaml:1:1/s);
    expect(printed).not.toContain(PASSWORD);
  });

  it('no table has one, but the columns that callers fill', async () => {
    const { rows: tables } = await db.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const found = new Set<string>();
    let read = 0;
    for (const { name } of tables) {
      const { rows } = await db.query(`SELECT * FROM ${name}`);
      for (const row of rows) {
        for (const [column, value] of Object.entries(row)) {
          read += 1;
          for (const secret of leaksIn(JSON.stringify(value) ?? '', [...secrets, stored])) {
            found.add(`${secret}: ${name}.${column}`);
          }
        }
      }
    }
    expect(read).toBeGreaterThan(200);
    expect([...found].sort()).toEqual([
      'stored: events.data',
      'stored: external_ids.written',
      'stored: idempotency_keys.key',
      'stored: search_texts.folded',
      'stored: spellings.written',
      'stored: tickets.external_id',
      'stored: tickets.reporter',
      'stored: tickets.subject',
      'stored: tickets.tags',
    ]);
  });

  it('neither has the log, through an outage of the database and to a crash, and its lines are JSON', async () => {
    const subject = 'a\nb\u2028\u2029\ud800\u0000\u001b[2J"\\ __proto__ é';
    const hostile = await provider.token({
      sub: subject,
      name: subject,
      stepdown_role: 'agent',
      stepdown_clients: '*',
    });
    await answerTo({
      headers: { 'content-type': 'application/json', authorization: `Bearer ${hostile}` },
      body: JSON.stringify({ query: `query ${'L'.repeat(20_000)} { viewer { role } }`, ['__proto__']: subject }),
    });
    await answerTo({
      headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}` },
      body: Buffer.from([0x7b, 0xff, 0xfe, 0x00]).toString('latin1'),
    });
    const name = new URL(database.url).pathname.slice(1);
    await withServer((client) => client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`));
    await db.end();
    await withServer((client) =>
      client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
    );
    const down = await until(
      () =>
        Promise.all([
          answerTo({ method: 'GET', path: '/health' }),
          asAdmin({ query: '{ tickets(first: 1) { totalCount } }' }),
        ]),
      ([health]) => health.startsWith('503'),
    );
    expect(leaksIn(down.join(''), secrets)).toEqual([]);
    expect(down.join('')).not.toContain(PASSWORD);
    const { code, stdout, stderr } = await run(['serve'], env());
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain(PASSWORD);
    await untilTrue(() => service.logged().some(({ level }) => level === 50));

    service.child.kill('SIGUSR2');
    const [exit] = await once(service.child, 'close');
    expect(exit).toBe(1);
    const lines = service.stderr().trimEnd().split('\n');
    const parsed = lines.map((line): Json => JSON.parse(line));
    expect(
      parsed.every((line) => typeof line === 'object' && !Array.isArray(line) && typeof line.msg === 'string'),
    ).toBe(true);
    expect(parsed.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(500);
    expect(parsed.find(({ msg }) => msg === 'a warning of Node.js')).toMatchObject({ level: 40 });
    expect(parsed.at(-1)).toMatchObject({
      level: 60,
      msg: 'an unexpected fault ends the process',
      origin: 'unhandledRejection',
    });
    expect(leaksIn(lines.join('\n'), [...secrets, ...crash, stored])).toEqual([]);
    expect(lines.join('\n')).not.toContain(PASSWORD);
  });
});
