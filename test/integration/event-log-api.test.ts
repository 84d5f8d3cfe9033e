import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { Client as Database } from 'pg';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { listenOver, openSocket } from '../support/graphql-socket';

let service: TestService;
let other: TestService;
const sockets: Client[] = [];

beforeAll(async () => {
  service = await startTestService();
  other = await startTestService({ database: service.database });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) await socket.dispose();
});
afterAll(async () => {
  await other.close();
  await service.close();
});

const START = 'e0000000000000000';
const PAGE = `query ($first: Int, $after: EventCursor, $filter: TicketEventFilter) {
  events(first: $first, after: $after, filter: $filter) {
    edges { cursor node { type cursor number ticket { id } } } nodes { type }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const page = async (variables: Json = {}): Promise<Json> => (await service.data(PAGE, variables)).events;
const errorOf = async (variables: Json): Promise<Json> => {
  const { errors } = await service.ask(PAGE, variables);
  return { code: errors[0]?.extensions.code, message: errors[0]?.message };
};

const listen = (query: string, variables: Json = {}, to: TestService = service) => {
  const socket = openSocket(to.url);
  sockets.push(socket);
  return listenOver(socket, query, variables);
};
const EVENTS = `subscription ($after: EventCursor, $filter: TicketEventFilter) {
  ticketEvents(after: $after, filter: $filter) { cursor event { number type } ticket { id } }
}`;

/** The whole log, by pages of so many events. */
async function everything(first: number, filter: Json = {}): Promise<Json[]> {
  const edges: Json[] = [];
  for (let after = START; ; ) {
    const { edges: found, pageInfo } = await page({ first, after, filter });
    edges.push(...found);
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) return edges;
  }
}

/** A ticket with four events. */
async function live(to: TestService = service): Promise<string> {
  const ticketId = await to.submit(SEV1);
  await to.mutate('acknowledgeTicket', { ticketId });
  await to.mutate('recordCall', { ticketId });
  await to.mutate('resolveTicket', { ticketId });
  return ticketId;
}

describe('the query events', () => {
  it('pages the log of all events in its order, whatever the length of the pages', async () => {
    await live();
    await live(other);
    const byOne = await everything(1);
    expect(byOne.length).toBeGreaterThanOrEqual(8);
    expect(await everything(3)).toEqual(byOne);
    expect(await everything(100)).toEqual(byOne);
    const cursors = byOne.map(({ cursor }) => cursor);
    expect(cursors).toEqual([...new Set(cursors)].toSorted());
    expect(byOne.every(({ cursor, node }) => cursor === node.cursor)).toBe(true);
    const { nodes, pageInfo } = await page({ first: 2 });
    expect(nodes.map(({ type }: Json) => type)).toEqual(byOne.slice(0, 2).map(({ node }) => node.type));
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: cursors[0],
      endCursor: cursors[1],
    });
  });

  it('has what was recorded before it, and then nothing until more is recorded', async () => {
    await live(other);
    const last = (await everything(100)).at(-1);
    const { edges, pageInfo } = await page({ after: last.cursor });
    expect([edges, pageInfo]).toEqual([
      [],
      { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: last.cursor },
    ]);
    const ticketId = await other.submit(SEV2);
    expect((await page({ after: pageInfo.endCursor })).edges).toMatchObject([
      { node: { number: 1, ticket: { id: ticketId } } },
    ]);
  });

  it('filters by ticket, client, type and severity', async () => {
    const ticketId = await live();
    const second = await service.submit(SEV2);
    const numbersOf = async (filter: Json) => (await everything(2, filter)).map(({ node }) => node.number);
    expect(await numbersOf({ ticket: { eq: ticketId } })).toEqual([1, 2, 3, 4]);
    expect(await numbersOf({ ticket: { in: [ticketId, second] } })).toEqual([1, 2, 3, 4, 1]);
    expect(await numbersOf({ ticket: { eq: ticketId }, type: { in: ['CALL_RECORDED', 'RESOLVED'] } })).toEqual([3, 4]);
    expect(await numbersOf({ ticket: { in: [ticketId, second] }, severity: { eq: 'SEV2' } })).toEqual([1]);
  });

  it('refuses what is no cursor of the log, and a page of another length', async () => {
    const noCursor = { code: 'BAD_USER_INPUT', message: expect.stringContaining('must be a cursor of an event') };
    // The first one is of a release in which the log had no positions.
    for (const after of ['MTIzOjQ1', 'e1', 'e00000000000000001', 'x']) {
      expect([after, await errorOf({ after })]).toEqual([after, noCursor]);
    }
    for (const first of [0, -1, 101]) expect(await errorOf({ first })).toMatchObject({ code: 'BAD_USER_INPUT' });
    for (const after of ['e0000000900000000', 'e9007199254740993', 'e9999999999999999']) {
      expect([after, await errorOf({ after })]).toMatchObject([after, { code: 'CURSOR_AHEAD' }]);
    }
  });

  it('says that a cursor is older than the log is kept, as a subscription does', async () => {
    const cursors = (await everything(100)).map(({ cursor }) => cursor);
    const database = new Database(service.database.url);
    await database.connect();
    await database.query('UPDATE event_retention SET removed_to = 2');
    try {
      expect(await errorOf({ after: cursors[0] })).toMatchObject({ code: 'CURSOR_EXPIRED' });
      const listener = await listen(EVENTS, { after: cursors[0] });
      expect((await listener.has(1))[0].errors).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
      expect((await page({ after: cursors[1], first: 1 })).edges[0].cursor).toBe(cursors[2]);
      // Without a cursor, it begins where the log does.
      expect((await page({ first: 1 })).edges[0].cursor).toBe(cursors[2]);
    } finally {
      await database.query('UPDATE event_retention SET removed_to = 0');
      await database.end();
    }
  });
});

it('the cursor of an event can be used as soon as it is recorded', async () => {
  const ticketId = await service.submit(SEV2);
  const { ticket } = await service.mutate(
    'acknowledgeTicket',
    { ticketId },
    'ticket { events { nodes { cursor number } } }',
  );
  const [submitted, acknowledged] = ticket.events.nodes;
  expect(acknowledged.cursor > submitted.cursor).toBe(true);
  const { edges } = await page({ after: submitted.cursor });
  expect(edges.map(({ cursor }: Json) => cursor)).toEqual([acknowledged.cursor]);
});

describe('a subscription with a cursor', () => {
  it('has what was missed, then what is recorded, on any process, without a gap and each event once', async () => {
    const first = await listen(EVENTS, {});
    const ticketId = await live();
    const seen = (await first.has(4)).map(({ data }) => data.ticketEvents);
    first.leave();
    await live(other);
    const resumed = await listen(EVENTS, { after: seen[1].cursor }, other);
    await resumed.has(6);
    await live();
    const events = (await resumed.has(10)).map(({ data }) => data.ticketEvents);
    expect(events.slice(0, 2)).toEqual(seen.slice(2));
    expect(events.filter(({ ticket }) => ticket.id === ticketId)).toHaveLength(2);
    expect(events.map(({ cursor }) => cursor)).toEqual(
      (await everything(100, {})).map(({ cursor }) => cursor).filter((cursor) => cursor > seen[1].cursor),
    );
  });

  it('has changes of severity and breaches too', async () => {
    const ticketId = await service.submit(SEV2);
    await service.mutate('reclassifyTicket', { ticketId, impacts: SEV1, reason: 'worse' });
    const changes = await listen(
      'subscription ($after: EventCursor, $filter: SeverityChangedFilter) { severityChanged(after: $after, filter: $filter) { cursor change { to } } }',
      { after: START, filter: { ticket: { eq: ticketId } } },
    );
    expect((await changes.has(1))[0]).toMatchObject({ data: { severityChanged: { change: { to: 'SEV1' } } } });
    const breaches = await listen('subscription { commitmentBreached(after: "e0000000900000000") { cursor } }');
    expect((await breaches.has(1))[0].errors).toMatchObject([{ extensions: { code: 'CURSOR_AHEAD' } }]);
  });
});

it('/metrics has the lag of the feed, and nothing of tickets', async () => {
  await listen(EVENTS);
  await live();
  const metrics = await fetch(service.url.replace('/graphql', '/metrics'));
  const text = await metrics.text();
  expect([metrics.status, metrics.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
  for (const name of [
    'feed_unplaced_seconds',
    'feed_behind_seconds',
    'feed_delivery_lag_seconds',
    'feed_position',
    'subscriptions',
  ]) {
    expect(text).toMatch(new RegExp(`^stepdown_${name} [\\d.e-]+$`, 'm'));
  }
  for (const name of [
    'webhook_delivered_total',
    'webhook_pending',
    'webhook_oldest_pending_seconds',
    'unread_closed_total',
  ]) {
    expect(text).toMatch(new RegExp(`^stepdown_${name} 0$`, 'm'));
  }
  expect(text).toContain('process_cpu_seconds_total');
});
