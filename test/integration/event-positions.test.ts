import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { createDataSource, poolOf } from '../../src/adapters/persistence/database/data-source';
import { settingText } from '../../src/adapters/persistence/database/query-as';
import { sessionSettingsOf } from '../../src/adapters/persistence/database/session-settings';
import { placeRestored } from '../../src/adapters/persistence/log/place-restored';
import { createEventLog, type FollowedLog } from '../../src/adapters/persistence/log/postgres-event-log';
import type { Command } from '../../src/domain/ticket/commands';
import { commands, newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;
let log: FollowedLog;

beforeAll(async () => {
  store = await openStore({ poolSize: 12 });
  log = createEventLog(store.pool);
});
beforeEach(() => log.place());
afterAll(() => store.close());

const CALL: Command = { type: 'recordCall', note: null };

const submit = async (calls = 0): Promise<string> => {
  const change = submission(newTicket(store.client.id));
  await store.changeTickets([change]);
  if (calls > 0)
    await store.changeTickets([
      commands(
        change.ticketId,
        Array.from({ length: calls }, () => CALL),
      ),
    ]);
  return change.ticketId;
};

/** What the function returns; undefined if another transaction has its lock. */
const placeAtMost = async (most: number, isWaiting = false) =>
  (await store.pool.query('SELECT * FROM place_events($1, $2)', [isWaiting, most])).rows[0] as
    | { readonly newest: string; readonly placed: number; readonly is_complete: boolean }
    | undefined;

interface Placed {
  readonly position: number;
  readonly ticket_id: string;
  readonly number: number;
}
const placedAfter = async (position: number): Promise<readonly Placed[]> =>
  (
    await store.pool.query(
      `SELECT p.position::int, e.ticket_id, e.number FROM event_positions p JOIN events e ON e.id = p.event_id
        WHERE p.position > $1 ORDER BY p.position`,
      [position],
    )
  ).rows;

/** The positions have no gap, and the events of each ticket are in the order of their numbers. */
function expectOrder(rows: readonly Placed[], after: number): void {
  expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => after + 1 + index));
  const last = new Map<string, number>();
  for (const { ticket_id, number } of rows) {
    expect([ticket_id, number]).toEqual([ticket_id, (last.get(ticket_id) ?? 0) + 1]);
    last.set(ticket_id, number);
  }
}

const unplaced = async (): Promise<unknown> =>
  (await store.pool.query('SELECT oldest_event_without_position() AS at')).rows[0].at;

test('each event gets one position, in several batches too, while others are recorded', async () => {
  const start = await log.place();
  let isWriting = true;
  const writing = Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 15; round++) await submit(round);
    }),
  ).finally(() => {
    isWriting = false;
  });
  const placing = async () => {
    while (isWriting) await placeAtMost(3, true);
  };
  await Promise.all([writing, placing(), placing()]);
  await log.place();
  const rows = await placedAfter(start);
  expect(rows).toHaveLength(4 * Array.from({ length: 15 }, (_, n) => n + 1).reduce((a, b) => a + b, 0));
  expectOrder(rows, start);
  expect(await unplaced()).toBeNull();
});

