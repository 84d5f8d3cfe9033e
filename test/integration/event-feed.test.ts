import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client, type Pool, type QueryConfig } from 'pg';
import { openFeed, type RunningFeed } from '../../src/adapters/events/feed';
import { WAITING_LIMITS, type WaitingLimits } from '../../src/adapters/events/waiting-events';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { READ_LOG } from '../../src/adapters/persistence/tickets/statements/read-log';
import { type LoggedEvent, SlowSubscriber } from '../../src/application/ports/events';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import type { Command } from '../../src/domain/ticket/commands';
import { UnreadableEvent } from '../../src/domain/ticket/upcast';
import { commands, everything, lockingAt, newTicket, openStore, submission, type TestStore } from '../support/store';
import { until } from '../support/until';

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
    readonly limits?: WaitingLimits;
    readonly pollMs?: number;
    readonly onError?: (error: unknown) => void;
  } = {},
) {
  const dataSource = await createDataSource({ url: store.url, poolSize: 8 }).initialize();
  const pool = poolOf(dataSource);
  const reading = countingReads(pool);
  const feed: RunningFeed = await openFeed({ pool: reading.pool, url: store.url, ...options });
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
  return { feed, changeTickets, submit, looks: reading.count };
}

/** The pool, and how often the log has been read over it: reads that have ended. */
function countingReads(pool: Pool): { readonly pool: Pool; readonly count: () => number } {
  let ended = 0;
  const counting = new Proxy(pool, {
    get: (target, property) =>
      property === 'query'
        ? async (statement: QueryConfig) => {
            const result = await target.query(statement);
            if (statement.name === READ_LOG.name) ended += 1;
            return result;
          }
        : Reflect.get(target, property),
  });
  return { pool: counting, count: () => ended };
}

const take = async (events: AsyncIterator<LoggedEvent>, count: number): Promise<LoggedEvent[]> => {
  const taken: LoggedEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    taken.push(value as LoggedEvent);
  }
  return taken;
};
const names = (events: readonly LoggedEvent[]) => events.map(({ ticketId, number }) => `${ticketId}/${number}`);
const all = () => true;

test('a subscriber receives what is recorded after it subscribed, and nothing from before', async () => {
  const { feed, changeTickets, submit } = await processOn();
  // Again and again, for what the log has not shown yet is what could slip through.
  for (let round = 0; round < 20; round++) {
    const id = await submit();
    const events = feed.subscribe(everything, ({ ticketId }) => ticketId === id);
    await changeTickets([commands(id, [CALL])]);
    expect(names(await take(events, 1))).toEqual([`${id}/2`]);
    await events.return?.();
  }
});

test('no event of eight writers in two processes is lost, and each ticket’s events come in order', async () => {
  const [here, there] = [await processOn(), await processOn()];
  const seen = here.feed.subscribe(everything, all);
  const filtered = there.feed.subscribe(everything, ({ type }) => type === 'SUBMITTED');
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
  const events = here.feed.subscribe(everything, all);
  const id = await there.submit();
  expect(names(await take(events, 1))).toEqual([`${id}/1`]);
});

test('an event that cannot be read is reported once, and those after it are received', async () => {
  const errors: unknown[] = [];
  const { feed, submit } = await processOn({ onError: (error) => errors.push(error) });
  const events = feed.subscribe(everything, all);
  const id = await submit();
  await store.pool.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT id, client_id, 2, 'FORETOLD', opened_at, opened_at, '{}', '{}' FROM tickets WHERE id = $1`,
    [id],
  );
  const later = await submit();
  expect(names(await take(events, 2))).toEqual([`${id}/1`, `${later}/1`]);
  expect(errors).toEqual([expect.any(UnreadableEvent)]);
  expect(errors).toMatchObject([{ ticketId: id, number: 2, message: expect.stringContaining('FORETOLD') }]);
});

test('an event that a transaction under way might precede is held back until that has ended', async () => {
  const { feed, submit, looks } = await processOn();
  const delivered: LoggedEvent[] = [];
  const events = feed.subscribe(everything, all);
  const slow = new Client(store.url);
  await slow.connect();
  await slow.query('BEGIN');
  await slow.query('SELECT pg_current_xact_id()');
  const id = await submit();
  const first = take(events, 1).then((taken) => delivered.push(...taken));
  // The log has been read from start to end, more than once, since the event was committed.
  const committedAt = looks();
  await until(looks, (count) => count >= committedAt + 3);
  expect(delivered).toEqual([]);
  await slow.query('COMMIT');
  await slow.end();
  await first;
  expect(names(delivered)).toEqual([`${id}/1`]);
});

test('a subscriber that does not keep up is ended, and the others receive everything', async () => {
  const { feed, changeTickets, submit } = await processOn({ limits: { ...WAITING_LIMITS, events: 300 } });
  const stalled = feed.subscribe(everything, all);
  const healthy = feed.subscribe(everything, all);
  const failing = feed.subscribe(everything, () => {
    throw new Error('a filter that fails');
  });
  const id = await submit();
  const reading = take(healthy, 1 + 30 * 20);
  for (let round = 0; round < 30; round++) {
    await changeTickets([
      commands(
        id,
        Array.from({ length: 20 }, () => CALL),
      ),
    ]);
  }
  expect(await reading).toHaveLength(601);
  await expect(stalled.next()).rejects.toBeInstanceOf(SlowSubscriber);
  expect(await stalled.next()).toEqual({ done: true, value: undefined });
  await expect(failing.next()).rejects.toThrow('a filter that fails');
});

test('long events that become visible at once end no subscriber that takes them', async () => {
  const { feed, changeTickets, submit } = await processOn({ limits: { ...WAITING_LIMITS, characters: 1_000_000 } });
  const stalled = feed.subscribe(everything, all);
  const healthy = feed.subscribe(everything, all);
  const id = await submit();
  const note = 'x'.repeat(40_000);
  const reading = take(healthy, 1 + 100);
  await changeTickets([
    commands(
      id,
      Array.from({ length: 100 }, () => ({ type: 'recordCall', note })),
    ),
  ]);
  expect(await reading).toHaveLength(101);
  await expect(stalled.next()).rejects.toThrow('more than 1,000,000 characters of events were waiting to be read');
});

test('no event is missed while the connection to the database is lost', async () => {
  const { feed, submit } = await processOn();
  const events = feed.subscribe(everything, all);
  const first = await submit();
  expect(names(await take(events, 1))).toEqual([`${first}/1`]);
  const other = new Client(store.url);
  await other.connect();
  await other.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await other.end();
  const [second, third] = [await submit(), await submit()];
  expect(names(await take(events, 2))).toEqual([`${second}/1`, `${third}/1`]);
});

test('a subscription ends when its subscriber returns, and every one when the feed closes', async () => {
  const { feed, submit } = await processOn();
  const [one, two] = [feed.subscribe(everything, all), feed.subscribe(everything, all)];
  const waiting = one.next();
  await two.return?.();
  await submit();
  expect(await two.next()).toEqual({ done: true, value: undefined });
  expect((await waiting).done).toBe(false);
  const last = one.next();
  await feed.close();
  expect(await last).toEqual({ done: true, value: undefined });
  expect(await feed.subscribe(everything, all).next()).toEqual({ done: true, value: undefined });
});
