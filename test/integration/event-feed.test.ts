import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openFeed, type RunningFeed } from '../../src/adapters/events/feed';
import { RECENT_LIMITS, type RecentLimits } from '../../src/adapters/events/recent-events';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { readEvents } from '../../src/application/events/read-events';
import { CursorAhead, CursorExpired, NewerEvent, type PlacedEvent } from '../../src/application/ports/event-log';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import type { EpochMs } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { UnreadableEvent } from '../../src/domain/ticket/upcast';
import {
  commands,
  everything,
  lockingAt,
  newTicket,
  openStore,
  seeing,
  submission,
  type TestStore,
} from '../support/store';
import { untilTrue } from '../support/until';

let store: TestStore;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  store = await openStore({ poolSize: 12 });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => store.close());

const CALL: Command = { type: 'recordCall', note: null };

/** A process of its own on the same database: it writes, and follows the log. */
async function processOn(
  options: {
    readonly limits?: RecentLimits;
    readonly pollMs?: number;
    readonly onError?: (error: unknown) => void;
    readonly onDeadline?: (at: EpochMs) => void;
    readonly now?: () => EpochMs;
  } = {},
) {
  const dataSource = await createDataSource({ url: store.url, poolSize: 8 }).initialize();
  const pool = poolOf(dataSource);
  const feed: RunningFeed = await openFeed({ pool, url: store.url, ...options });
  closing.push(async () => {
    await feed.close();
    await dataSource.destroy();
  });
  const changeTickets = createChangeTickets({
    ...store,
    store: lockingAt(store.clock, createTicketStore({ pool, onCommitted: (commit) => feed.committed(commit) })),
  });
  const submit = async (): Promise<string> => {
    const [changed] = await changeTickets([submission(newTicket(store.client.id))]);
    if (changed?.ticket === null || changed === undefined) throw new Error('refused');
    return changed.ticket.id;
  };
  const log = createEventLog(pool);
  /** Subscribes to what is recorded from now on. */
  const subscribe = async (accepts: (event: PlacedEvent) => boolean = all) =>
    feed.subscribe(everything, { after: await log.place(), accepts });
  return { feed, log, changeTickets, submit, subscribe };
}

const take = async (events: AsyncIterator<PlacedEvent>, count: number): Promise<PlacedEvent[]> => {
  const taken: PlacedEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    taken.push(value as PlacedEvent);
  }
  return taken;
};
const names = (events: readonly PlacedEvent[]) => events.map(({ ticketId, number }) => `${ticketId}/${number}`);
const all = () => true;

test('a subscriber receives what is recorded after it subscribed, and nothing from before', async () => {
  const { changeTickets, submit, subscribe } = await processOn();
  // Again and again, for what the log has not shown yet is what could slip through.
  for (let round = 0; round < 20; round++) {
    const id = await submit();
    const events = await subscribe(({ ticketId }) => ticketId === id);
    await changeTickets([commands(id, [CALL])]);
    expect(names(await take(events, 1))).toEqual([`${id}/2`]);
    await events.return?.();
  }
});

test('no event of eight writers in two processes is lost, and each ticket’s events come in order', async () => {
  const [here, there] = [await processOn(), await processOn()];
  const seen = await here.subscribe();
  const filtered = await there.subscribe(({ type }) => type === 'SUBMITTED');
  const ROUNDS = 40;
  const writing = Array.from({ length: 8 }, async (_, writer) => {
    const { changeTickets, submit } = writer % 2 === 0 ? here : there;
    const id = await submit();
    for (let round = 0; round < ROUNDS; round++) await changeTickets([commands(id, [CALL, CALL])]);
    return id;
  });
  const events = await take(seen, 8 * (1 + 2 * ROUNDS));
  const ids = await Promise.all(writing);
  for (const id of ids) {
    const numbers = events.filter(({ ticketId }) => ticketId === id).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 1 + 2 * ROUNDS }, (_, index) => index + 1));
  }
  expect(new Set((await take(filtered, 8)).map(({ ticketId }) => ticketId))).toEqual(new Set(ids));
});

