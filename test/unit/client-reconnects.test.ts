import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type ClientOptions,
  ConnectionError,
  createClient,
  MissedEventsError,
  RequestError,
  SlowReaderError,
} from '../../packages/client/src';

/** A WebSocket whose other end is the test. */
class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket;
  }

  readyState = FakeSocket.CONNECTING;
  readonly sent: { readonly type: string; readonly id?: string; readonly payload?: unknown }[] = [];
  onopen: (() => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  private readonly listeners: [type: string, listener: () => void][] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.all.push(this);
  }

  addEventListener(type: string, listener: () => void): void {
    this.listeners.push([type, listener]);
  }

  send(message: string): void {
    this.sent.push(JSON.parse(message));
  }

  /** As a browser does: an attempt to connect that is given up fails. */
  close(code = 1005, reason = ''): void {
    if (this.readyState === FakeSocket.CONNECTING) this.refuse();
    else this.drop(code, reason);
  }

  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The handshake of WebSocket and of the protocol. */
  async accept(): Promise<void> {
    this.readyState = FakeSocket.OPEN;
    this.tell('open', () => this.onopen?.());
    await jest.advanceTimersByTimeAsync(0);
    this.receive({ type: 'connection_ack' });
    await jest.advanceTimersByTimeAsync(0);
  }

  refuse(): void {
    this.tell('error', () => this.onerror?.({ type: 'error', message: 'connect ECONNREFUSED' }));
    this.drop(1006, '');
  }

  drop(code: number, reason: string): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    this.tell('close', () => this.onclose?.({ code, reason }));
  }

  get subscribed() {
    return this.sent.filter(({ type }) => type === 'subscribe');
  }

  private tell(type: string, own: () => void): void {
    own();
    for (const [of, listener] of this.listeners) if (of === type) listener();
  }
}

const LONGEST_WAIT_MS = 30_000;
const later = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/** A client that subscribes to numbers, and what it has received. */
function reading(options: Partial<ClientOptions> = {}) {
  const waits: number[] = [];
  const client = createClient({
    url: 'http://desk.example/graphql',
    webSocketImpl: FakeSocket,
    onRetry: (_cause, waitMs) => waits.push(waitMs),
    ...options,
  });
  const stream = client.subscribe<{ readonly n: number }>('subscription { n }');
  const numbers: number[] = [];
  const state = { error: null as unknown, isDone: false };
  void (async () => {
    try {
      for await (const { n } of stream) numbers.push(n);
      state.isDone = true;
    } catch (error) {
      state.error = error;
    }
  })();
  /** Refuses so many connections, each followed by the wait for the next one. */
  const refuse = async (times: number): Promise<void> => {
    await later(0);
    for (let attempt = 0; attempt < times; attempt += 1) {
      FakeSocket.last.refuse();
      await later(0);
      await later(waits.at(-1) ?? 0);
    }
  };
  return { client, stream, numbers, waits, state, refuse };
}

const next = async (socket: FakeSocket, payload: object): Promise<void> => {
  socket.receive({ type: 'next', id: socket.subscribed.at(-1)?.id, payload });
  await later(0);
};

