import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import pino from 'pino';
import { toGlobalId } from '../../src/adapters/graphql/base/global-id';
import { contextFactory } from '../../src/adapters/graphql/context';
import type { RunningOperation } from '../../src/adapters/graphql/running-operation';
import { buildGraphQLSchema } from '../../src/adapters/graphql/schema';
import type { HttpServer } from '../../src/adapters/http/http-server';
import { MOST_PROBLEMS } from '../../src/application/first-problems';
import type { Caller } from '../../src/application/ports/caller';
import { CallerGone, OperationAnswered, OperationTimedOut } from '../../src/application/ports/operation-ended';
import type { Services } from '../../src/application/ports/services';
import { type Answer, apiAt, type Json } from '../support/graphql-service';
import { askOver, openSocket } from '../support/graphql-socket';
import { startServerOf } from '../support/server-of';
import { untilTrue } from '../support/until';

/** A read or a use case that a test holds and lets go. */
class Held {
  readonly callers: Caller[] = [];
  /** Whether nothing is held. */
  isOpen = false;
  private readonly waiting: (() => void)[] = [];
  readonly run = async (caller: Caller): Promise<void> => {
    this.callers.push(caller);
    if (this.isOpen) return;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  };
  letGo(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const LONG_TICKET = '01970000-0000-7000-8000-000000000002';
const LONG = { subject: 'x'.repeat(6_000_000) };

const LIMIT_MS = 150;
const LONG_MS = 60_000;
const schema = buildGraphQLSchema();

let http: HttpServer;
let sockets: Client[];
let pages: Held;
let creations: Held;
let clientReads: Held;
let counts: number;
let operations: RunningOperation[];
let faults: string[];
let turns: (AbortSignal | undefined)[];
let publish: (event: Json) => void;

/** A change that waits for its turn, or for a lock. */
async function waitForTurn(signal?: AbortSignal): Promise<never> {
  turns.push(signal);
  if (signal !== undefined) await once(signal, 'abort');
  throw signal?.reason;
}

/** A server whose services are held by the test. */
async function start(operationTimeoutMs: number): Promise<void> {
  const events: Json[] = [];
  let wake = (): void => undefined;
  publish = (event) => {
    events.push(event);
    wake();
  };
  const source = {
    take: async () => {
      while (events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return events.splice(0, 1);
    },
    return: async () => ({ done: true, value: undefined }),
  };
  const services = {
    clock: { now: () => 0 },
    reader: {
      tickets: async (caller: Caller) => {
        await pages.run(caller);
        return { edges: [], hasNextPage: false, hasPreviousPage: false };
      },
      countTickets: async () => {
        counts += 1;
        return 0;
      },
      ticketByNumber: async () => LONG,
      ticketById: async (_: Caller, id: string) => ({ id, clientId: 'c' }),
      clientById: async (caller: Caller, id: string) => {
        await clientReads.run(caller);
        return { id, name: 'Acme' };
      },
    },
    changeTickets: async ([change]: readonly { readonly ticketId: string }[], signal?: AbortSignal) => {
      if (change?.ticketId === LONG_TICKET) return [{ ticket: LONG, refused: null, refusals: [null], replayed: false }];
      return waitForTurn(signal);
    },
    log: { place: async () => 0 },
    feed: { subscribe: () => Object.assign(source, { goTo: () => undefined }) },
    clients: {
      create: async (_id: string, name: string, _key: unknown, signal?: AbortSignal) => {
        if (name === 'Taken') return 'NAME_TAKEN';
        if (name === 'Waits') return waitForTurn(signal);
        await creations.run({} as Caller);
        return { client: { id: 'c', name, calendars: {} }, refusal: null };
      },
    },
    policies: {
      publish: async (_: unknown, signal?: AbortSignal) => waitForTurn(signal),
      setTerms: async (_terms: unknown, _by: unknown, _key: unknown, signal?: AbortSignal) => waitForTurn(signal),
    },
    readPolicy: async (yaml: string, signal?: AbortSignal) => {
      if (yaml === 'read') return { ok: true, text: {} };
      if (yaml === 'waits') return waitForTurn(signal);
      await creations.run({} as Caller);
      throw new Error('The policy is not read');
    },
  } as unknown as Services;
  faults = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => faults.push(line) });
  const contextFor = contextFactory(services, logger);
  http = await startServerOf(services, {
    schema,
    contextFor: (caller, requestId, operation) => {
      if (operation !== null) operations.push(operation);
      return contextFor(caller, requestId, operation);
    },
    operationTimeoutMs,
    logger,
  });
}

beforeEach(() => {
  [pages, creations, clientReads] = [new Held(), new Held(), new Held()];
  [sockets, operations, turns, counts] = [[], [], [], 0];
});

afterEach(async () => {
  for (const held of [pages, creations, clientReads]) held.letGo();
  for (const socket of sockets) await socket.dispose();
  await http.close();
});

const PAGE = '{ tickets { totalCount } }';

const socket = (): Client => {
  const client = openSocket(http.url);
  sockets.push(client);
  return client;
};

/** Sends an operation over HTTP and returns what closes the connection. */
function send(query: string): () => void {
  const request = httpRequest(http.url, { method: 'POST', headers: { 'content-type': 'application/json' } });
  request.on('error', () => undefined);
  request.end(JSON.stringify({ query }));
  return () => request.destroy();
}

/** Lets everything run that could follow what a test let go. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 20; round += 1) await turn();
};

const signalOf = (held: Held): AbortSignal => {
  const signal = held.callers[0]?.signal;
  if (signal === undefined) throw new Error('The caller has no signal');
  return signal;
};

describe('an operation within its time limit', () => {
  it('starts its next resolver, over both transports', async () => {
    await start(LONG_MS);
    for (const asked of [() => apiAt(http.url).ask(PAGE), () => askOver(socket(), PAGE)]) {
      const ask = asked();
      await untilTrue(() => pages.callers.length > 0);
      expect(signalOf(pages).aborted).toBe(false);
      pages.letGo();
      expect((await ask).data).toEqual({ tickets: { totalCount: 0 } });
      pages.callers.length = 0;
    }
    expect(counts).toBe(2);
  });
});

describe('an operation that outlives its time limit', () => {
  const MESSAGE =
    'The operation took longer than its time limit of 0.15 seconds and was cancelled. Request less at once: shorter pages, fewer fields or a narrower filter.';

  it('is answered with an error, and starts no further resolver', async () => {
    await start(LIMIT_MS);
    const answer: Answer = await apiAt(http.url).ask(PAGE);
    expect([answer.status, answer.errors]).toEqual([
      504,
      [{ message: MESSAGE, extensions: { code: 'OPERATION_TIMED_OUT', requestId: expect.any(String) } }],
    ]);
    expect((await askOver(socket(), PAGE)).errors).toMatchObject([
      { message: MESSAGE, extensions: { code: 'OPERATION_TIMED_OUT' } },
    ]);
    expect(pages.callers.map(({ signal }) => signal?.reason)).toEqual([
      expect.any(OperationTimedOut),
      expect.any(OperationTimedOut),
    ]);
    pages.letGo();
    await settle();
    expect(counts).toBe(0);
  });

  it('says of mutations which were carried out', async () => {
    await start(LIMIT_MS);
    const mutation = apiAt(http.url).ask(
      'mutation { a: createClient(input: { name: "A" }) { client { name } } b: createClient(input: { name: "B" }) { client { name } } c: createClient(input: { name: "C" }) { client { name } } }',
    );
    await untilTrue(() => creations.callers.length === 1);
    creations.letGo();
    const { status, errors } = await mutation;
    expect(status).toBe(504);
    expect(errors[0]?.message).toBe(
      'The operation took longer than its time limit of 0.15 seconds. `a` was carried out. `b` may be carried out. No other mutation has changed anything. Repeating the request is safe with an idempotencyKey.',
    );
    expect(operations[0]?.signal.aborted).toBe(false);
    creations.letGo();
    await settle();
    expect(creations.callers).toHaveLength(2);
    expect(operations[0]?.signal.reason).toBeInstanceOf(OperationTimedOut);
  });
});

describe('what an operation says of its mutations', () => {
  const create = (alias: string, name: string): string =>
    `${alias}: createClient(input: { name: "${name}" }) { client { name } userErrors { message } }`;
  const REFUSED = create('refused', 'Taken');

  it.each(['HTTP', 'WebSocket'])('at its time limit names only those that were carried out, over %s', async (by) => {
    await start(LIMIT_MS);
    const query = `mutation { ${REFUSED} ${create('b', 'B')} }`;
    const { errors } = by === 'HTTP' ? await apiAt(http.url).ask(query) : await askOver(socket(), query);
    expect(errors[0]?.message).toBe(
      'The operation took longer than its time limit of 0.15 seconds. `b` may be carried out. No other mutation has changed anything. Repeating the request is safe with an idempotencyKey.',
    );
  });

  it.each(['HTTP', 'WebSocket'])(
    'without data names those that were carried out before one failed, over %s',
    async (by) => {
      await start(LONG_MS);
      const query = `mutation { ${REFUSED} a: createClient(input: { name: "A" }) { clientMutationId } b: acknowledgeTicket(input: { ticketId: "none" }) { ticket { id } } ${create('c', 'C')} }`;
      const asked = by === 'HTTP' ? apiAt(http.url).ask(query) : askOver(socket(), query);
      await untilTrue(() => creations.callers.length === 1);
      creations.letGo();
      const { data, errors } = await asked;
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        {
          message:
            'input.ticketId must be the id of a Ticket, as returned by this API. In the same operation, `a` was carried out. Repeating it is safe with an idempotencyKey.',
          path: ['b'],
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
      expect(creations.callers).toHaveLength(1);
    },
  );

  it.each(['HTTP', 'WebSocket'])(
    'with too long an answer names only those that were carried out, over %s',
    async (by) => {
      await start(LONG_MS);
      const ask = (mutations: string) => {
        const query = `mutation { ${mutations} twice: acknowledgeTicket(input: { ticketId: "${toGlobalId('Ticket', LONG_TICKET)}" }) { ticket { subject again: subject } } }`;
        return by === 'HTTP' ? apiAt(http.url).ask(query) : askOver(socket(), query);
      };
      const asked = ask(`${REFUSED} ${create('a', 'A')}`);
      await untilTrue(() => creations.callers.length === 1);
      creations.letGo();
      for (const [answer, said] of [
        [await asked, ' `a` was carried out. `twice` was carried out.'],
        [await ask(REFUSED), ' `twice` was carried out.'],
      ] as const) {
        expect(answer.errors[0]?.message).toMatch(new RegExp(`Request shorter pages or fewer fields\\.${said}$`));
      }
    },
  );
});

describe('an operation that is answered because one of its fields failed', () => {
  const FAILS = '{ deadlines { nodes { dueAt } } tickets { totalCount } }';

  it.each(['HTTP', 'WebSocket'])('over %s is stopped: its signal is aborted, and no resolver starts', async (by) => {
    await start(LONG_MS);
    const { errors } = by === 'HTTP' ? await apiAt(http.url).ask(FAILS) : await askOver(socket(), FAILS);
    expect(errors).toHaveLength(1);
    expect(pages.callers).toHaveLength(1);
    expect(signalOf(pages).reason).toBe(OperationAnswered.reason);
    pages.letGo();
    await settle();
    expect(counts).toBe(0);
    expect(faults).toHaveLength(1);
  });
});

describe('an operation whose caller has gone', () => {
  const isCancelled = async (): Promise<void> => {
    await untilTrue(() => signalOf(pages).aborted);
    expect(signalOf(pages).reason).toBeInstanceOf(CallerGone);
    pages.letGo();
    await settle();
    expect(counts).toBe(0);
  };

  it('is cancelled when the HTTP request is closed', async () => {
    await start(LONG_MS);
    const close = send(PAGE);
    await untilTrue(() => pages.callers.length > 0);
    close();
    await isCancelled();
  });

  it('is cancelled when it is completed over a WebSocket', async () => {
    await start(LONG_MS);
    const complete = socket().subscribe(
      { query: PAGE },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    await untilTrue(() => pages.callers.length > 0);
    complete();
    await isCancelled();
  });

  it('is cancelled when the WebSocket closes', async () => {
    await start(LONG_MS);
    const client = socket();
    askOver(client, PAGE).catch(() => undefined);
    await untilTrue(() => pages.callers.length > 0);
    client.terminate();
    await isCancelled();
  });

  it('finishes the mutation that runs, and starts no other', async () => {
    await start(LONG_MS);
    const close = send(
      'mutation { a: createClient(input: { name: "A" }) { client { id } } b: createClient(input: { name: "B" }) { client { id } } }',
    );
    await untilTrue(() => creations.callers.length > 0);
    close();
    const [operation] = operations;
    await untilTrue(() => operation?.isOver === true);
    expect(operation?.signal.aborted).toBe(false);
    creations.letGo();
    await settle();
    expect(operation?.signal.reason).toBeInstanceOf(CallerGone);
    expect(creations.callers).toHaveLength(1);
  });

  const UUID = '01970000-0000-7000-8000-000000000001';
  it.each(
    [
      `acknowledgeTicket(input: { ticketId: "${toGlobalId('Ticket', UUID)}" }) { ticket { id } }`,
      'createClient(input: { name: "Waits" }) { client { id } }',
      `setClientTerms(input: { clientId: "${toGlobalId('Client', UUID)}" }) { client { id } }`,
      'publishPolicy(input: { yaml: "waits" }) { isNew }',
      'publishPolicy(input: { yaml: "read" }) { isNew }',
    ].flatMap((change) => ['HTTP', 'WebSocket'].map((transport): [string, string] => [transport, change])),
  )('over %s leaves the queue of a change at once: %s', async (transport, change) => {
    await start(LONG_MS);
    clientReads.isOpen = true;
    const mutation = `mutation { a: ${change} b: ${change} }`;
    if (transport === 'HTTP') {
      const close = send(mutation);
      await untilTrue(() => turns.length > 0);
      close();
    } else {
      const client = socket();
      askOver(client, mutation).catch(() => undefined);
      await untilTrue(() => turns.length > 0);
      client.terminate();
    }
    await untilTrue(() => operations[0]?.signal.aborted === true);
    await settle();
    expect(turns.map((signal) => signal?.reason)).toEqual([expect.any(CallerGone)]);
    expect(faults).toEqual([]);
  });

  it('is cancelled at once when a mutation is only tried', async () => {
    await start(LONG_MS);
    const close = send('mutation { publishPolicy(input: { yaml: "a: 1", dryRun: true }) { isNew } }');
    await untilTrue(() => creations.callers.length > 0);
    close();
    await untilTrue(() => operations[0]?.signal.aborted === true);
  });
});

describe('a subscription', () => {
  const event = (number: number) => ({
    id: `e${number}`,
    type: 'COMMUNICATED',
    ticketId: 't',
    clientId: 'c',
    position: number,
  });

  it('has no time limit, but the execution for each event has', async () => {
    await start(LIMIT_MS);
    const results: Json[] = [];
    const leave = socket().subscribe(
      { query: 'subscription { ticketEvents { cursor ticket { client { name } } } }' },
      { next: (result) => results.push(result), error: () => undefined, complete: () => undefined },
    );
    await untilTrue(() => operations.length > 0);
    publish(event(1));
    await untilTrue(() => results.length === 1);
    expect(results[0].errors).toMatchObject([{ extensions: { code: 'OPERATION_TIMED_OUT' } }]);
    expect(signalOf(clientReads).reason).toBeInstanceOf(OperationTimedOut);
    publish(event(2));
    await untilTrue(() => clientReads.callers.length === 2);
    clientReads.letGo();
    await untilTrue(() => results.length === 2);
    expect(results[1].data).toEqual({
      ticketEvents: { cursor: 'e0000000000000002', ticket: { client: { name: 'Acme' } } },
    });
    expect(operations[0]?.signal.aborted).toBe(false);
    leave();
    await untilTrue(() => operations[0]?.signal.aborted === true);
  });

  it('that the caller leaves cancels the event that is executed', async () => {
    await start(LONG_MS);
    const leave = socket().subscribe(
      { query: 'subscription { ticketEvents { cursor ticket { client { name } } } }' },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    await untilTrue(() => operations.length > 0);
    publish(event(1));
    await untilTrue(() => clientReads.callers.length === 1);
    leave();
    await untilTrue(() => signalOf(clientReads).aborted);
    expect(signalOf(clientReads).reason).toBeInstanceOf(CallerGone);
  });
});

describe('operations that are too large', () => {
  it('are refused with the same error over both transports, before anything is read', async () => {
    await start(LONG_MS);
    const levels = (count: number): string =>
      count === 0 ? 'id' : `ticket { events(first: $n) { ...{ nodes { ${levels(count - 1)} } } } }`;
    for (const count of [3, 4]) {
      const query = `query ($n: Int = 100) { ticket(number: 1) { events(first: $n) { ...{ nodes { ${levels(count - 1)} } } } } }`;
      const { status, errors } = await apiAt(http.url).ask(query);
      expect([status, errors[0]?.extensions.code]).toEqual([400, 'OPERATION_TOO_LARGE']);
      await expect(askOver(socket(), query)).rejects.toMatchObject([
        { message: errors[0]?.message, extensions: { code: 'OPERATION_TOO_LARGE', requestId: expect.any(String) } },
      ]);
    }
    const nested = `{${'...{'.repeat(150)}__typename${'}'.repeat(150)}}`;
    const { status, errors } = await apiAt(http.url).ask(nested);
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'OPERATION_TOO_LARGE']);
    await expect(askOver(socket(), nested)).rejects.toMatchObject([{ extensions: { code: 'OPERATION_TOO_LARGE' } }]);
    expect(counts).toBe(0);
  });

  it('are refused when their texts are, and the socket stays open', async () => {
    await start(LONG_MS);
    const twice = '{ ticket(number: 1) { subject again: subject } }';
    const { status, errors, data } = await apiAt(http.url).ask(twice);
    expect([status, errors.map(({ extensions }) => extensions), data]).toEqual([
      400,
      [{ code: 'OPERATION_TOO_LARGE', requestId: expect.any(String) }],
      null,
    ]);
    const client = socket();
    expect((await askOver(client, twice)).errors).toMatchObject([{ message: errors[0]?.message }]);
    expect((await askOver(client, '{ viewer { seesAllClients } }')).data).toEqual({ viewer: { seesAllClients: true } });
  });
});

describe('the validation of a document', () => {
  const refusals = async (query: string): Promise<(readonly Json[])[]> => [
    (await apiAt(http.url).ask(query)).errors,
    (await askOver(socket(), query).catch((errors: unknown) => errors)) as Json[],
  ];

  it('reports the same number of problems over both transports', async () => {
    await start(LONG_MS);
    const query = `{ ${Array.from({ length: 80 }, (_, place) => `unknown${place}`).join(' ')} }`;
    for (const errors of await refusals(query)) expect(errors).toHaveLength(MOST_PROBLEMS + 1);
  });

  it('names its limit when a field is repeated too often', async () => {
    await start(LONG_MS);
    for (const errors of await refusals(`{ tickets { nodes { ${'id '.repeat(4_900)} } } }`)) {
      expect(errors).toEqual([
        {
          message: expect.stringContaining('500,000'),
          extensions: { code: 'OPERATION_TOO_LARGE', requestId: expect.any(String) },
        },
      ]);
    }
  });
});
