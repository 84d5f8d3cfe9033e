import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { CloseCode } from 'graphql-ws';
import pino from 'pino';
import { type EdgeServer, startEdgeServer } from '../support/edge-server';
import { type Talk, talkTo } from '../support/graphql-socket';
import { untilTrue } from '../support/until';

/** How often a subscription was left by its reader. */
let left = 0;
/** Ends each `held` query. */
const release: (() => void)[] = [];

const untilReleased = (n: number) => new Promise<number>((resolve) => release.push(() => resolve(n)));
/** Events with the numbers from 1; without an end if `count` is 0. */
function numbers(count: number): AsyncIterableIterator<{ readonly ticks: number }> {
  let n = 0;
  const events: AsyncIterableIterator<{ readonly ticks: number }> = {
    next: async () => {
      n += 1;
      if (n <= count) return { done: false, value: { ticks: n } };
      return count === 0 ? new Promise(() => undefined) : { done: true, value: undefined };
    },
    return: async () => {
      left += 1;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      one: { type: GraphQLInt, resolve: () => 1 },
      held: { type: GraphQLInt, resolve: () => untilReleased(1) },
    },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      ticks: {
        type: GraphQLInt,
        args: { count: { type: GraphQLInt, defaultValue: 0 } },
        subscribe: (_source, { count }) => numbers(count),
      },
    },
  }),
});

const INIT = { type: 'connection_init' };
const ask = (id: unknown, query: unknown, more: object = {}) => ({
  type: 'subscribe',
  id,
  payload: { query, ...more },
});
const HELD = ask('a', '{ held }');
const TICKS = ask('a', 'subscription { ticks }');

let edge: EdgeServer;
beforeAll(async () => {
  edge = await startEdgeServer({ schema });
});
afterAll(async () => {
  for (const end of release.splice(0)) end();
  await edge.close();
});

type Case = readonly [code: number, reason: string, what: string, ...messages: readonly unknown[]];
const INVALID = 'Invalid message received';
const invalid = (what: string, message: unknown): Case => [4400, INVALID, what, INIT, message];

const CASES: readonly Case[] = [
  [4400, INVALID, 'what is no JSON, as the first message', 'hello'],
  invalid('what is no JSON', 'hello'),
  invalid('a message that is a list', []),
  invalid('a message that is null', 'null'),
  invalid('a message without a type', { id: 'a' }),
  invalid('a type that is unknown', { type: 'start', id: 'a', payload: { query: '{ one }' } }),
  invalid('an operation without an id', ask(undefined, '{ one }')),
  invalid('an operation whose id is empty', ask('', '{ one }')),
  invalid('an operation whose id is a number', ask(1, '{ one }')),
  invalid('an operation without a payload', { type: 'subscribe', id: 'a' }),
  invalid('an operation without a document', ask('a', undefined)),
  invalid('a document that is no text', ask('a', { kind: 'Document' })),
  invalid('variables that are a list', ask('a', '{ one }', { variables: [] })),
  invalid('a name of an operation that is no text', ask('a', '{ one }', { operationName: 1 })),
  invalid('extensions that are a text', ask('a', '{ one }', { extensions: 'x' })),
  invalid('a completion without an id', { type: 'complete' }),
  invalid('a ping whose payload is a text', { type: 'ping', payload: 'x' }),
  invalid('the acknowledgement of a server', { type: 'connection_ack' }),
  invalid('the result of a server', { type: 'next', id: 'a', payload: { data: {} } }),
  invalid('the error of a server', { type: 'error', id: 'a', payload: [{ message: 'x' }] }),
  [4401, 'The first message must be connection_init', 'an operation before connection_init', ask('a', '{ one }')],
  [4409, 'Subscriber for a already exists', 'a query with the id of one that runs', INIT, HELD, ask('a', '{ one }')],
  [4409, 'Subscriber for a already exists', 'a query with the id of a subscription', INIT, TICKS, HELD],
  [
    4409,
    // As much as fits a close frame, without half of a character.
    `Subscriber for ${'é'.repeat(54)}`,
    'an id in use that is longer than a close frame',
    INIT,
    ask('é'.repeat(1_000), '{ held }'),
    ask('é'.repeat(1_000), '{ held }'),
  ],
  [4429, 'Too many initialisation requests', 'a second connection_init', INIT, INIT],
  [1009, '', 'a message of more than 256 KiB', INIT, 'x'.repeat(300_000)],
];

/** Codes whose cases stand elsewhere. A credential that has ended is refused with 4403. */
const ELSEWHERE = new Map<number, string>([
  [1013, 'socket-limits.test.ts'],
  [CloseCode.Forbidden, 'the tests of credentials'],
]);
/** Closed by a case of its own below. */
const OWN_CASES = [1001, 1011, CloseCode.SubprotocolNotAcceptable, CloseCode.ConnectionInitialisationTimeout];

