import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client as SocketClient } from 'graphql-ws';
import { Client } from 'pg';
import { createSpendingStore, purgeSpending } from '../../src/adapters/persistence/access/postgres-spending';
import { CostLimits } from '../../src/adapters/rate-limits/cost-limits';
import { startClockedService } from '../support/clocked-service';
import { type Companies, type Credential, startCompanies } from '../support/companies';
import { withServer } from '../support/database';
import { type Answer, type Json, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { askOver, listenOver } from '../support/graphql-socket';
import { IdentityProvider } from '../support/identity-provider';
import { openStore } from '../support/store';
import { until, untilTrue } from '../support/until';

/** Twice the cost of a search and something, and three times. */
const PER_CALLER = 13_000;
const PER_CLIENT = 19_000;
const SEARCH = '{ tickets(filter: { text: "printer" }, first: 1) { nodes { id } } }';
const VIEWER = '{ viewer { role } }';
const SUBMIT = 'mutation ($input: SubmitTicketInput!) { submitTicket(input: $input) { ticket { id } } }';

const costOf = ({ extensions }: Pick<Answer, 'extensions'>): Json => extensions?.cost;

describe('over HTTP and WebSocket, counted in memory', () => {
  let companies: Companies;
  beforeAll(async () => {
    const limits = { rateLimitPerCaller: PER_CALLER, rateLimitPerClient: PER_CLIENT };
    companies = await startCompanies(['Acme', 'Globex'], { rateLimits: 'memory', ...limits });
    // The service keeps what it has parsed, so that only operations count from here on.
    await companies.ask(await companies.agent('Acme'), SEARCH);
    await companies.ask(await companies.agent('Globex'), VIEWER);
    await companies.ask(companies.admin, SUBMIT);
  });
  afterAll(() => companies?.close());

  const search = (by: Credential): Promise<Answer> => companies.ask(by, SEARCH);
  /** Uses up the limit of the caller, but for a rest that is less than a search. */
  const exhaust = async (by: Credential): Promise<void> => {
    for (let n = 0; n < 2; n++) expect((await search(by)).status).toBe(200);
  };

  it('each answer says what the operation costs, and what remains, in its extensions and headers', async () => {
    const key = await companies.key(['READ'], null);
    const first = await search(key);
    const { requested } = costOf(first);
    expect(requested).toBeGreaterThan(5_000);
    expect(costOf(first)).toEqual({
      requested,
      limit: PER_CALLER,
      remaining: PER_CALLER - requested,
      resetSeconds: expect.any(Number),
    });
    const second = await companies.ask(key, VIEWER);
    const { requested: small, remaining, resetSeconds } = costOf(second);
    expect(remaining).toBe(PER_CALLER - requested - small);
    expect(resetSeconds).toBeGreaterThan(0);
    expect(resetSeconds).toBeLessThanOrEqual(60);
    const { headers } = second;
    expect(['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`ratelimit-${name}`)))).toEqual([
      PER_CALLER,
      remaining,
      resetSeconds,
    ]);
    // What is refused costs what it takes to read: a quarter of its characters.
    expect(costOf(await companies.ask(key, '{ nothing }'))).toMatchObject({ requested: 3, remaining: remaining - 3 });
    // Its check can be slow on a busy machine, and then counts by its time.
    expect(costOf(await companies.ask(key, VIEWER)).remaining).toBeLessThanOrEqual(remaining - small - 3);
  });

  it('a caller who sends document after document that is refused is refused before they are parsed', async () => {
    const over = async (ask: (document: string) => Promise<readonly Json[]>): Promise<Json> => {
      const codes: string[] = [];
      for (let n = 0; codes.at(-1) !== 'RATE_LIMITED'; n++) {
        expect(n).toBeLessThan(20);
        codes.push((await ask(`{ nothing${n} ${'# '.repeat(2_000)} }`))[0]?.extensions.code);
      }
      return codes.join(' ');
    };
    // Twelve, or fewer if the check of one is slow, and counts by its time.
    const upToTwelve = expect.stringMatching(/^(GRAPHQL_PARSE_FAILED ){1,12}RATE_LIMITED$/);
    const key = await companies.key(['READ'], null);
    let last: Answer | null = null;
    const ask = async (document: string): Promise<Answer> => (last = await companies.ask(key, document));
    expect(await over(async (document) => (await ask(document)).errors)).toEqual(upToTwelve);
    const { status, headers, extensions } = last as unknown as Answer;
    expect([status, headers.get('ratelimit-limit')]).toEqual([429, `${PER_CALLER}`]);
    expect(extensions?.cost).toMatchObject({ requested: 1_004, limit: PER_CALLER });
    const socket = companies.socket(await companies.key(['READ'], null));
    const refusals = (document: string): Promise<Json> => askOver(socket, document).catch((errors: Json) => errors);
    expect(await over(refusals)).toEqual(upToTwelve);
    await socket.dispose();
  });

  it('a document whose validation takes long costs its time, over both transports', async () => {
    // 500,000 comparisons of fields, which take more than 20 ms.
    const long = `{ ${'viewer{role} '.repeat(1_100)}}`;
    const most = PER_CALLER - Math.ceil(long.length / 4) - 2;
    const [http, overSocket] = [await companies.key(['READ'], null), await companies.key(['READ'], null)];
    expect((await companies.ask(http, long)).errors[0]?.extensions.code).toBe('OPERATION_TOO_LARGE');
    expect(costOf(await companies.ask(http, VIEWER)).remaining).toBeLessThan(most);
    const socket = companies.socket(overSocket);
    await expect(askOver(socket, long)).rejects.toMatchObject([{ extensions: { code: 'OPERATION_TOO_LARGE' } }]);
    await socket.dispose();
    expect(costOf(await companies.ask(overSocket, VIEWER)).remaining).toBeLessThan(most);
  });

  it.each(['application/json', 'application/graphql-response+json'])(
    'above the limit, the answer is 429 in the form of GraphQL, as %s',
    async (accept) => {
      const authorization = await companies.key(['READ'], null);
      await exhaust(authorization);
      const response = await fetch(companies.service.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, authorization },
        body: JSON.stringify({ query: SEARCH }),
      });
      const body = (await response.json()) as Json;
      expect(response.status).toBe(429);
      expect(response.headers.get('content-type')).toContain(accept);
      const { requested, limit, remaining, resetSeconds } = body.extensions.cost;
      expect([limit, remaining]).toEqual([PER_CALLER, PER_CALLER - 2 * requested]);
      expect(body).toEqual({
        errors: [
          {
            message: expect.stringMatching(/this caller may cost in a minute, .* Try again in \d+ seconds?\.$/),
            extensions: {
              code: 'RATE_LIMITED',
              retryable: true,
              retryAfterSeconds: resetSeconds,
              requestId: response.headers.get('x-request-id'),
            },
          },
        ],
        extensions: { cost: { requested, limit, remaining, resetSeconds } },
      });
      expect(response.headers.get('retry-after')).toBe(`${resetSeconds}`);
      expect(response.headers.get('ratelimit-remaining')).toBe(`${remaining}`);
    },
  );

  it('what is refused counts for nothing, so that a smaller operation is carried out', async () => {
    const key = await companies.key(['READ'], null);
    await exhaust(key);
    for (let n = 0; n < 3; n++) expect((await search(key)).status).toBe(429);
    expect((await companies.ask(key, VIEWER)).status).toBe(200);
  });

  it('over a WebSocket, the operation gets the same error, and the socket goes on', async () => {
    const key = await companies.key(['READ'], null);
    const socket: SocketClient = companies.socket(key);
    const answered = await askOver(socket, SEARCH);
    const { requested } = answered.extensions.cost;
    expect(answered.extensions.cost.remaining).toBe(PER_CALLER - requested);
    // The limit is that of the caller, over both.
    expect(costOf(await search(key)).remaining).toBe(PER_CALLER - 2 * requested);
    await expect(askOver(socket, SEARCH)).rejects.toEqual([
      {
        message: expect.stringContaining('Try again in'),
        extensions: {
          code: 'RATE_LIMITED',
          retryable: true,
          retryAfterSeconds: expect.any(Number),
          requestId: expect.any(String),
        },
      },
    ]);
    expect((await askOver(socket, VIEWER)).data.viewer.role).toBe('SERVICE');
    await socket.dispose();
  });

  it('all callers of a client share a limit; agents and other clients do not', async () => {
    const [one, two] = [await companies.key(['READ'], 'Acme'), await companies.person('Acme')];
    await exhaust(one);
    const shared = await search(two);
    expect([shared.status, costOf(shared).limit]).toEqual([200, PER_CLIENT]);
    const refused = await search(two);
    expect([refused.status, costOf(refused).limit]).toEqual([429, PER_CLIENT]);
    expect(refused.errors[0]?.message).toContain('all callers of this client');
    for (const other of [await companies.agent('Acme'), await companies.person('Globex')]) {
      expect((await search(other)).status).toBe(200);
    }
  });

  it('a subscription pays for its start, and none of its events is refused', async () => {
    const key = await companies.key(['READ', 'WRITE', 'SUBSCRIBE'], 'Globex');
    const socket = companies.socket(key);
    const before = costOf(await companies.ask(key, VIEWER)).remaining;
    const events = await listenOver(socket, 'subscription { ticketEvents { event { type } } }');
    const after = costOf(await companies.ask(key, VIEWER)).remaining;
    // Two other queries were asked besides.
    expect(before - after).toBeGreaterThan(10);
    await until(
      () => search(key),
      ({ status }) => status === 429,
    );
    const input = { subject: 'x', clientId: companies.ids.Globex, impacts: SEV2 };
    await companies.change('submitTicket', input, 'ticket { id }');
    const [event] = await events.has(1);
    expect(event).toEqual({ data: { ticketEvents: { event: { type: 'SUBMITTED' } } } });
    const page = 'events(first: 100) { nodes { ticket { id } } }';
    const large = `subscription { ticketEvents { ticket { one: ${page} two: ${page} } } }`;
    await expect(askOver(socket, large)).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await socket.dispose();
  });
});