test('an event of another process arrives before the next poll', async () => {
  const here = await processOn({ pollMs: 60_000 });
  const there = await processOn({ pollMs: 60_000 });
  const events = await here.subscribe();
  const id = await there.submit();
  expect(names(await take(events, 1))).toEqual([`${id}/1`]);
});

test('a deadline is announced to other processes if it is less than ten seconds away', async () => {
  const start = store.clock.now();
  let now = start;
  const here = await processOn({ now: () => now });
  const announced: EpochMs[] = [];
  await processOn({ onDeadline: (at) => announced.push(at) });
  here.feed.committed({ nextDeadlineAt: start + 10_000 });
  now += 5_000;
  // What is announced together is announced as the earliest.
  here.feed.committed({ nextDeadlineAt: now + 9_999 });
  await untilTrue(() => announced.length > 0);
  expect(announced).toEqual([start + 14_999]);
});

/** Inserts the second event of a ticket, which this version cannot read. */
async function insertUnreadable(id: string, type: string): Promise<void> {
  await store.pool.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT id, client_id, 2, $2, opened_at, opened_at, '{}', '{}' FROM tickets WHERE id = $1`,
    [id, type],
  );
}

test('a damaged event is reported once, and those after it are received', async () => {
  const errors: unknown[] = [];
  const { submit, subscribe } = await processOn({ onError: (error) => errors.push(error) });
  const events = await subscribe();
  const id = await submit();
  await insertUnreadable(id, 'ACKNOWLEDGED');
  const later = await submit();
  expect(names(await take(events, 2))).toEqual([`${id}/1`, `${later}/1`]);
  expect(errors).toEqual([expect.any(UnreadableEvent)]);
  expect(errors).toMatchObject([{ ticketId: id, number: 2, remedy: 'REPAIR' }]);
});

test('a subscriber is ended before an event of a newer version, and gets no later one from this process', async () => {
  const errors: unknown[] = [];
  const { submit, subscribe, feed, log } = await processOn({ onError: (error) => errors.push(error) });
  const from = await log.place();
  const live = await subscribe();
  const ofOther = await submit();
  const ofTicket = feed.subscribe(everything, { after: from, accepts: all, ticketId: ofOther });
  const ofNobody = feed.subscribe(seeing(), { after: from, accepts: all });
  const waiting = ofNobody.next();
  const id = await submit();
  await insertUnreadable(id, 'FORETOLD');
  const later = await submit();
  expect(names(await take(live, 2))).toEqual([`${ofOther}/1`, `${id}/1`]);
  await expect(live.next()).rejects.toThrow(NewerEvent);

  // One that comes later with a cursor reads the same from memory or from the database.
  for (const here of [feed, (await processOn()).feed]) {
    const again = here.subscribe(everything, { after: from, accepts: all });
    expect(names(await take(again, 2))).toEqual([`${ofOther}/1`, `${id}/1`]);
    await expect(again.next()).rejects.toThrow(NewerEvent);
  }
  // Subscribers who do not see it, or want another ticket, and those after it go on.
  expect(names(await take(ofTicket, 1))).toEqual([`${ofOther}/1`]);
  await ofTicket.return();
  const after = feed.subscribe(everything, { after: (await log.positionOf(await idOf(later))) - 1, accepts: all });
  expect(names(await take(after, 1))).toEqual([`${later}/1`]);
  await ofNobody.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(errors).toMatchObject([{ ticketId: id, number: 2, remedy: 'UPGRADE' }]);
});

test('a page of the log ends before an event of a newer version, and the next one says so', async () => {
  const { submit, log } = await processOn();
  const after = await log.place();
  const id = await submit();
  await insertUnreadable(id, 'FORETOLD');
  await submit();
  const select = async (events: readonly PlacedEvent[]) => events;
  const request = { after, count: 10, ticketId: null, select };
  const page = await readEvents(log, everything, request);
  expect(names(page.events)).toEqual([`${id}/1`]);
  expect(page.hasMore).toBe(true);
  await expect(readEvents(log, everything, { ...request, after: page.end })).rejects.toThrow(NewerEvent);
  expect(await readEvents(log, seeing(), request)).toMatchObject({ events: [], hasMore: false });
});

const idOf = async (ticketId: string): Promise<string> =>
  (await store.pool.query('SELECT id FROM events WHERE ticket_id = $1 AND number = 1', [ticketId])).rows[0].id;

const connect = async (url = store.url): Promise<Client> => {
  const client = new Client(url);
  await client.connect();
  closing.push(() => client.end());
  return client;
};

test('open transactions of this database and of another hold back nothing', async () => {
  const { submit, subscribe } = await processOn();
  const other = new URL(store.url);
  other.pathname = '/postgres';
  const writers = [await connect(), await connect(), await connect(other.href)];
  for (const writer of writers) {
    await writer.query('BEGIN');
    await writer.query('SELECT pg_current_xact_id()');
  }
  const events = await subscribe();
  const id = await submit();
  expect(names(await take(events, 1))).toEqual([`${id}/1`]);
  for (const writer of writers) await writer.query('ROLLBACK');
});

test('an event of a transaction that began first and commits last is received last', async () => {
  const { submit, changeTickets, subscribe } = await processOn();
  const id = await submit();
  await changeTickets([commands(id, [CALL])]);
  const slow = await connect();
  await slow.query('BEGIN');
  await slow.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT ticket_id, client_id, 3, type, at, recorded_at, actor, data FROM events WHERE ticket_id = $1 AND number = 2`,
    [id],
  );
  const events = await subscribe();
  const later = await submit();
  expect(names(await take(events, 1))).toEqual([`${later}/1`]);
  await slow.query('COMMIT');
  expect(names(await take(events, 1))).toEqual([`${id}/3`]);
});