beforeEach(() => {
  FakeSocket.all = [];
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a subscription', () => {
  it('goes on after a hundred refused connections', async () => {
    const { numbers, state, refuse } = reading();
    await refuse(100);
    expect(FakeSocket.all).toHaveLength(101);
    await FakeSocket.last.accept();
    await next(FakeSocket.last, { data: { n: 1 } });
    expect([numbers, state.error]).toEqual([[1], null]);
  });

  it('waits longer each time, with jitter, and at most 30 seconds; after a stable connection it begins again', async () => {
    const { waits, refuse } = reading();
    await refuse(10);
    const longest = (index: number) => Math.min(LONGEST_WAIT_MS, 500 * 2 ** index);
    expect(waits.filter((wait, index) => wait < longest(index) / 2 || wait > longest(index))).toEqual([]);
    await FakeSocket.last.accept();
    await later(9_000);
    FakeSocket.last.drop(1001, 'Going away');
    await later(0);
    await later(waits.at(-1) ?? 0);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(LONGEST_WAIT_MS / 2);
    await FakeSocket.last.accept();
    await later(11_000);
    FakeSocket.last.drop(1001, 'Going away');
    await later(0);
    expect(waits.at(-1)).toBeLessThanOrEqual(500);
  });

  it.each([1001, 1005, 1006, 1012, 1013, 4408])(
    'starts again on a new socket after the close code %i, with its variables',
    async (code) => {
      const client = createClient({ url: 'https://desk.example/graphql', webSocketImpl: FakeSocket });
      void client.subscribe('subscription ($n: Int) { n(n: $n) }', { n: 3 }).next();
      await later(0);
      await FakeSocket.last.accept();
      FakeSocket.last.drop(code, '');
      await later(500);
      await FakeSocket.last.accept();
      const payload = { query: 'subscription ($n: Int) { n(n: $n) }', variables: { n: 3 } };
      expect(FakeSocket.all.map(({ subscribed }) => subscribed)).toEqual([
        [expect.objectContaining({ payload })],
        [expect.objectContaining({ payload })],
      ]);
      expect(FakeSocket.last.url).toBe('wss://desk.example/graphql');
    },
  );

  it.each([1002, 1009, 1011, 4400, 4401, 4406, 4409, 4429, 4500])(
    'ends with the code and the reason where connecting again cannot help: %i',
    async (code) => {
      const { state } = reading();
      await later(0);
      await FakeSocket.last.accept();
      FakeSocket.last.drop(code, 'Because');
      await later(LONGEST_WAIT_MS);
      expect(state.error).toBeInstanceOf(ConnectionError);
      expect(state.error).toMatchObject({
        closeCode: code,
        message: `The socket was closed with code ${code}: Because`,
      });
      expect(FakeSocket.all).toHaveLength(1);
    },
  );

  it('ends with 4403 if its credential cannot change, and connects with a fresh one if it can', async () => {
    const fixed = reading({ key: 'sd_1' });
    await later(0);
    await FakeSocket.last.accept();
    FakeSocket.last.drop(4403, 'Forbidden');
    await later(LONGEST_WAIT_MS);
    expect(fixed.state.error).toMatchObject({ closeCode: 4403 });

    FakeSocket.all = [];
    let asked = 0;
    reading({
      token: async () => {
        asked += 1;
        return `t${asked}`;
      },
    });
    await later(0);
    await FakeSocket.last.accept();
    FakeSocket.last.drop(4403, 'Forbidden');
    await later(500);
    await FakeSocket.last.accept();
    expect(FakeSocket.all.map(({ sent }) => sent[0])).toEqual([
      { type: 'connection_init', payload: { authorization: 'Bearer t1' } },
      { type: 'connection_init', payload: { authorization: 'Bearer t2' } },
    ]);
  });

  it('sends no payload in connection_init without a credential', async () => {
    reading();
    await later(0);
    await FakeSocket.last.accept();
    expect(FakeSocket.last.sent[0]).toEqual({ type: 'connection_init' });
  });

  it('waits until its credential can be had', async () => {
    let asked = 0;
    const { numbers, waits } = reading({
      token: () => {
        asked += 1;
        if (asked < 3) throw new Error('the identity provider is down');
        return 't';
      },
    });
    await later(0);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await FakeSocket.last.accept();
      await later(waits.at(-1) ?? 0);
    }
    await FakeSocket.last.accept();
    await next(FakeSocket.last, { data: { n: 1 } });
    expect([asked, numbers]).toEqual([3, [1]]);
  });

  it('pings, and gives a socket up that does not answer', async () => {
    const { numbers } = reading();
    await later(0);
    await FakeSocket.last.accept();
    await later(15_000);
    const [first] = FakeSocket.all;
    expect(first?.sent.at(-1)).toEqual({ type: 'ping' });
    first?.receive({ type: 'pong' });
    await later(15_000);
    expect(first?.sent.filter(({ type }) => type === 'ping')).toHaveLength(2);
    expect(FakeSocket.all).toHaveLength(1);
    await later(10_500);
    expect([FakeSocket.all.length, first?.readyState]).toEqual([2, FakeSocket.CLOSED]);
    await FakeSocket.last.accept();
    await next(FakeSocket.last, { data: { n: 1 } });
    expect(numbers).toEqual([1]);
  });

  it('gives an attempt up that neither succeeds nor fails, and a connection that is not acknowledged', async () => {
    reading();
    await later(10_500);
    expect(FakeSocket.all).toHaveLength(2);
    const [, second] = FakeSocket.all;
    if (second !== undefined) second.readyState = FakeSocket.OPEN;
    second?.onopen?.();
    await later(12_000);
    expect(FakeSocket.all).toHaveLength(3);
  });

  it('starts again after an error that says so, and ends with any other', async () => {
    const { state, numbers } = reading();
    await later(0);
    await FakeSocket.last.accept();
    const fail = async (extensions: object) => {
      const { id } = FakeSocket.last.subscribed.at(-1) ?? {};
      FakeSocket.last.receive({ type: 'error', id, payload: [{ message: 'Not now.', extensions }] });
      await later(LONGEST_WAIT_MS);
    };
    await fail({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    // Without another subscription, the socket was closed.
    if (FakeSocket.last.subscribed.length < 1) await FakeSocket.last.accept();
    await next(FakeSocket.last, { data: { n: 1 } });
    await fail({ code: 'TOO_MANY_SUBSCRIPTIONS', requestId: 'r1' });
    expect(numbers).toEqual([1]);
    expect(state.error).toBeInstanceOf(RequestError);
    expect(state.error).toMatchObject({ code: 'TOO_MANY_SUBSCRIPTIONS', requestId: 'r1', retryable: false });
  });

  it('waits as long as an error says before it starts again', async () => {
    const { waits } = reading();
    await later(0);
    await FakeSocket.last.accept();
    const { id } = FakeSocket.last.subscribed.at(-1) ?? {};
    const extensions = { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 42 };
    FakeSocket.last.receive({ type: 'error', id, payload: [{ message: 'Not now.', extensions }] });
    await later(42_000);
    expect(waits).toEqual([expect.any(Number)]);
    expect(waits[0]).toBeGreaterThan(42_000);
    // With jitter, so that not all clients begin in the same moment.
    expect(waits[0]).toBeLessThanOrEqual(42_500);
  });

  it('ends with the errors of an event that could not be delivered, after the events before it', async () => {
    const { state, numbers } = reading();
    await later(0);
    await FakeSocket.last.accept();
    await next(FakeSocket.last, { data: { n: 1 } });
    await next(FakeSocket.last, { data: null, errors: [{ message: 'Slow.', extensions: { code: 'TIMED_OUT' } }] });
    expect(numbers).toEqual([1]);
    expect(state.error).toMatchObject({ name: 'RequestError', code: 'TIMED_OUT', data: null });
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({ type: 'complete' });
  });

  it('does not keep more events than the limit for a reader that has stopped', async () => {
    const client = createClient({ url: 'http://desk.example/graphql', webSocketImpl: FakeSocket });
    const stream = client.subscribe<{ readonly n: number }>('subscription { n }');
    await later(0);
    await FakeSocket.last.accept();
    for (let n = 0; n <= 10_000; n += 1) {
      FakeSocket.last.receive({ type: 'next', id: FakeSocket.last.subscribed[0]?.id, payload: { data: { n } } });
    }
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({ type: 'complete' });
    const read: number[] = [];
    await expect(
      (async () => {
        for await (const { n } of stream) read.push(n);
      })(),
    ).rejects.toThrow(SlowReaderError);
    expect([read.length, read[0], read.at(-1)]).toEqual([10_001, 0, 10_000]);
  });
});

describe('a subscription that is left', () => {
  it('is completed, and the socket is closed with the last one', async () => {
    const client = createClient({ url: 'http://desk.example/graphql', webSocketImpl: FakeSocket });
    const [one, two] = [client.subscribe('subscription { n }'), client.subscribe('subscription { n }')];
    await later(0);
    await FakeSocket.last.accept();
    expect(FakeSocket.last.subscribed).toHaveLength(2);
    // While a reader waits.
    const waiting = one.next();
    await one.return?.();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    await later(0);
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'complete')).toHaveLength(1);
    expect(FakeSocket.last.readyState).toBe(FakeSocket.OPEN);
    await two.return?.();
    await later(0);
    expect(FakeSocket.last.readyState).toBe(FakeSocket.CLOSED);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves nothing that keeps a process alive while the service is down', async () => {
    const { stream, state, refuse } = reading();
    await refuse(8);
    FakeSocket.last.refuse();
    await later(0);
    expect(jest.getTimerCount()).toBe(1);
    await stream.return?.();
    await later(0);
    expect([state.isDone, jest.getTimerCount(), FakeSocket.all.length]).toEqual([true, 0, 9]);
  });

  it('ends with all others when the client is closed', async () => {
    const { client, state } = reading();
    await later(0);
    await FakeSocket.last.accept();
    client.close();
    await later(0);
    expect([state.isDone, state.error]).toEqual([true, null]);
    expect(FakeSocket.last.readyState).toBe(FakeSocket.CLOSED);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a subscription that has cursors', () => {
  /** The cursors that it gives, for a document of one event type. */
  function following(document: string, variables?: object) {
    const waits: number[] = [];
    const client = createClient({
      url: 'http://desk.example/graphql',
      webSocketImpl: FakeSocket,
      onRetry: (_cause, waitMs) => waits.push(waitMs),
    });
    const state = { cursors: [] as string[], error: null as unknown };
    void (async () => {
      try {
        for await (const { given } of client.subscribe<{ given: { at: string } }>(document, variables as never)) {
          state.cursors.push(given.at);
        }
      } catch (error) {
        state.error = error;
      }
    })();
    const breakOff = async (code: number): Promise<void> => {
      FakeSocket.last.drop(code, '');
      await later(0);
      await later(waits.at(-1) ?? 0);
      await FakeSocket.last.accept();
    };
    return { client, state, breakOff };
  }
  const DOCUMENT =
    'subscription ($from: EventCursor, $n: Int) { given: ticketEvents(after: $from, n: $n) { ticket { id } at: cursor } }';
  const sentVariables = () =>
    (FakeSocket.last.subscribed.at(-1)?.payload as { variables?: object } | undefined)?.variables;
  const tell = (at: string) => next(FakeSocket.last, { data: { given: { at } } });

  it.each([1001, 1006, 1013])('goes on after its last event when the socket is closed with %i', async (code) => {
    const { client, state, breakOff } = following(DOCUMENT, { n: 3 });
    await later(0);
    await FakeSocket.last.accept();
    expect(sentVariables()).toEqual({ n: 3 });
    await tell('e1');
    await tell('e2');
    await breakOff(code);
    expect(sentVariables()).toEqual({ n: 3, from: 'e2' });
    // What was given already is not given again.
    for (const at of ['e1', 'e2', 'e3', 'e3', 'e4']) await tell(at);
    await breakOff(code);
    expect(sentVariables()).toEqual({ n: 3, from: 'e4' });
    expect(state).toEqual({ cursors: ['e1', 'e2', 'e3', 'e4'], error: null });
    client.close();
  });

  it('begins after the cursor that it is given', async () => {
    const { client, breakOff } = following(DOCUMENT, { from: 'e7' });
    await later(0);
    await FakeSocket.last.accept();
    await breakOff(1001);
    expect(sentVariables()).toEqual({ from: 'e7' });
    client.close();
  });

  it.each([
    ['whose cursor is not selected', DOCUMENT.replace('at: cursor', 'at: id')],
    ['that has no argument after', DOCUMENT.replace('after: $from, ', '')],
    ['that cannot be parsed', 'subscription {'],
  ])('starts again with its own variables if it is one %s', async (_, document) => {
    const { client, state, breakOff } = following(document, { n: 1 });
    await later(0);
    await FakeSocket.last.accept();
    await tell('e2');
    await breakOff(1001);
    await tell('e2');
    expect(sentVariables()).toEqual({ n: 1 });
    expect(state.cursors).toEqual(['e2', 'e2']);
    client.close();
  });

  it('goes on after its last event when it was ended with an error that says so', async () => {
    const { client, state } = following(DOCUMENT);
    await later(0);
    await FakeSocket.last.accept();
    await tell('e1');
    const { id } = FakeSocket.last.subscribed.at(-1) ?? {};
    const extensions = { code: 'SERVICE_UNAVAILABLE', retryable: true };
    await next(FakeSocket.last, { data: null, errors: [{ message: 'Not this process.', extensions }] });
    FakeSocket.last.receive({ type: 'complete', id });
    await later(LONGEST_WAIT_MS);
    // Without another subscription, the socket was closed.
    if (FakeSocket.last.subscribed.length < 1) await FakeSocket.last.accept();
    expect(sentVariables()).toEqual({ from: 'e1' });
    await tell('e2');
    expect(state).toEqual({ cursors: ['e1', 'e2'], error: null });
    client.close();
  });

  it.each(['CURSOR_EXPIRED', 'CURSOR_AHEAD'])('ends with its last cursor if it cannot go on: %s', async (code) => {
    const { state, breakOff } = following(DOCUMENT);
    await later(0);
    await FakeSocket.last.accept();
    await tell('e2');
    await breakOff(1001);
    const { id } = FakeSocket.last.subscribed.at(-1) ?? {};
    FakeSocket.last.receive({ type: 'error', id, payload: [{ message: 'Gone', extensions: { code } }] });
    await later(0);
    expect(state.error).toBeInstanceOf(MissedEventsError);
    expect(state.error).toMatchObject({ cursor: 'e2', cause: { code }, message: 'Gone' });
  });
});

it('says what to do where there is no WebSocket', () => {
  const { WebSocket: own } = globalThis as { WebSocket?: unknown };
  Reflect.deleteProperty(globalThis, 'WebSocket');
  try {
    const client = createClient({ url: 'http://desk.example/graphql' });
    expect(() => client.subscribe('subscription { n }')).toThrow(/install the package "ws"/);
  } finally {
    if (own !== undefined) Reflect.set(globalThis, 'WebSocket', own);
  }
});