it('where callers are not authenticated, nothing is limited, and answers have no extensions', async () => {
  const service = await startTestService({ config: { rateLimitPerCaller: 1, rateLimitPerClient: 1 } });
  try {
    const answer = await service.ask(SEARCH);
    expect([answer.status, answer.extensions, answer.headers.get('ratelimit-limit')]).toEqual([200, undefined, null]);
  } finally {
    await service.close();
  }
});

it('a refused mutation has changed nothing, and its idempotency key is free for the next minute', async () => {
  // One mutation in a minute.
  const aMinute = () => new CostLimits({ perCaller: 300, perClient: 300 });
  let minute = aMinute();
  const service = await startClockedService({
    rateLimits: {
      spend: (caller, cost) => minute.spend(caller, cost),
      owe: (caller, cost) => minute.owe(caller, cost),
    },
  });
  try {
    const submit = (subject: string, idempotencyKey: string) =>
      service.ask(SUBMIT, { input: { subject, impacts: SEV2, idempotencyKey } });
    expect((await submit('first', 'a')).status).toBe(200);
    expect((await submit('second', 'b')).status).toBe(429);
    const { rows } = await service.store.pool.query(
      `SELECT (SELECT count(*)::int FROM tickets) AS tickets, (SELECT count(*)::int FROM idempotency_keys) AS keys`,
    );
    expect(rows).toEqual([{ tickets: 1, keys: 1 }]);
    minute = aMinute();
    const later = await submit('another text', 'b');
    expect(later.data.submitTicket.ticket).not.toBeNull();
  } finally {
    await service.close();
  }
});