test('events of keyed changes of one ticket at the same time come in the order of their numbers', async () => {
  const [here, there] = [await processOn(), await processOn()];
  const events = await there.subscribe();
  const id = await here.submit();
  const ROUNDS = 60;
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      [here, there, here].map(({ changeTickets }, index) =>
        changeTickets([commands(id, [CALL], { idempotency: { key: `${id}/${round}/${index}`, fingerprint: 'a' } })]),
      ),
    );
  }
  const numbers = (await take(events, 1 + 3 * ROUNDS)).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 1 + 3 * ROUNDS }, (_, index) => index + 1));
});

const callsOf = (count: number, note: string | null = null): Command[] =>
  Array.from({ length: count }, () => ({ type: 'recordCall', note }));

test('a subscriber that takes nothing loses nothing, keeps nothing, and delays no other', async () => {
  const { changeTickets, submit, subscribe } = await processOn({ limits: { ...RECENT_LIMITS, events: 100 } });
  const [stalled, healthy] = [await subscribe(), await subscribe()];
  const failing = await subscribe(() => {
    throw new Error('a filter that fails');
  });
  const id = await submit();
  const reading = take(healthy, 1 + 30 * 20);
  for (let round = 0; round < 30; round++) await changeTickets([commands(id, callsOf(20))]);
  const received = names(await reading);
  expect(received).toHaveLength(601);
  // The end of the log in memory begins after most of them.
  expect(names(await take(stalled, 601))).toEqual(received);
  await expect(failing.next()).rejects.toThrow('a filter that fails');
  expect(await failing.next()).toEqual({ done: true, value: undefined });
});

test('long events that become visible at once are received, however few may be kept', async () => {
  const { changeTickets, submit, subscribe } = await processOn({ limits: { ...RECENT_LIMITS, characters: 100_000 } });
  const [stalled, healthy] = [await subscribe(), await subscribe()];
  const id = await submit();
  const reading = take(healthy, 1 + 100);
  await changeTickets([commands(id, callsOf(100, 'x'.repeat(40_000)))]);
  const received = names(await reading);
  expect(received).toHaveLength(101);
  expect(names(await take(stalled, 101))).toEqual(received);
});

