import { request as httpRequest } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import type { HttpServer } from '../../src/adapters/http/http-server';
import type { Caller } from '../../src/application/ports/caller';
import type { Services } from '../../src/application/ports/services';
import type { Json } from '../support/graphql-service';
import { askOver, listenOver } from '../support/graphql-socket';
import { startServerOf } from '../support/server-of';
import { untilTrue } from '../support/until';

const schema = buildGraphQLSchema();
let http: HttpServer;
let sockets: Client[];
/** The names of the agents whose pages are being read, in the order in which they started. */
let started: string[];
let running: (() => void)[];
let publish: (() => void)[];
/** The reads of events that are being executed. */
let deliveries: (() => void)[];

/** A service with the least memory for operations: 2 MiB for each kind of those that run. */
async function start(operationTimeoutMs = 60_000): Promise<void> {
  const services = {
    clock: { now: () => 0 },
    reader: {
      tickets: async ({ actor }: Caller) => {
        started.push(actor.kind === 'AGENT' ? actor.name : actor.kind);
        await new Promise<void>((resolve) => running.push(resolve));
        return { edges: [], hasNextPage: false, hasPreviousPage: false };
      },
      ticketByNumber: async () => null,
      ticketById: async (_: Caller, id: string) => ({ id, clientId: 'c' }),
      followUps: async () => ({ edges: [], hasNextPage: false, hasPreviousPage: false }),
      clientById: async (_: Caller, id: string) => {
        await new Promise<void>((resolve) => deliveries.push(resolve));
        return { id, name: 'Acme' };
      },
    },
    log: { place: async () => 0 },
    feed: {
      subscribe: () => ({
        take: async () => {
          await new Promise<void>((resolve) => publish.push(resolve));
          return [{ ticketId: 't', clientId: 'c', position: 1 }];
        },
        return: async () => ({ done: true, value: undefined }),
      }),
    },
    clients: {
      create: async (id: string, name: string) => ({ id, name, calendars: {} }),
    },
  } as unknown as Services;
  const environment = { STEPDOWN_OPERATION_MEMORY_MB: '16', TRUST_PROXY: '1' };
  http = await startServerOf(services, { environment, schema, operationTimeoutMs });
}

beforeEach(() => {
  [sockets, started, running, publish, deliveries] = [[], [], [], [], []];
});
afterEach(async () => {
  // What waited runs when the others end.
  const letting = setInterval(letAllGo, 5);
  for (const socket of sockets) await socket.dispose();
  await http.close();
  clearInterval(letting);
});

const letAllGo = (): void => {
  for (const end of [...running.splice(0), ...deliveries.splice(0)]) end();
};

/** Takes the whole memory of the operations that run, by itself. */
const LARGE = `{ tickets(first: 100) { nodes { ${Array.from({ length: 110 }, (_, n) => `a${n}: id`).join(' ')} } } }`;
const SMALL = '{ ticket(number: 1) { id } }';
const CHANGE = 'mutation { createClient(input: { name: "Acme" }) { client { name } } }';

interface Sent {
  readonly answer: Promise<{ readonly status: number; readonly retryAfter: string | undefined; readonly json: Json }>;
  readonly cut: () => void;
}

/** Sends an operation over HTTP as an agent, from an address. */
function send(query: string, agent = 'A', address = '192.0.2.1'): Sent {
  const { hostname, port, pathname } = new URL(http.url);
  const headers = { 'content-type': 'application/json', 'x-stepdown-agent': agent, 'x-forwarded-for': address };
  const request = httpRequest({ hostname, port, path: pathname, method: 'POST', headers, agent: false });
  const answer = new Promise<Awaited<Sent['answer']>>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          json: JSON.parse(text),
        }),
      );
    });
  });
  answer.catch(() => undefined);
  request.end(JSON.stringify({ query }));
  return { answer, cut: () => request.destroy() };
}

/** A socket of an address, whose operations an agent sends. */
function socket(agent = 'A', address = '192.0.2.1'): Client {
  const client = createClient({
    url: http.url.replace('http', 'ws'),
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: { 'x-stepdown-agent': agent, 'x-forwarded-for': address } });
      }
    },
    retryAttempts: 0,
  });
  sockets.push(client);
  return client;
}