describe('counted in PostgreSQL', () => {
  let provider: IdentityProvider;
  let services: readonly [TestService, TestService];
  beforeAll(async () => {
    provider = await IdentityProvider.start();
    const config = {
      ...provider.config(),
      rateLimits: 'postgres' as const,
      rateLimitPerCaller: PER_CALLER,
      rateLimitPerClient: PER_CLIENT,
    };
    const one = await startTestService({ config });
    services = [one, await startTestService({ config, database: one.database })];
    // The services keep what they have parsed, so that only operations count from here on.
    for (const service of services) {
      for (const document of [SEARCH, VIEWER]) await service.ask(document, {}, await program(`first ${document}`));
    }
  });
  afterAll(async () => {
    await services?.[1].close();
    await services?.[0].close();
    await provider.close();
  });

  /** A program whose token needs no look-up in the database. */
  const program = async (sub: string): Promise<{ readonly authorization: string }> => {
    const claims = { sub, stepdown_role: 'service', stepdown_clients: '*', scope: 'read' };
    return { authorization: `Bearer ${await provider.token(claims)}` };
  };
  const remainingIn = async (service: TestService, by: { readonly authorization: string }): Promise<number> => {
    const answer = await service.ask(VIEWER, {}, by);
    expect(answer.status).toBe(200);
    return costOf(answer).remaining;
  };

  it('what one process allows counts for the other', async () => {
    const by = await program('shared');
    const [one, other] = services;
    for (let n = 0; n < 2; n++) expect((await one.ask(SEARCH, {}, by)).status).toBe(200);
    // The other process learns of it with the first operation of the caller there.
    await until(
      () => remainingIn(other, by),
      (remaining) => remaining < PER_CALLER / 2,
    );
    expect((await other.ask(SEARCH, {}, by)).status).toBe(429);
    const { rows } = await withClient(one, (db) => db.query('SELECT key FROM rate_limits'));
    expect(JSON.stringify(rows)).not.toContain('shared');
  });

  it('while the table is locked, no operation waits for it', async () => {
    const by = await program('locked-out');
    const [one] = services;
    await withClient(one, async (db) => {
      await db.query('BEGIN');
      await db.query('LOCK TABLE rate_limits');
      const before = await remainingIn(one, by);
      expect(await remainingIn(one, by)).toBeLessThan(before);
      for (let n = 0; n < 2; n++) await one.ask(SEARCH, {}, by);
      expect((await one.ask(SEARCH, {}, by)).status).toBe(429);
      await untilTrue(() => one.logged.some(({ msg }) => /cannot be shared/.test(msg)));
      await db.query('ROLLBACK');
    });
  });

  it('while the database is away, each process counts for itself, and shares again afterwards', async () => {
    const by = await program('alone');
    const [one, other] = services;
    const name = new URL(one.database.url).pathname.slice(1);
    const allow = (isAllowed: boolean) =>
      withServer((server) => server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isAllowed}`));
    await remainingIn(one, by);
    await remainingIn(other, by);
    await allow(false);
    try {
      await withServer((server) =>
        server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
      );
      const before = await remainingIn(one, by);
      expect(await remainingIn(one, by)).toBeLessThan(before);
      // They count, although the database that they need is away.
      await one.ask(SEARCH, {}, by);
      await one.ask(SEARCH, {}, by);
      expect((await one.ask(SEARCH, {}, by)).status).toBe(429);
      expect((await other.ask(SEARCH, {}, by)).status).not.toBe(429);
    } finally {
      await allow(true);
    }
    const again = await program('again');
    await until(
      () => one.ask(SEARCH, {}, again),
      ({ status }) => status === 200,
    );
    await until(
      () => remainingIn(other, again),
      (remaining) => remaining < PER_CALLER / 2,
    );
  });
});

it('what is stored is reset with the next minute, and deleted after it', async () => {
  const store = await openStore();
  try {
    const long = createSpendingStore(store.pool);
    const short = createSpendingStore(store.pool, 1);
    const add = async (on: typeof long, ...spent: readonly [string, number][]) =>
      [...(await on.add(new Map(spent)))].map(([key, shared]) => [key, shared.spent]).sort();
    expect(await add(long, ['a', 5], ['b', 7])).toEqual([
      ['a', 5],
      ['b', 7],
    ]);
    expect(await add(long, ['a', 1])).toEqual([['a', 6]]);
    expect([...(await long.add(new Map([['a', 1]])))][0]?.[1].resetMs).toBeGreaterThan(50_000);
    await add(short, ['c', 5]);
    await until(
      () => add(short, ['c', 1]),
      (found) => JSON.stringify(found) === '[["c",1]]',
    );
    await untilTrue(async () => {
      await purgeSpending(store.pool);
      const { rows } = await store.pool.query('SELECT spent::int FROM rate_limits ORDER BY spent');
      return JSON.stringify(rows) === '[{"spent":7},{"spent":7}]';
    });
    // Two processes with the same keys in other orders.
    const keys = Array.from({ length: 200 }, (_, n): [string, number] => [`k${n}`, 1]);
    await Promise.all(Array.from({ length: 20 }, (_, n) => add(long, ...(n % 2 === 0 ? keys : keys.toReversed()))));
    expect((await add(long, ...keys)).every(([, spent]) => spent === 21)).toBe(true);
  } finally {
    await store.close();
  }
});

async function withClient<T>({ database }: TestService, work: (db: Client) => Promise<T>): Promise<T> {
  const db = new Client(database.url);
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}