test('a subscriber goes on after any event of the log, without a gap and without repeating one', async () => {
  const { feed, changeTickets, submit, subscribe } = await processOn({ limits: { ...RECENT_LIMITS, events: 20 } });
  const live = await subscribe();
  const id = await submit();
  for (let round = 0; round < 5; round++) await changeTickets([commands(id, callsOf(20))]);
  const received = await take(live, 101);
  for (const index of [0, 1, 50, 79, 80, 81, 99]) {
    const after = received[index]?.position ?? 0;
    const events = feed.subscribe(everything, { after, accepts: all });
    const missed = received.slice(index + 1);
    expect(names(await take(events, missed.length))).toEqual(names(missed));
    await changeTickets([commands(id, [CALL])]);
    const next = await take(live, 1);
    expect(names(await take(events, 1))).toEqual(names(next));
    received.push(...next);
    await events.return();
  }
});

test('only the events of one ticket, or of the clients that are seen, are read from the log', async () => {
  const { feed, log, submit, changeTickets } = await processOn({ limits: { ...RECENT_LIMITS, events: 1 } });
  const after = await log.place();
  const [one, two] = [await submit(), await submit()];
  await changeTickets([commands(one, [CALL]), commands(two, [CALL])]);
  await log.place();
  const ofOne = feed.subscribe(everything, { after, accepts: all, ticketId: one });
  expect(names(await take(ofOne, 2))).toEqual([`${one}/1`, `${one}/2`]);
  const unseen = feed.subscribe({ sees: [] }, { after, accepts: all });
  const seen = feed.subscribe({ sees: [store.client.id] }, { after, accepts: all });
  expect(await take(seen, 4)).toHaveLength(4);
  const ended = unseen.take(1);
  await unseen.return();
  expect(await ended).toEqual([]);
});

test('no event is missed while the connection to the database is lost', async () => {
  const { submit, subscribe } = await processOn();
  const events = await subscribe();
  const first = await submit();
  expect(names(await take(events, 1))).toEqual([`${first}/1`]);
  const other = await connect();
  await other.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const [second, third] = [await submit(), await submit()];
  expect(names(await take(events, 2))).toEqual([`${second}/1`, `${third}/1`]);
});

test('a subscription ends when its subscriber returns, and every one when the feed closes', async () => {
  const { feed, submit, subscribe } = await processOn();
  const [one, two] = [await subscribe(), await subscribe()];
  const waiting = one.next();
  await two.return();
  await submit();
  expect(await two.next()).toEqual({ done: true, value: undefined });
  expect((await waiting).done).toBe(false);
  const last = one.next();
  await feed.close();
  expect(await last).toEqual({ done: true, value: undefined });
  expect(await feed.subscribe(everything, { after: feed.position, accepts: all }).next()).toEqual({
    done: true,
    value: undefined,
  });
});

test('a subscriber whose events are not kept any more, or are not there, gets an error', async () => {
  const { feed, log, submit } = await processOn({ limits: { ...RECENT_LIMITS, events: 1 } });
  await submit();
  await submit();
  const newest = await log.place();
  const retain = (removedTo: number) => store.pool.query('UPDATE event_retention SET removed_to = $1', [removedTo]);
  await retain(newest - 1);
  try {
    await expect(feed.subscribe(everything, { after: newest - 2, accepts: all }).next()).rejects.toThrow(CursorExpired);
    expect(await take(feed.subscribe(everything, { after: newest - 1, accepts: all }), 1)).toHaveLength(1);
  } finally {
    await retain(0);
  }
  const ahead = feed.subscribe(everything, { after: newest + 1, accepts: all });
  const refused = expect(ahead.next()).rejects.toThrow(CursorAhead);
  await restoreTo(newest - 1);
  await refused;
});

/** Removes the positions after one, as a database has them that was restored to an earlier time. */
async function restoreTo(position: number): Promise<void> {
  const { pool } = store.owner;
  await pool.query('ALTER TABLE event_positions DISABLE TRIGGER event_positions_append_only');
  await pool.query('DELETE FROM event_positions WHERE position > $1', [position]);
  await pool.query('UPDATE event_placements SET last_position = $1', [position]);
  await pool.query('ALTER TABLE event_positions ENABLE ALWAYS TRIGGER event_positions_append_only');
}
