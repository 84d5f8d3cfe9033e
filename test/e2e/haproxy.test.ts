import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Haproxy, noHaproxy, startHaproxy } from '../support/haproxy';
import { followByEventStream, followByWebSocket, type LogSubscriber } from '../support/log-subscribers';
import { freePort } from '../support/pgbouncer';
import { ask, type Serving, serve } from '../support/program';
import { until, untilTrue } from '../support/until';

const withHaproxy = noHaproxy === null ? describe : describe.skip;
if (noHaproxy !== null) process.stderr.write(`The tests with HAProxy are skipped: ${noHaproxy}\n`);

const SUBMIT = `mutation ($key: String!) { submitTicket(input: { subject: "x", idempotencyKey: $key,
  impacts: [{ audience: ALL_END_USERS, consequence: ORDERING_BLOCKED }] }) { ticket { id } userErrors { message } } }`;
const COUNT = '{ tickets { totalCount } }';
const EVENTS = `query ($after: EventCursor) { events(after: $after, first: 100) {
  nodes { id } pageInfo { hasNextPage endCursor } } }`;

interface EventsAnswer {
  readonly events: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

withHaproxy('three processes behind HAProxy, with subscribers over both transports', () => {
  let database: TestDatabase;
  let proxy: Haproxy;
  let ports: number[];
  let services: Serving[] = [];
  let subscribers: LogSubscriber[] = [];
  /** The cursor after which the subscribers begin. */
  let from = '';

  const start = (port: number) =>
    serve({
      DATABASE_URL: database.url,
      PORT: `${port}`,
      TRUST_PROXY: '1',
      ALLOWED_HOSTS: new URL(proxy.url).host,
      STEPDOWN_SHUTDOWN_DELAY_SECONDS: '2',
      DATABASE_POOL_SIZE: '12',
    });
  const isReady = ({ url }: { readonly url: string }) =>
    fetch(url.replace('/graphql', '/readyz')).then(
      ({ ok }) => ok,
      () => false,
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    ports = [await freePort(), await freePort(), await freePort()];
    proxy = await startHaproxy(ports);
    services = await Promise.all(ports.map(start));
    for (const service of services) await untilTrue(() => isReady(service));
    await untilTrue(() => isReady(proxy));
    await submit();
    const { endCursor } = (await ask<EventsAnswer>(proxy.url, EVENTS)).events.pageInfo;
    const { url } = proxy;
    subscribers = [0, 1, 2].flatMap(() => [followByWebSocket(url, endCursor), followByEventStream(url, endCursor)]);
    from = endCursor;
  });
  afterAll(async () => {
    for (const subscriber of subscribers) subscriber.close();
    for (const { child } of services) child.kill('SIGKILL');
    await proxy?.close();
    await database.drop();
  });

  /** Submits a ticket, with the same key until it is answered. Returns how often that failed. */
  async function submit(): Promise<number> {
    const key = randomUUID();
    let failed = 0;
    await untilTrue(() =>
      ask(proxy.url, SUBMIT, { key }).then(
        () => true,
        () => {
          failed += 1;
          return false;
        },
      ),
    );
    return failed;
  }

  /** Submits tickets by four clients while work is done. */
  async function whileSubmitting(work: () => Promise<void>): Promise<{ acknowledged: number; failed: number }> {
    const counts = { acknowledged: 0, failed: 0 };
    let isOver = false;
    const submitting = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        counts.failed += await submit();
        counts.acknowledged += 1;
      }
    });
    await untilTrue(() => counts.acknowledged > 5);
    await work();
    const before = counts.acknowledged;
    await untilTrue(() => counts.acknowledged > before + 5);
    isOver = true;
    await Promise.all(submitting);
    return counts;
  }
  const stored = async () => (await ask<{ tickets: { totalCount: number } }>(proxy.url, COUNT)).tickets.totalCount;

  /** The ids of the events of the log after the beginning of the subscribers. */
  async function logged(): Promise<readonly string[]> {
    const ids: string[] = [];
    let after = from;
    for (;;) {
      const { nodes, pageInfo } = (await ask<EventsAnswer>(proxy.url, EVENTS, { after })).events;
      ids.push(...nodes.map(({ id }) => id));
      if (!pageInfo.hasNextPage) return ids;
      after = pageInfo.endCursor;
    }
  }
  async function expectAllReceived(): Promise<void> {
    const ids = await logged();
    await untilTrue(() => subscribers.every((subscriber) => subscriber.ids.length >= ids.length));
    for (const subscriber of subscribers) expect(subscriber.ids).toEqual(ids);
  }

  /** The first process that has subscribers: the proxy may not have known all when they came. */
  const withSubscribers = (): Promise<number> =>
    until(
      async () => {
        const metrics = services.map(async ({ url }) => (await fetch(url.replace('/graphql', '/metrics'))).text());
        return (await Promise.all(metrics)).findIndex((text) => /^stepdown_subscriptions [1-9]/m.test(text));
      },
      (index) => index >= 0,
    );

  test('one is killed: each ticket is stored once, and subscribers go on without gap or duplicate', async () => {
    const before = await stored();
    const killed = await withSubscribers();
    const { acknowledged } = await whileSubmitting(async () => {
      await services[killed]?.end('SIGKILL');
    });
    expect(await stored()).toBe(before + acknowledged);
    await untilTrue(() => subscribers.some(({ interruptions }) => interruptions > 0));
    await expectAllReceived();
    services[killed] = await start(ports[killed] ?? 0);
  });

  test('each is replaced after SIGTERM: no request fails, and subscribers go on without gap or duplicate', async () => {
    const before = await stored();
    const earlier = subscribers.map(({ interruptions }) => interruptions);
    const { acknowledged, failed } = await whileSubmitting(async () => {
      for (const [index, service] of services.entries()) {
        expect(await service.end('SIGTERM')).toBe(0);
        const next = await start(ports[index] ?? 0);
        services[index] = next;
        await untilTrue(() => isReady(next));
      }
    });
    expect(failed).toBe(0);
    expect(await stored()).toBe(before + acknowledged);
    expect(subscribers.every(({ interruptions }, index) => interruptions > (earlier[index] ?? 0))).toBe(true);
    await expectAllReceived();
  });

  test('the requests of an event stream for many operations reach the process that reserved it', async () => {
    const stream = `${proxy.url}/stream`;
    for (let index = 0; index < 6; index += 1) {
      const token = await (await fetch(stream, { method: 'PUT' })).text();
      const opened = await fetch(`${stream}?token=${token}`, { headers: { accept: 'text/event-stream' } });
      expect(opened.status).toBe(200);
      const headers = { 'content-type': 'application/json', 'x-graphql-event-stream-token': token };
      const body = JSON.stringify({ query: COUNT, extensions: { operationId: 'count' } });
      expect((await fetch(stream, { method: 'POST', headers, body })).status).toBe(202);
      await opened.body?.cancel();
    }
  });
});
