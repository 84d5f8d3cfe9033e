import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphQLError, GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import pino from 'pino';
import type { OperationContext } from '../../src/adapters/graphql/context';
import { LogStream } from '../../src/adapters/graphql/subscription/log-stream';
import type { RequestCallers } from '../../src/adapters/http/request-callers';
import { Unauthenticated } from '../../src/application/access/caller-identity';
import { ALL_RIGHTS, type Rights } from '../../src/application/access/rights';
import { positionOfCursor } from '../../src/application/events/event-cursor';
import type { Identified } from '../../src/application/ports/caller';
import type { PlacedEvent } from '../../src/application/ports/event-log';
import type { EventSubscription } from '../../src/application/ports/events';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import type { Json } from '../support/graphql-service';
import { LIVE_TRANSPORTS, type LiveClient, type LiveListener } from '../support/live-transports';
import { untilTrue } from '../support/until';

/** A log in memory, whose readers wait at its end. */
class Log {
  readonly events: PlacedEvent[] = [];
  private readonly readers = new Set<() => void>();
  failure: Error | null = null;

  add(count: number): void {
    for (let n = 0; n < count; n++) this.events.push({ position: this.events.length + 1 } as PlacedEvent);
    this.wakeAll();
  }

  fail(error: Error): void {
    this.failure = error;
    this.wakeAll();
  }

  read(from: number): EventSubscription {
    let [at, hasEnded] = [from, false];
    let wake = (): void => undefined;
    const events: EventSubscription = {
      get reached() {
        return at;
      },
      take: async (most) => {
        for (;;) {
          if (hasEnded) return [];
          if (this.failure !== null) throw this.failure;
          const taken = this.events.slice(at, at + most);
          at += taken.length;
          if (taken.length > 0) return taken;
          await new Promise<void>((resolve) => {
            wake = resolve;
            this.readers.add(resolve);
          });
        }
      },
      goTo: (position) => {
        at = position;
      },
      next: async () => ({ done: true, value: undefined }),
      return: async () => {
        hasEnded = true;
        wake();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => events,
    };
    return events;
  }

  private wakeAll(): void {
    for (const wake of this.readers) wake();
    this.readers.clear();
  }
}

let log: Log;
/** The callers for whom events were executed, by their names. */
let executed: string[];
/** The lines of the log, which has one for each subscription that has ended. */
let ended: string[];
let edge: EdgeServer;
const clients: LiveClient[] = [];

const eventType = new GraphQLObjectType<{ readonly event: PlacedEvent }, OperationContext>({
  name: 'Event',
  fields: {
    n: {
      type: GraphQLInt,
      resolve: ({ event }, _args, { caller }) => {
        executed.push(JSON.stringify([caller.rights.role, caller.sees]));
        return event.position;
      },
    },
    text: { type: GraphQLString, resolve: () => 'x'.repeat(20_000) },
    actor: { type: GraphQLString, resolve: (_event, _args, { caller }) => caller.actor.id },
    fails: {
      type: GraphQLInt,
      resolve: () => {
        throw new GraphQLError('It fails', { extensions: { code: 'BAD_USER_INPUT' } });
      },
    },
  },
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { one: { type: GraphQLInt, resolve: () => 1 } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      events: {
        type: eventType,
        args: { after: { type: GraphQLString }, tag: { type: GraphQLString } },
        subscribe: (_source, { after }: Json) => {
          const start = after == null ? log.events.length : (positionOfCursor(after) ?? 0);
          return new LogStream(start, log.read(start), async (event) => ({ event, ticket: {} as never }));
        },
        resolve: (event) => event,
      },
    },
  }),
});

const CALLERS: Record<string, Partial<Identified> & { readonly rights?: Rights }> = {
  ada: {},
  grace: {},
  seesAcme: { sees: ['acme'] },
  seesBoth: { sees: ['globex', 'acme'] },
  seesBothToo: { sees: ['acme', 'globex'] },
  agent: { rights: { role: 'AGENT', scopes: [] } },
  reader: { rights: { role: 'SERVICE', scopes: ['READ', 'SUBSCRIBE'] } },
  writer: { rights: { role: 'SERVICE', scopes: ['READ', 'WRITE', 'SUBSCRIBE'] } },
};
/** Knows callers by a credential that is their name. */
const callers: RequestCallers = {
  isRequired: false,
  knows: () => true,
  credentialOf: ({ headers }, given) => String(given ?? headers.authorization ?? 'Bearer ada').slice('Bearer '.length),
  identify: (_request, credential) => {
    const known = CALLERS[credential ?? 'ada'];
    if (known === undefined) throw new Unauthenticated('Unknown');
    const name = credential ?? 'ada';
    const actor = { kind: 'AGENT', id: name, name } as const;
    return { caller: { actor, sees: 'ALL', rights: ALL_RIGHTS, ...known }, expiresAt: null, credential: null };
  },
};

