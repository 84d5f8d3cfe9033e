import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { loadConfig } from '../../src/config';
import { type Json, startTestService, type TestService } from '../support/graphql-service';
import { until } from '../support/until';

/** oidc-provider, as a process of its own. */
let provider: ChildProcess;
let issuer: string;
let service: TestService;

const VIEWER = '{ viewer { actor { kind id name } role scopes seesAllClients } }';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startProvider(port: string, kid: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'provider.mjs'), port, kid], {
    cwd: __dirname,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`The provider ended with ${code}`)));
  });
  return child;
}

const stopProvider = async (): Promise<void> => {
  const ended = once(provider, 'exit');
  provider.kill();
  await ended;
};

beforeAll(async () => {
  const port = await freePort();
  issuer = `http://127.0.0.1:${port}`;
  provider = await startProvider(`${port}`, 'first');
  const { oidc, authenticationRequired } = loadConfig({
    STEPDOWN_OIDC_ISSUER: issuer,
    STEPDOWN_OIDC_AUDIENCE: 'https://stepdown.test',
  });
  service = await startTestService({ config: { oidc, authenticationRequired } });
});
afterAll(async () => {
  await service?.close();
  await stopProvider();
});

const viewer = (token: string) => service.ask(VIEWER, {}, { authorization: `Bearer ${token}` });

async function machineToken(client: string, scope: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:not+so+secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  return ((await response.json()) as Json).access_token;
}

/** What a browser does: follows redirects, keeps cookies, and sends forms. */
class Browser {
  private readonly cookies = new Map<string, string>();

  /** @returns the address to which the last answer redirects, or the text of the page */
  async open(url: string, form?: Readonly<Record<string, string>>): Promise<{ location: string | null; page: string }> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = response.headers.get('location');
    return { location: location === null ? null : new URL(location, url).href, page: await response.text() };
  }
}

/** The tokens of a person who signs in: authorization code with PKCE. */
async function signIn(login: string): Promise<Json> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: 'desk',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1/callback',
    scope: 'openid read write subscribe',
    resource: 'https://stepdown.test',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = new Browser();
  let { location } = await browser.open(`${issuer}/auth?${query}`);
  for (let step = 0; step < 10 && location !== null && !location.startsWith('http://127.0.0.1/callback'); step++) {
    if (!location.includes('/interaction/')) {
      ({ location } = await browser.open(location));
      continue;
    }
    const { page } = await browser.open(location);
    const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
    const [, action = location] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
    ({ location } = await browser.open(new URL(action, location).href, { prompt, login, password: 'x' }));
  }
  const code = new URL(location ?? '').searchParams.get('code') ?? '';
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'desk',
      code,
      code_verifier: verifier,
      redirect_uri: 'http://127.0.0.1/callback',
      resource: 'https://stepdown.test',
    }),
  });
  return response.json();
}

describe('with the identity provider oidc-provider', () => {
  test('a person signs in with a code and PKCE, and acts under the subject', async () => {
    const { access_token, id_token } = await signIn('ada');
    expect((await viewer(access_token)).data.viewer).toEqual({
      actor: { kind: 'AGENT', id: 'ada', name: 'Ada Lovelace' },
      role: 'AGENT',
      scopes: [],
      seesAllClients: true,
    });
    // An ID token is for the program that signs people in, and no access token.
    const answer = await viewer(id_token);
    expect([answer.status, answer.errors[0]?.message]).toEqual([401, expect.stringContaining('audience')]);
  });

  test('a program has a token by its own credentials', async () => {
    expect((await viewer(await machineToken('billing', 'read subscribe'))).data.viewer).toEqual({
      actor: { kind: 'SERVICE', id: 'billing', name: 'billing' },
      role: 'SERVICE',
      scopes: ['READ', 'SUBSCRIBE'],
      seesAllClients: true,
    });
  });

  test('a token expires, over HTTP and on an open socket', async () => {
    const token = await machineToken('brief', 'read subscribe');
    expect((await viewer(token)).status).toBe(200);
    const client = createClient({
      url: service.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => undefined,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    const closed = await new Promise<Json>((resolve) => client.on('closed', resolve));
    expect(closed).toMatchObject({ code: 4403, reason: expect.stringContaining('expired') });
    const expired = await until(
      () => viewer(token),
      ({ status }) => status === 401,
    );
    expect(expired.errors[0]?.message).toContain('has expired');
  });

  test('tokens are accepted after the provider has changed its key', async () => {
    const before = await machineToken('billing', 'read');
    expect((await viewer(before)).status).toBe(200);
    await stopProvider();
    // What was verified before stays valid while the provider is down.
    expect((await viewer(before)).status).toBe(200);
    provider = await startProvider(new URL(issuer).port, 'second');
    const after = await machineToken('billing', 'read');
    // The keys are read at most once a second.
    await until(
      () => viewer(after),
      ({ status }) => status === 200,
    );
  });
});
