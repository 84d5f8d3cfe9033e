import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEdgeServer } from '../support/edge-server';
import { startTestService, type TestService } from '../support/graphql-service';
import { askOver, type Listener, listenOver, openSocket, type Talk, talkTo } from '../support/graphql-socket';
import { exchange, flood, pingFrame, rawWebSocket, textFrame } from '../support/raw-http';
import { untilTrue } from '../support/until';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    config: { maxSockets: 6, maxSocketsPerAddress: 5, maxSubscriptions: 3, trustProxy: { kind: 'HOPS', hops: 1 } },
  });
});
afterAll(() => service.close());

const INIT = { type: 'connection_init' };

/** A socket by hand of a client at this address, which has sent these messages. */
const talk = (messages: readonly unknown[], address = '192.0.2.1'): Promise<Talk> =>
  talkTo(service.url, messages, { 'x-forwarded-for': address });
const leave = async ({ socket, closed }: Talk) => {
  socket.close();
  await closed;
};

describe('before connection_init', () => {
  it.each<[string, unknown, number]>([
    ['a ping', { type: 'ping' }, 4401],
    ['a pong', { type: 'pong' }, 4401],
    ['a completion', { type: 'complete', id: '1' }, 4401],
    ['an operation', { type: 'subscribe', id: '1', payload: { query: '{ viewer { seesAllClients } }' } }, 4401],
    ['another type', { type: 'hello' }, 4401],
    ['null', 'null', 4401],
    ['no JSON', 'hello', 4400],
    ['a long connection_init', { ...INIT, payload: { token: 'x'.repeat(16_384) } }, 4400],
  ])('%s closes the socket without an answer', async (_, message, code) => {
    const { messages, closed } = await talk([message]);
    expect([(await closed)[0], messages]).toEqual([code, []]);
  });

  it('a ping frame has no answer, and after it, it has one', async () => {
    const opened = await talk([]);
    opened.socket.ping('early');
    opened.socket.send(JSON.stringify(INIT));
    await untilTrue(() => opened.messages.length === 1);
    opened.socket.ping('late');
    opened.socket.send(JSON.stringify({ type: 'ping', payload: { a: 1 } }));
    opened.socket.send(JSON.stringify({ type: 'ping' }));
    await untilTrue(() => opened.messages.length === 3);
    expect(opened.messages).toEqual([
      { type: 'connection_ack' },
      { type: 'pong', payload: { a: 1 } },
      { type: 'pong' },
    ]);
    expect(opened.pongs).toEqual(['late']);
    await leave(opened);
  });
});

it('the payload of a ping is bounded', async () => {
  const { messages, closed } = await talk([INIT, { type: 'ping', payload: { a: 'x'.repeat(1_000) } }]);
  expect(await closed).toEqual([4400, 'A ping has at most 1000 characters']);
  expect(messages).toEqual([{ type: 'connection_ack' }]);
});

describe('a client that never reads', () => {
  /** More than the buffers of the operating system and the limit hold together, by far. */
  const LIMIT = 200_000_000;
  const NOT_READING = 'a socket was closed, because its client does not read';
  /** Soon enough that not much waits. */
  const TOO_MANY = 'a socket was closed, because its client sends too many messages';
  const query = '{ __schema { types { name description fields { name description args { name description } } } } }';
  let ids = 0;
  const operation = () => textFrame({ type: 'subscribe', id: `${ids++}`, payload: { query } });
  it.each<[string, readonly (() => Buffer)[], string]>([
    [
      'pings, pongs and completions',
      [
        () => textFrame({ type: 'ping', payload: { a: 'x'.repeat(900) } }),
        () => pingFrame('x'.repeat(125)),
        () => textFrame({ type: 'pong', payload: { a: 'x'.repeat(900) } }),
        () => textFrame({ type: 'complete', id: 'none' }),
      ],
      TOO_MANY,
    ],
    ['operations', [operation], NOT_READING],
  ])('and sends %s is closed', async (_, kinds, reason) => {
    const logged = service.logged.length;
    const areClosed = () => service.logged.slice(logged).filter(({ msg }) => msg === reason).length === kinds.length;
    const each = kinds.map(async (next) => {
      const socket = await rawWebSocket(service.url);
      const fifty = () => Buffer.concat(Array.from({ length: 50 }, next));
      expect(await flood(socket, fifty, areClosed, LIMIT)).toBeLessThan(LIMIT);
      await untilTrue(areClosed);
      // The close frame cannot be sent, so that the connection is cut: nothing more can be written.
      await untilTrue(() => {
        socket.write(next());
        return socket.destroyed;
      });
    });
    await Promise.all(each);
    // Others are served.
    const other = await talk([INIT]);
    await untilTrue(() => other.messages.length === 1);
    await leave(other);
  });

  it('and sends a hundred requests ahead gets an error and is closed', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ __typename }')}`;
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nApollo-Require-Preflight: 1\r\n\r\n`;
    const answers = await exchange(service.url, request.repeat(150));
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual([...Array(100).fill('200'), '429']);
  });

  it('and sends requests ahead has them carried out one after another', async () => {
    const { port, host } = new URL(service.url);
    const body = JSON.stringify({ query });
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    const head = `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
    const request = Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    // Nothing is read: soon nothing more can be sent either.
    let sent = 0;
    while (socket.write(request) || socket.bytesWritten - socket.writableLength > sent) {
      sent = socket.bytesWritten - socket.writableLength;
      await new Promise((resolve) => setImmediate(resolve));
      if (sent > LIMIT) break;
    }
    expect(sent).toBeLessThan(LIMIT);
    socket.destroy();
  });
});