beforeEach(async () => {
  log = new Log();
  executed = [];
  const sessions = { watch: () => () => undefined } as never;
  ended = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void ended.push(line) });
  edge = await startEdgeServer({ schema, callers, sessions, logger });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await edge.close();
});

const [overWebSocket, ...others] = LIVE_TRANSPORTS;
if (overWebSocket === undefined) throw new Error('There is no transport');
const QUERY = 'subscription ($after: String, $tag: String) { events(after: $after, tag: $tag) { n } }';
const WITH_ACTOR = QUERY.replace('{ n }', '{ n actor }');

function subscribe(
  name = 'ada',
  variables: Json = {},
  query = QUERY,
  transport = overWebSocket,
): Promise<LiveListener> {
  const client = (transport as typeof overWebSocket)?.open(edge.url, `Bearer ${name}`);
  if (client === undefined) throw new Error('There is no transport');
  clients.push(client);
  return client.subscribe({ query, variables });
}
const numbersOf = ({ results }: LiveListener) => results.map(({ data }) => data.events.n);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('identical subscriptions', () => {
  it('execute each event once, over all transports, wherever each begins', async () => {
    log.add(3);
    const all = [
      await subscribe(),
      await subscribe('ada', { tag: null }),
      await subscribe('ada', {}, QUERY, others[0]),
      await subscribe('ada', {}, QUERY, others[1]),
      await subscribe('ada', { after: 'e0000000000000003' }),
    ];
    log.add(5);
    for (const one of all) await one.has(5);
    expect(all.map(numbersOf)).toEqual(all.map(() => range(4, 8)));
    // An explicit null is another variable than none.
    expect(executed).toHaveLength(2 * 5);
  });

  it('go on when the one that began first has left', async () => {
    const first = await subscribe();
    const second = await subscribe();
    log.add(1);
    await second.has(1);
    first.leave();
    await first.end;
    log.add(2);
    expect(numbersOf(await second.has(3).then(() => second))).toEqual([1, 2, 3]);
    expect(executed).toHaveLength(3);
  });

  it('receive only what comes after their own beginning', async () => {
    const first = await subscribe();
    log.add(2);
    await first.has(2);
    const second = await subscribe();
    log.add(1);
    await Promise.all([first.has(3), second.has(1)]);
    expect([numbersOf(first), numbersOf(second)]).toEqual([[1, 2, 3], [3]]);
  });

  it('catch up from a cursor and go on together, without a gap or a repetition', async () => {
    const first = await subscribe();
    log.add(300);
    await first.has(300);
    const second = await subscribe('ada', { after: 'e0000000000000010' });
    log.add(20);
    await Promise.all([first.has(320), second.has(310)]);
    log.add(20);
    await Promise.all([first.has(340), second.has(330)]);
    expect(numbersOf(first)).toEqual(range(1, 340));
    expect(numbersOf(second)).toEqual(range(11, 340));
    // What is kept of the group was not executed again.
    expect(executed.length).toBeLessThan(340 + 330 - 20);
  });

  it('let a member that reads slowly fall behind, who receives everything in the end', async () => {
    const text = QUERY.replace('{ n }', '{ n text }');
    const readToEnd = await overWebSocket.openUnread(edge.url, { query: text });
    const fast = await subscribe('ada', {}, text);
    log.add(600);
    await fast.has(600);
    expect(numbersOf(fast)).toEqual(range(1, 600));
    const rest = readToEnd();
    await untilTrue(() => executed.length > 0);
    // It has taken all that was sent when the events of the log have all been executed for it too.
    log.fail(new GraphQLError('The end', { extensions: { code: 'BAD_USER_INPUT' } }));
    await fast.end;
    await edge.close();
    const seen = [...(await rest).toString().matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));
    expect(seen).toEqual(range(1, seen.length));
    expect(seen.length).toBeGreaterThan(100);
  });

  it('do not wait for one that replays from far behind', async () => {
    log.add(5_000);
    // It asks for everything, and reads nothing of it.
    const text = QUERY.replace('{ n }', '{ n text }');
    const variables = { after: 'e0000000000000000' };
    await overWebSocket.openUnread(edge.url, { query: text, variables });
    await untilTrue(() => executed.length > 0);
    const other = await subscribe('ada', {}, text);
    log.add(1);
    await other.has(1);
    log.add(1);
    expect(numbersOf(await other.has(2).then(() => other))).toEqual([5_001, 5_002]);
    expect(executed.length).toBeLessThan(1_000);
  });

  it('all end with the error of their source, and later ones begin again', async () => {
    const all = [await subscribe(), await subscribe()];
    log.fail(new GraphQLError('Gone', { extensions: { code: 'CURSOR_EXPIRED' } }));
    for (const one of all) expect(await one.end).toEqual({ how: 'REFUSED', codes: ['CURSOR_EXPIRED'] });
    log.failure = null;
    const again = await subscribe();
    log.add(1);
    expect(numbersOf(await again.has(1).then(() => again))).toEqual([1]);
  });

  it('share the errors of a field', async () => {
    const query = QUERY.replace('{ n }', '{ n fails }');
    const all = [await subscribe('ada', {}, query), await subscribe('ada', {}, query)];
    log.add(1);
    for (const one of all) {
      const [{ data, errors }] = await one.has(1);
      expect([data, errors[0].extensions.code]).toEqual([{ events: { n: 1, fails: null } }, 'BAD_USER_INPUT']);
    }
    expect(executed).toHaveLength(1);
  });
});