/** Sends an operation, and is sure that the service has read it. Returns what completes it. */
async function sendOver(client: Client, query: string): Promise<() => void> {
  const complete = client.subscribe(
    { query },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
  await askOver(client, SMALL);
  return complete;
}

/** Lets everything run that could follow. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 30; round += 1) await turn();
};

/** Ends the operation that runs and waits until the next one runs. */
async function next(): Promise<void> {
  const before = started.length;
  running.shift()?.();
  await untilTrue(() => started.length === before + 1);
}

const BUSY = {
  code: 'TOO_BUSY',
  retryable: true,
  requestId: expect.any(String),
};

describe('operations that would take too much memory at once', () => {
  it('wait, over both transports; small queries and changes do not wait for them', async () => {
    await start();
    const first = send(LARGE);
    await untilTrue(() => started.length === 1);
    const second = send(LARGE);
    const overSocket = askOver(socket(), LARGE);
    for (const ask of [
      async (query: string) => (await send(query).answer).json,
      (query: string) => askOver(socket(), query),
    ]) {
      expect((await ask(SMALL)).data).toEqual({ ticket: null });
      expect((await ask(CHANGE)).data).toEqual({ createClient: { client: { name: 'Acme' } } });
    }
    expect(started).toHaveLength(1);
    await next();
    expect((await first.answer).json.data).toEqual({ tickets: { nodes: [] } });
    await next();
    running.shift()?.();
    expect([(await second.answer).status, (await overSocket).data]).toEqual([200, { tickets: { nodes: [] } }]);
    expect(started).toHaveLength(3);
  });

  it('are let in by turns of the addresses', async () => {
    await start();
    send(LARGE, 'first');
    await untilTrue(() => started.length === 1);
    const [a, b] = [socket('a', '192.0.2.2'), socket('b', '192.0.2.3')];
    for (const client of [a, a, a, b]) await sendOver(client, LARGE);
    for (let round = 0; round < 4; round += 1) await next();
    expect(started).toEqual(['first', 'a', 'b', 'a', 'a']);
  });

  it('are refused when too much waits: the newest of the address that holds the most', async () => {
    await start();
    send(LARGE);
    await untilTrue(() => started.length === 1);
    const flood = Array.from({ length: 60 }, () => send(LARGE, 'flood', '192.0.2.2').answer);
    const refused = await Promise.race(flood);
    expect([refused.status, refused.retryAfter, refused.json]).toEqual([
      503,
      '1',
      {
        errors: [
          {
            message: 'Too many operations wait to be executed, so this request was not carried out. Try again shortly.',
            extensions: BUSY,
          },
        ],
      },
    ]);
    // Another address still gets its turn, the first one after the flood's own.
    await sendOver(socket('honest', '192.0.2.3'), LARGE);
    await next();
    await next();
    expect(started).toContain('honest');
    const [error] = await refusedOver(socket(), 60);
    expect(error).toMatchObject({ extensions: BUSY });
  });

  it('are refused when they have waited for a third of the time limit', async () => {
    await start(600);
    send(LARGE);
    await untilTrue(() => started.length === 1);
    const message =
      'Too many operations are being executed, and this one has waited for 0.2 seconds, so this request was not carried out. Try again shortly.';
    const [overHttp, overSocket] = await Promise.all([send(LARGE).answer, refusedOver(socket(), 1)]);
    expect([overHttp.status, overHttp.json.errors]).toEqual([503, [{ message, extensions: BUSY }]]);
    expect(overSocket).toMatchObject([{ message, extensions: BUSY }]);
  });

  it('leave the queue when their callers have gone', async () => {
    await start();
    send(LARGE);
    await untilTrue(() => started.length === 1);
    const gone = send(LARGE, 'gone', '192.0.2.2');
    const client = socket();
    const complete = await sendOver(client, LARGE);
    gone.cut();
    complete();
    await askOver(client, SMALL);
    await settle();
    await sendOver(socket('last', '192.0.2.3'), LARGE);
    await next();
    expect(started[1]).toBe('last');
    running.shift()?.();
    await settle();
    expect(started).toHaveLength(2);
  });
});

/** Asks for so many large pages over a socket; the errors of the first that is refused. */
const refusedOver = (client: Client, count: number): Promise<Json> =>
  new Promise((resolve) => {
    for (let n = 0; n < count; n += 1) {
      client.subscribe({ query: LARGE }, { next: () => undefined, error: resolve, complete: () => undefined });
    }
  });

describe('the events of subscriptions', () => {
  // Large by a page, so that the document is short: subscriptions keep theirs.
  const NODE = Array.from({ length: 60 }, (_, n) => `a${n}: id`).join(' ');
  /** By another name each, because identical subscriptions share their events. */
  const queryOf = (name: string) =>
    `subscription ${name} { ticketEvents { ticket { client { name } followUps(first: 100) { nodes { ${NODE} } } } } }`;

  it('take a place each while they are executed, and a subscription that waits for them none', async () => {
    await start();
    const first = await listenOver(socket(), queryOf('First'));
    const second = await listenOver(socket(), queryOf('Second'));
    const third = await listenOver(socket(), queryOf('Third'));
    await untilTrue(() => publish.length === 3);
    for (const event of publish.splice(0)) event();
    await untilTrue(() => deliveries.length === 1);
    await settle();
    expect(deliveries).toHaveLength(1);
    for (let round = 0; round < 3; round += 1) {
      await untilTrue(() => deliveries.length === 1);
      deliveries.shift()?.();
    }
    const results = await Promise.all([first, second, third].map((listener) => listener.has(1)));
    expect(results.flat().map(({ data }) => data.ticketEvents.ticket.client.name)).toEqual(['Acme', 'Acme', 'Acme']);
  });
});