it('a ping with a deeply nested payload closes only its socket, with the same reason', async () => {
  const nested = `{"type":"ping","payload":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
  const { closed } = await talk([INIT, nested]);
  expect(await closed).toEqual([4400, 'A ping has at most 1000 characters']);
});

it('messages that arrive together are handled in one turn of the event loop each', async () => {
  const edge = await startEdgeServer();
  const socket = await rawWebSocket(edge.url);
  const message = (id: number) => textFrame({ type: 'subscribe', id: `${id}`, payload: { query: '{ held }' } });
  socket.write(Buffer.concat(Array.from({ length: 50 }, (_, id) => message(id))));
  let [before, most] = [0, 0];
  while (before < 50) {
    await turn();
    most = Math.max(most, edge.begun.length - before);
    before = edge.begun.length;
  }
  expect(most).toBe(1);
  socket.destroy();
  edge.release();
  await edge.close();
});

it('a client that reads, and sends too many pings, is closed with a reason; others of its address are not', async () => {
  const other = await talk([INIT, { type: 'ping' }], '192.0.2.7');
  const floods = await Promise.all([1, 2].map(() => talk([INIT], '192.0.2.7')));
  // The limit is for windows of time, and one can end between two pings. So they go on.
  const sendPings = async ({ socket, messages }: Talk) => {
    for (let sent = 0; socket.readyState === socket.OPEN; sent += 500) {
      for (let n = 0; n < 500; n++) socket.send(JSON.stringify({ type: 'ping' }));
      await untilTrue(() => socket.readyState !== socket.OPEN || messages.length > sent + 500);
    }
  };
  await Promise.all(floods.map(sendPings));
  const reason = 'A socket can send 10,000 messages or 1,000 pings in 10 seconds, or fewer of a busy address';
  for (const { closed, messages } of floods) {
    expect(await closed).toEqual([4429, reason]);
    expect(messages.length).toBeGreaterThan(900);
  }
  other.socket.send(JSON.stringify({ type: 'ping' }));
  await untilTrue(() => other.messages.length === 3);
  await leave(other);
});

describe('limits', () => {
  it('of one address, and in all, close the next socket with a reason', async () => {
    const open: Talk[] = [];
    for (let n = 0; n < 5; n++) open.push(await talk([INIT]));
    await untilTrue(() => open.every(({ messages }) => messages.length === 1));
    const sixth = await talk([INIT]);
    expect(await sixth.closed).toEqual([1013, 'At most 5 sockets of one address (STEPDOWN_MAX_SOCKETS_PER_ADDRESS)']);
    open.push(await talk([INIT], '192.0.2.2'));
    const other = await talk([INIT], '192.0.2.3');
    expect(await other.closed).toEqual([1013, 'At most 6 sockets (STEPDOWN_MAX_SOCKETS)']);
    expect([...sixth.messages, ...other.messages]).toEqual([]);
    // Sockets that end in any way make room: closed, cut off, refused, broken off early.
    for (const [n, { socket, closed }] of open.entries()) {
      if (n % 2 === 0) socket.terminate();
      else socket.close();
      await closed;
    }
    for (let n = 0; n < 10; n++) await (await talk(['hello'])).closed;
    for (let n = 0; n < 10; n++) (await rawWebSocket(service.url)).destroy();
    await untilTrue(async () => {
      const again = await Promise.all([1, 2, 3, 4, 5].map(() => talk([INIT])));
      await untilTrue(() => again.every(({ socket, messages }) => messages.length === 1 || socket.readyState > 1));
      const accepted = again.filter(({ messages }) => messages.length === 1).length;
      await Promise.all(again.map(leave));
      return accepted === 5;
    });
  });

  it('of subscriptions refuse the next one, until one has ended in any way', async () => {
    const subscription = 'subscription { ticketEvents { cursor } }';
    const [first, second] = [openSocket(service.url), openSocket(service.url)];
    const refused = async () => {
      const { errors } = await askOver(second, subscription);
      return errors[0];
    };
    const listeners = [
      await listenOver(first, subscription),
      await listenOver(first, subscription),
      await listenOver(second, subscription),
    ];
    expect(await refused()).toMatchObject({
      message: 'This process serves at most 3 subscriptions at a time (STEPDOWN_MAX_SUBSCRIPTIONS); try again later.',
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
    });
    // Queries still run.
    expect(await askOver(second, '{ viewer { seesAllClients } }')).toMatchObject({ data: {} });
    // One that fails does not count.
    listeners[2]?.leave();
    for (let n = 0; n < 5; n++) {
      await untilTrue(async () => {
        const { errors } = await askOver(second, 'subscription { deadlineApproaching(lead: "-PT1S") { kind } }');
        return errors[0].extensions.code === 'BAD_USER_INPUT';
      });
    }
    first.terminate();
    await first.dispose();
    const three: Listener[] = [];
    // The service learns some time later that the first socket has gone.
    await untilTrue(async () => {
      const one = await listenOver(second, subscription);
      // A refusal comes before the answer to the query that follows.
      const isRefused = await Promise.race([one.ended.catch(() => true), turn()]);
      if (isRefused !== true) three.push(one);
      return three.length === 3;
    });
    expect(await refused()).toMatchObject({ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } });
    for (const { leave: end } of three) end();
    await second.dispose();
  });
});