describe('subscriptions are not shared', () => {
  it.each<[string, string, string]>([
    ['who see other clients', 'ada', 'seesAcme'],
    ['who see more clients', 'seesAcme', 'seesBoth'],
    ['of another role', 'ada', 'agent'],
    ['with another scope', 'reader', 'writer'],
  ])('by callers %s', async (_, one, other) => {
    const all = [await subscribe(one), await subscribe(other)];
    log.add(2);
    for (const listener of all) await listener.has(2);
    expect(executed).toHaveLength(4);
    const own = (name: string) =>
      JSON.stringify([(CALLERS[name]?.rights ?? ALL_RIGHTS).role, CALLERS[name]?.sees ?? 'ALL']);
    expect([...executed].sort()).toEqual([own(one), own(one), own(other), own(other)].sort());
  });

  it.each<[string, string, Json]>([
    ['with other variables', QUERY, { tag: 'b' }],
    ['with another document', `${QUERY} `, { tag: 'a' }],
    [
      'whose cursor is also used elsewhere',
      'subscription ($after: String) { events(after: $after, tag: $after) { n } }',
      { after: 'e0000000000000000' },
    ],
  ])('%s', async (_, query, variables) => {
    const all = [await subscribe('ada', { tag: 'a' }), await subscribe('ada', variables, query)];
    log.add(1);
    for (const listener of all) await listener.has(1);
    expect(executed).toHaveLength(2);
  });

  it('by an actor with one that has left, if the answer depends on the actor', async () => {
    const first = await subscribe('ada', {}, WITH_ACTOR);
    const second = await subscribe('grace', {}, WITH_ACTOR);
    first.leave();
    await untilTrue(() => ended.some((line) => line.includes('subscription ended')));
    log.add(2);
    expect((await second.has(2)).map(({ data }) => data.events.actor)).toEqual(['grace', 'grace']);
  });

  it('by different actors, if the answer depends on the actor; and by those alone', async () => {
    const names = ['ada', 'grace', 'ada', 'grace'];
    const all = await Promise.all(names.map((name) => subscribe(name, {}, WITH_ACTOR)));
    log.add(3);
    for (const [n, listener] of all.entries()) {
      const results = await listener.has(3);
      expect(results.map(({ data }) => data.events)).toEqual(range(1, 3).map((at) => ({ n: at, actor: names[n] })));
    }
    const before = executed.length;
    // Known by now, so that no event is executed for the wrong actor.
    log.add(2);
    for (const listener of all) await listener.has(5);
    expect(executed.length - before).toBe(4);
  });
});

it('different actors share if the answer does not depend on them', async () => {
  const all = [
    await subscribe('ada'),
    await subscribe('grace'),
    await subscribe('seesBoth'),
    await subscribe('seesBothToo'),
  ];
  log.add(2);
  for (const listener of all) await listener.has(2);
  expect(executed).toHaveLength(4);
});