test('an event whose transaction was running when later ones got positions gets one when it has committed', async () => {
  const slow = new Client(store.url);
  await slow.connect();
  const start = await log.place();
  const id = await submit();
  await slow.query('BEGIN');
  await slow.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT ticket_id, client_id, 2, 'CALL_RECORDED', at, recorded_at, actor, '{}' FROM events WHERE ticket_id = $1`,
    [id],
  );
  await submit();
  expect(await placeAtMost(1)).toMatchObject({ placed: 1, is_complete: false });
  await slow.query('COMMIT');
  await slow.end();
  // Of the snapshot of the first batch one event is left, and then comes the late one.
  expect(await placeAtMost(1)).toMatchObject({ placed: 1 });
  await log.place();
  const rows = await placedAfter(start);
  expect(rows).toHaveLength(3);
  expectOrder(rows, start);
});

test('one process gives positions at a time; another one does not wait', async () => {
  const holder = new Client(store.url);
  await holder.connect();
  await submit();
  await holder.query('BEGIN');
  expect((await holder.query('SELECT * FROM place_events(false, 10)')).rows).toHaveLength(1);
  expect(await placeAtMost(10)).toBeUndefined();
  expect(await log.tryPlace()).toBeNull();
  const waiting = log.place();
  await holder.query('ROLLBACK');
  const newest = await waiting;
  expect(await placedAfter(newest - 1)).toHaveLength(1);
  await holder.end();
});

test('when there is nothing new, nothing is written', async () => {
  const state = async () => (await store.pool.query('SELECT * FROM event_placements')).rows;
  const before = await state();
  expect(before).toHaveLength(1);
  expect(await placeAtMost(10)).toMatchObject({ placed: 0, is_complete: true });
  expect(await state()).toEqual(before);
});

describe('a database that was restored to another server', () => {
  /** The number of its next transaction, with which the snapshots of the other one are compared. */
  const next = async (): Promise<number> =>
    Number((await store.pool.query('SELECT pg_current_xact_id() AS xid')).rows[0].xid);

  test.each([
    ['has begun fewer transactions', (xid: number) => `${xid + 900_000}:${xid + 900_000}:`, '1'],
    ['has begun more transactions', () => '700:700:', '1'],
    ['had its counter set back', (xid: number) => `${xid + 900_000}:${xid + 900_000}:`, null],
  ])('goes on with the next position when the server %s', async (_, snapshot, cluster) => {
    const start = await log.place();
    const known = await placedAfter(0);
    await store.pool.query('UPDATE event_placements SET placed = $1, cluster = coalesce($2::bigint, cluster)', [
      snapshot(await next()),
      cluster,
    ]);
    // One event without a position was restored too, with the number of a transaction to come.
    const restored = await submit();
    await store.owner.pool.query('ALTER TABLE events DISABLE TRIGGER events_append_only');
    await store.owner.pool.query(`UPDATE events SET xid = '800000' WHERE ticket_id = $1`, [restored]);
    await store.owner.pool.query('ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only');
    const recorded = await submit(2);
    await placeAtMost(2, true);
    expect(await unplaced()).not.toBeNull();
    await log.place();
    expect(await placedAfter(0)).toEqual([...known, ...(await placedAfter(start))]);
    const rows = await placedAfter(start);
    expect(rows.map(({ ticket_id }) => ticket_id)).toEqual([restored, recorded, recorded, recorded]);
    expectOrder(rows, start);
    await submit();
    expect(await log.place()).toBe(start + 5);
    expect(await unplaced()).toBeNull();
  });

  test('gets its positions behind a pooler, where each transaction makes its own settings', async () => {
    const known = await placedAfter(0);
    await store.pool.query('UPDATE event_placements SET cluster = 1');
    const ids = [await submit(), await submit()];
    const pooler = { hasPreparedStatements: false, searchPath: 'public' };
    const dataSource = await createDataSource({ url: store.owner.url, pooler }).initialize();
    const settings = sessionSettingsOf(poolOf(dataSource));
    const runner = dataSource.createQueryRunner();
    try {
      // A connection of a pooler is as another program has left it.
      await runner.query('SET search_path TO pg_catalog');
      await placeRestored(runner, settings === undefined ? null : settingText(settings));
    } finally {
      await runner.release();
      await dataSource.destroy();
    }
    expect((await placedAfter(known.length)).map(({ ticket_id }) => ticket_id)).toEqual(ids);
    expect(await unplaced()).toBeNull();
  });
});

test('the position of an event that has just been recorded is given when it is asked for', async () => {
  const id = await submit();
  const [event] = (await store.pool.query('SELECT id FROM events WHERE ticket_id = $1', [id])).rows;
  const position = await log.positionOf(event.id);
  expect(await placedAfter(position - 1)).toMatchObject([{ position, ticket_id: id, number: 1 }]);
  await expect(log.positionOf('999999999')).rejects.toThrow('Event 999999999 has no position');
});

test('a page that is not full ends at the last position that its read could see', async () => {
  const start = await log.place();
  const id = await submit(2);
  await submit(1);
  const newest = await log.place();
  const scope = { sees: 'ALL', ticketId: id } as const;
  expect(newest).toBe(start + 5);
  expect(await log.after(start, 10, scope)).toMatchObject({ next: newest, isFull: false });
  expect(await log.after(newest, 10, scope)).toMatchObject({ entries: [], next: newest, isFull: false });
  expect(await log.after(start, 3, scope)).toMatchObject({ next: start + 3, isFull: true });
  // A reader who has seen more, on a server that was lost since, does not go back.
  expect(await log.after(newest + 7, 10, scope)).toMatchObject({ entries: [], next: newest + 7, isFull: false });
  await submit();
  expect((await log.after(start, 10, scope)).next).toBe(newest);
});

test('positions are not changed and not removed', async () => {
  await submit();
  await log.place();
  for (const change of ['UPDATE event_positions SET position = position + 1', 'DELETE FROM event_positions']) {
    await expect(store.owner.pool.query(change)).rejects.toThrow('append-only');
  }
});