describe('a socket is closed', () => {
  it.each(CASES)('with %i %s for %s', async (code, reason, _, ...messages) => {
    const { closed } = await talkTo(edge.url, messages);
    expect(await closed).toEqual([code, reason]);
  });

  it('with 4406 if the client does not offer the protocol', async () => {
    const { closed } = await talkTo(edge.url, [], {}, []);
    expect(await closed).toEqual([4406, 'Subprotocol not acceptable']);
  });

  it('with 4408 if connection_init does not come', async () => {
    const impatient = await startEdgeServer({ initTimeoutMs: 50 });
    const { messages, closed } = await talkTo(impatient.url, []);
    expect(await closed).toEqual([4408, 'Connection initialisation timeout']);
    expect(messages).toEqual([]);
    await impatient.close();
  });

  it('with 1011 after an unexpected error, which it does not tell', async () => {
    const logger = pino({ level: 'silent' });
    // The error of the operation cannot be logged, and then that of the message can.
    const fail = () => {
      throw new TypeError('secret');
    };
    logger.error = () => {
      logger.error = () => undefined;
      fail();
    };
    const failing = await startEdgeServer({ contextFor: fail, logger });
    const { closed } = await talkTo(failing.url, [INIT, ask('a', '{ held }')]);
    expect(await closed).toEqual([1011, 'Internal error']);
    await failing.close();
  });

  it('with 1001 when the service stops, and its operations end', async () => {
    const stopping = await startEdgeServer({ schema });
    const before = left;
    const { messages, closed } = await talkTo(stopping.url, [INIT, TICKS, ask('b', '{ one }')]);
    await untilTrue(() => messages.some(({ type }) => type === 'complete'));
    await stopping.close();
    expect(await closed).toEqual([1001, 'Going away']);
    await untilTrue(() => left === before + 1);
  });

  it('with the code of the client when it leaves, and its operations end', async () => {
    const before = left;
    const { socket, messages, closed } = await talkTo(edge.url, [INIT, TICKS, ask('b', '{ one }')]);
    await untilTrue(() => messages.some(({ type }) => type === 'complete'));
    socket.close(1000, 'Normal');
    expect((await closed)[0]).toBe(1000);
    await untilTrue(() => left === before + 1);
  });

  it('with every code of the protocol and of the page for operators, in a test', () => {
    const ofClients = [
      CloseCode.InternalClientError,
      CloseCode.BadResponse,
      CloseCode.ConnectionAcknowledgementTimeout,
    ];
    // The service closes with 1011 then, as every WebSocket server does.
    const unused = [...ofClients, CloseCode.InternalServerError];
    const ofProtocol = Object.values(CloseCode).filter((code) => typeof code === 'number' && !unused.includes(code));
    const tested = new Set([...CASES.map(([code]) => code), ...OWN_CASES, ...ELSEWHERE.keys()]);
    expect(ofProtocol.filter((code) => !tested.has(Number(code)))).toEqual([]);
    const page = readFileSync(join(__dirname, '../../docs/OPERATIONS.md'), 'utf8');
    const documented = [...page.matchAll(/^\| ([1-4]\d{3}(?:, [1-4]\d{3})*) +\|/gm)]
      .flatMap(([, codes = '']) => codes.split(', '))
      .map(Number);
    expect(documented.filter((code) => !tested.has(code))).toEqual([]);
    expect([...tested].filter((code) => !documented.includes(code) && !ELSEWHERE.has(code))).toEqual([]);
  });
});

describe('an operation is completed', () => {
  const typesOf = ({ messages }: Talk, id: string) =>
    messages.filter((message) => message.id === id).map(({ type }) => type);
  const answered = (talk: Talk, id: string) => untilTrue(() => typesOf(talk, id).includes('complete'));

  it('by the service when it has no more results; its id can be used again', async () => {
    const talk = await talkTo(edge.url, [INIT, ask('a', 'subscription { ticks(count: 2) }')]);
    await answered(talk, 'a');
    expect(typesOf(talk, 'a')).toEqual(['next', 'next', 'complete']);
    talk.send(ask('a', '{ one }'));
    await untilTrue(() => typesOf(talk, 'a').length === 5);
    expect(talk.messages.at(-2)).toEqual({ type: 'next', id: 'a', payload: { data: { one: 1 } } });
    talk.socket.close();
  });

  it('by an error, after which nothing follows; its id can be used again', async () => {
    const talk = await talkTo(edge.url, [INIT, ask('a', '{ nothing }')]);
    await untilTrue(() => typesOf(talk, 'a').includes('error'));
    talk.send(ask('a', '{ one }'), ask('b', '{ one }'));
    await answered(talk, 'b');
    expect(typesOf(talk, 'a')).toEqual(['error', 'next', 'complete']);
    talk.socket.close();
  });

  it('by the client, which gets nothing more of it; its id can be used again', async () => {
    const before = left;
    const talk = await talkTo(edge.url, [INIT, TICKS, { type: 'complete', id: 'a' }]);
    await untilTrue(() => left === before + 1);
    talk.send(ask('a', '{ one }'));
    await answered(talk, 'a');
    expect(typesOf(talk, 'a')).toEqual(['next', 'complete']);
    talk.socket.close();
  });

  it('by the client also while a query runs, whose id can be used again, and a completion of nothing changes nothing', async () => {
    const talk = await talkTo(edge.url, [INIT, { type: 'complete', id: 'none' }, HELD, { type: 'complete', id: 'a' }]);
    talk.send(ask('a', '{ one }'));
    await answered(talk, 'a');
    expect(talk.messages.slice(1)).toEqual([
      { type: 'next', id: 'a', payload: { data: { one: 1 } } },
      { type: 'complete', id: 'a' },
    ]);
    talk.socket.close();
  });

  it('a pong that was not asked for changes nothing, and the acknowledgement comes once', async () => {
    const talk = await talkTo(edge.url, [
      INIT,
      { type: 'pong' },
      { type: 'pong', payload: { a: 1 } },
      ask('a', '{ one }'),
    ]);
    await answered(talk, 'a');
    expect(talk.messages.map(({ type }) => type)).toEqual(['connection_ack', 'next', 'complete']);
    talk.socket.close();
  });
});
