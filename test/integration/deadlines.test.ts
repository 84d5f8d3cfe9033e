import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { LoggedEvent } from '../../src/application/ports/logged-event';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { foldAll } from '../../src/domain/ticket/fold';
import { MOVED_NOW, makeClock, type ProcessOptions, startProcess, type TestProcess } from '../support/deadlines';
import { SEV1 } from '../support/impacts';
import { commands, everything, MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';
import { until } from '../support/until';

// MONDAY is 10:00 in New York. At SEV2 RESPONSE is due at 14:00 and at risk at 13:00; the response
// comes to nothing here, so UPDATE is due on Tuesday 10:00 and RESOLUTION on Wednesday 10:00.
const RESPONSE_RISK = MONDAY + 3 * HOUR_MS;
const RESPONSE_DUE = MONDAY + 4 * HOUR_MS;

let store: TestStore;
let moveTo: (at: EpochMs) => Promise<void>;
let processes: TestProcess[];

beforeEach(async () => {
  store = await openStore();
  moveTo = await makeClock(store.pool, MONDAY);
  processes = [];
});
afterEach(async () => {
  for (const one of processes) await one.close();
  await store.close();
});

const start = async (options: ProcessOptions = {}): Promise<TestProcess> => {
  const one = await startProcess(store, { now: MOVED_NOW, pollMs: 10, ...options });
  processes.push(one);
  return one;
};

const open = async (count = 1, more: Parameters<typeof newTicket>[1] = {}): Promise<string[]> => {
  const changes = Array.from({ length: count }, () => submission(newTicket(store.client.id, more), { at: MONDAY }));
  await store.changeTickets(changes);
  return changes.map(({ ticketId }) => ticketId);
};

const openOne = async (more: Parameters<typeof newTicket>[1] = {}): Promise<string> => {
  const [id] = await open(1, more);
  if (id === undefined) throw new Error('not opened');
  return id;
};

const eventsOf = async (id: string): Promise<readonly LoggedEvent[]> => {
  const page = { count: 100, from: 'START', after: null, before: null } as const;
  return (await store.reader.events(everything, id, null, page)).edges.map(({ node }) => node);
};

/** Whatever columns the engine writes: the stored ticket is what its log folds to. */
const expectFolded = async (id: string): Promise<void> => {
  const events = (await eventsOf(id)).map(({ id: _i, recordedAt: _r, ...event }) => event);
  expect(await store.reader.ticketById(everything, id)).toMatchObject(foldAll(events));
};

const overdue = async (): Promise<number> => {
  const { rows } = await store.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM tickets t
      WHERE next_deadline_at < ${MOVED_NOW} AND NOT EXISTS (SELECT FROM deadline_faults f WHERE f.ticket_id = t.id)`,
  );
  return rows[0]?.count ?? 0;
};
const settled = () => until(overdue, (count) => count === 0);

const onceKeys = async (): Promise<string[]> => {
  const { rows } = await store.pool.query<{ ticket_id: string; once_key: string }>(
    'SELECT ticket_id, once_key FROM events WHERE once_key IS NOT NULL ORDER BY 1, 2',
  );
  return rows.map((row) => `${row.ticket_id} ${row.once_key}`);
};
const responseMissed = (ids: readonly string[]): string[] =>
  ids.flatMap((id) => [`${id} RESPONSE/1/atRisk`, `${id} RESPONSE/1/breach`]).sort();

const faults = async () => {
  const { rows } = await store.pool.query<{ ticket_id: string; attempts: number; error: string }>(
    'SELECT ticket_id, attempts, error FROM deadline_faults ORDER BY 1',
  );
  return rows;
};

const ACKNOWLEDGE: Command = { type: 'acknowledge' };
const RESOLVE: Command = { type: 'resolve', resolution: null };

describe('the engine records without any command', () => {
  test('a mark and a breach at the computed instant, with the instant of detection', async () => {
    const id = await openOne();
    await start();
    await moveTo(RESPONSE_RISK + 1);
    await until(
      () => eventsOf(id),
      (events) => events.length === 2,
    );
    await moveTo(RESPONSE_DUE + 5_000);
    await settled();
    const [, mark, breach, ...rest] = await eventsOf(id);
    expect(mark).toMatchObject({ type: 'MARK_REACHED', kind: 'RESPONSE', mark: 'atRisk', at: RESPONSE_RISK });
    expect(breach).toMatchObject({
      type: 'COMMITMENT_BREACHED',
      at: RESPONSE_DUE,
      recordedAt: RESPONSE_DUE + 5_000,
      actor: { kind: 'SYSTEM' },
      breach: { at: RESPONSE_DUE, detectedAt: RESPONSE_DUE + 5_000, cause: 'DUE' },
    });
    expect(rest).toEqual([]);
    await expectFolded(id);
  });

  test('nothing at the due instant, and the breach a millisecond later', async () => {
    const id = await openOne();
    const { changeTickets } = await start();
    await moveTo(RESPONSE_DUE);
    // Another ticket that is overdue shows that the engine has looked since.
    const other = submission(newTicket(store.client.id), { at: MONDAY - HOUR_MS });
    await changeTickets([other]);
    await until(
      () => eventsOf(other.ticketId),
      (events) => events.length === 3,
    );
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['SUBMITTED', 'MARK_REACHED']);
    await moveTo(RESPONSE_DUE + 1);
    await until(
      () => eventsOf(id),
      (events) => events.length === 3,
    );
  });

  test('the closing after silence', async () => {
    const id = await openOne();
    await store.changeTickets([commands(id, [RESOLVE], { at: MONDAY + HOUR_MS })]);
    await start();
    // Five business days later, to the hour.
    const closes = MONDAY + 7 * DAY_MS + HOUR_MS;
    await moveTo(closes + 1);
    await settled();
    expect((await eventsOf(id)).at(-1)).toMatchObject({ type: 'CLOSED', cause: 'SILENCE', at: closes });
    expect(await store.reader.ticketById(everything, id)).toMatchObject({ state: 'closed', closedAt: closes });
    await expectFolded(id);
  });

  test('events that a subscriber of the same process receives', async () => {
    const id = await openOne();
    const { feed } = await start();
    const heard = feed.subscribe(everything, {
      after: feed.position,
      accepts: ({ ticketId, type }) => ticketId === id && type !== 'SUBMITTED',
    });
    await moveTo(RESPONSE_DUE + 1);
    expect([(await heard.next()).value.type, (await heard.next()).value.type]).toEqual([
      'MARK_REACHED',
      'COMMITMENT_BREACHED',
    ]);
  });
});

describe('a command on an overdue ticket', () => {
  test('records the breach of a late resolution itself, and the engine adds nothing', async () => {
    const id = await openOne();
    await store.changeTickets([commands(id, [RESOLVE], { at: RESPONSE_DUE + 5 * MINUTE_MS })]);
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
      'SUBMITTED',
      'MARK_REACHED',
      'COMMITMENT_BREACHED',
      'RESOLVED',
    ]);
    const there = await openOne();
    await start();
    await moveTo(RESPONSE_DUE + 10 * MINUTE_MS);
    await until(
      () => eventsOf(there),
      (events) => events.length === 3,
    );
    expect(await eventsOf(id)).toHaveLength(4);
  });

  test('records the old breach before the new deadline of a change of severity', async () => {
    const id = await openOne();
    const at = RESPONSE_DUE + HOUR_MS;
    const impacts = SEV1;
    await store.changeTickets([commands(id, [{ type: 'reclassify', impacts, reason: 'worse' }], { at })]);
    const [, , breach, change] = await eventsOf(id);
    expect(breach).toMatchObject({ type: 'COMMITMENT_BREACHED', severity: 'SEV2', at: RESPONSE_DUE });
    expect(change).toMatchObject({ type: 'RECLASSIFIED', severity: 'SEV1', at });
    await start();
    // The new promise is due a quarter of an hour after the change.
    await moveTo(at + 15 * MINUTE_MS + 1);
    await settled();
    const breaches = (await eventsOf(id)).filter(({ type }) => type === 'COMMITMENT_BREACHED');
    expect(breaches).toMatchObject([
      { kind: 'RESPONSE', cycle: 1, at: RESPONSE_DUE },
      { kind: 'RESPONSE', cycle: 2, at: at + 15 * MINUTE_MS },
    ]);
  });
});

describe('several engines', () => {
  test('record each of many deadlines once, and share the work', async () => {
    const ids = await open(2_400);
    const three = [await start(), await start(), await start()];
    await moveTo(RESPONSE_DUE + 1);
    await settled();
    expect(await onceKeys()).toEqual(responseMissed(ids));
    expect(three.filter(({ commits }) => commits.length > 0).length).toBeGreaterThan(1);
  });

  test('log each breach once, with its commitment and the instant at which it was due', async () => {
    const ids = await open(60);
    const three = [await start(), await start(), await start()];
    const breaches = () => three.flatMap(({ logged }) => logged.filter(({ msg }) => msg === 'commitment breached'));
    await moveTo(RESPONSE_DUE + 5_000);
    await settled();
    await until(breaches, (lines) => lines.length >= ids.length);
    expect(breaches().map(({ ticketId }) => ticketId)).toHaveLength(ids.length);
    for (const id of ids) {
      const stored = await store.reader.ticketById(everything, id);
      expect(breaches().filter(({ ticketId }) => ticketId === id)).toMatchObject([
        {
          level: 30,
          ticket: stored?.number,
          commitment: 'RESPONSE',
          cycle: 1,
          severity: 'SEV2',
          breachedAt: new Date(RESPONSE_DUE).toISOString(),
        },
      ]);
    }
  });

  test('skip a locked ticket, and record it when it is free', async () => {
    const [held = '', ...others] = await open(3);
    const client = new Client(store.url);
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM tickets WHERE id = $1 FOR UPDATE', [held]);
      await start();
      await moveTo(RESPONSE_DUE + 1);
      await until(onceKeys, (keys) => keys.length === 4);
      expect(await onceKeys()).toEqual(responseMissed(others));
      await client.query('ROLLBACK');
      await settled();
      expect(await onceKeys()).toEqual(responseMissed([held, ...others]));
    } finally {
      await client.end();
    }
  });

  test('do not record again what a command has recorded', async () => {
    const ids = await open(200);
    await moveTo(RESPONSE_DUE + 1);
    await start();
    await Promise.all(ids.map((id) => store.changeTickets([commands(id, [ACKNOWLEDGE], { at: RESPONSE_DUE + 1 })])));
    await settled();
    expect(await onceKeys()).toEqual(responseMissed(ids));
  });
});

describe('an engine that waits is woken by a nearer deadline', () => {
  const LONG = { now: "date_trunc('milliseconds', clock_timestamp())", pollMs: 600_000 };
  /** Due in a moment; a SEV1 response is due after 15 minutes. */
  const dueSoon = () =>
    submission(
      newTicket(store.client.id, {
        impacts: SEV1,
      }),
      { at: Date.now() - 15 * MINUTE_MS + 200 },
    );
  const isBreached = (events: readonly LoggedEvent[]) => events.some(({ type }) => type === 'COMMITMENT_BREACHED');

  test('of a ticket that the same process has written', async () => {
    const { changeTickets } = await start(LONG);
    const change = dueSoon();
    await changeTickets([change]);
    await until(() => eventsOf(change.ticketId), isBreached);
  });

  test('of a ticket that another process has written', async () => {
    const other = await start(LONG);
    await other.engine.close();
    await start(LONG);
    const change = dueSoon();
    await other.changeTickets([change]);
    await until(() => eventsOf(change.ticketId), isBreached);
  });

  test('or finds it by polling when no notification arrives', async () => {
    await start({ ...LONG, pollMs: 50 });
    const change = dueSoon();
    await store.changeTickets([change]);
    await until(() => eventsOf(change.ticketId), isBreached);
  });
});

describe('a ticket that cannot be recorded', () => {
  const refuse = (table: string, when: string, state = 'P0001') => `
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'out of luck' USING ERRCODE = '${state}'; END $$;
    CREATE TRIGGER refuse BEFORE ${table === 'events' ? 'INSERT' : 'UPDATE'} ON ${table} FOR EACH ROW
      WHEN (${when}) EXECUTE FUNCTION refuse()`;
  const POISONS: readonly [string, (id: string) => string, (id: string) => string, RegExp][] = [
    [
      'its row cannot be read',
      (id) => `UPDATE tickets SET opened_at = 'infinity' WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET opened_at = '2026-06-01T14:00:00Z' WHERE id = '${id}'`,
      /Not an instant/,
    ],
    [
      'its row cannot be saved again',
      (id) => `UPDATE tickets SET updated_at = '20000-01-01T00:00:00Z' WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET updated_at = created_at WHERE id = '${id}'`,
      /Not a storable instant/,
    ],
    [
      'its row is no ticket',
      (id) => `UPDATE tickets SET cycles = jsonb_build_object('was', cycles) WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET cycles = cycles->'was' WHERE id = '${id}'`,
      /TypeError/,
    ],
    [
      'its event is refused',
      (id) => refuse('events', `new.ticket_id = '${id}'`),
      () => 'DROP TRIGGER refuse ON events; DROP FUNCTION refuse',
      /out of luck/,
    ],
    [
      'its row refuses to change',
      (id) => refuse('tickets', `new.id = '${id}'`),
      () => 'DROP TRIGGER refuse ON tickets; DROP FUNCTION refuse',
      /out of luck/,
    ],
    [
      'its row refuses to change, as if a right were missing',
      (id) => refuse('tickets', `new.id = '${id}'`, '42501'),
      () => 'DROP TRIGGER refuse ON tickets; DROP FUNCTION refuse',
      /out of luck/,
    ],
    ...['57014', '53100', '40001', '08006', '57P01', '25006'].map((state): (typeof POISONS)[number] => [
      `its row refuses to change with ${state}, as if it were the server`,
      (id) => refuse('tickets', `new.id = '${id}'`, state),
      () => 'DROP TRIGGER refuse ON tickets; DROP FUNCTION refuse',
      /out of luck/,
    ]),
    [
      'its row has lost its version',
      (id) => `UPDATE tickets SET version = -5 WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET version = 1 WHERE id = '${id}'`,
      /differs from its log/,
    ],
    [
      'its row has a cycle twice',
      (id) => `UPDATE tickets SET cycles = jsonb_build_array(cycles->0) || cycles WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET cycles = cycles - 0 WHERE id = '${id}'`,
      /cannot affect row a second time/,
    ],
    [
      'its promise has become endless',
      (id) => `UPDATE tickets SET cycles = jsonb_set(cycles, '{0,totalMs}', '1e300') WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET cycles = jsonb_set(cycles, '{0,totalMs}', '${4 * HOUR_MS}') WHERE id = '${id}'`,
      /differs from its log/,
    ],
    [
      'its promise has become none',
      (id) => `UPDATE tickets SET cycles = jsonb_set(cycles, '{0,totalMs}', 'null') WHERE id = '${id}'`,
      (id) => `UPDATE tickets SET cycles = jsonb_set(cycles, '{0,totalMs}', '${4 * HOUR_MS}') WHERE id = '${id}'`,
      /differs from its log/,
    ],
  ];

  test.each(POISONS)('is set aside, tried again, and recorded after a repair: %s', async (_, poison, heal, error) => {
    const [bad = '', ...good] = await open(40);
    await store.pool.query(poison(bad));
    const { setAside } = await start();
    await moveTo(RESPONSE_DUE + 1);
    await settled();
    expect(await onceKeys()).toEqual(responseMissed(good));
    expect(await faults()).toEqual([{ ticket_id: bad, attempts: 1, error: expect.stringMatching(error) }]);
    expect(setAside).toMatchObject([{ ticketId: bad, attempts: 1, retryAt: RESPONSE_DUE + 1_001 }]);
    // Tried again after a second, then after two.
    await moveTo(RESPONSE_DUE + 1_002);
    await until(faults, ([fault]) => fault?.attempts === 2);
    expect(setAside[1]).toMatchObject({ ticketId: bad, attempts: 2, retryAt: RESPONSE_DUE + 3_002 });
    await store.pool.query(heal(bad));
    await moveTo(RESPONSE_DUE + 3_003);
    await until(faults, (list) => list.length === 0);
    expect(await onceKeys()).toEqual(responseMissed([bad, ...good]));
  });

  test('is set aside when its event is there already', async () => {
    const [bad = '', ...good] = await open(3);
    await store.pool.query(
      `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data, once_key)
       SELECT id, client_id, 99, 'MARK_REACHED', opened_at, opened_at, '{}', '{}', 'RESPONSE/1/atRisk'
         FROM tickets WHERE id = $1`,
      [bad],
    );
    await start();
    await moveTo(RESPONSE_DUE + 1);
    await settled();
    expect(await onceKeys()).toEqual([`${bad} RESPONSE/1/atRisk`, ...responseMissed(good)].sort());
    expect(await faults()).toMatchObject([{ ticket_id: bad, error: expect.stringMatching(/events_once_key/) }]);
  });

  test('is no longer set aside after a command that succeeds', async () => {
    const id = await openOne();
    await store.pool.query(refuse('events', `new.type = 'MARK_REACHED'`));
    await start();
    await moveTo(RESPONSE_DUE + 1);
    await until(faults, (list) => list.length === 1);
    await store.pool.query('DROP TRIGGER refuse ON events');
    await store.changeTickets([commands(id, [ACKNOWLEDGE], { at: RESPONSE_DUE + 2 })]);
    expect(await faults()).toEqual([]);
  });

  test('more of them than a batch holds delay no other ticket', async () => {
    const bad = await open(1_100);
    await store.pool.query(`UPDATE tickets SET cycles = '{}'`);
    const last = submission(newTicket(store.client.id), { at: MONDAY + MINUTE_MS });
    await store.changeTickets([last]);
    await start();
    await moveTo(RESPONSE_DUE + MINUTE_MS + 1);
    await settled();
    expect(await faults()).toHaveLength(bad.length);
    expect(await onceKeys()).toEqual(responseMissed([last.ticketId]));
  });

  test('its log has an event that cannot be read: the others are recorded', async () => {
    const [bad = '', ...good] = await open(3);
    await store.pool.query(
      `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
       SELECT id, client_id, 2, 'FORETOLD', opened_at, opened_at, '{}', '{}' FROM tickets WHERE id = $1`,
      [bad],
    );
    await store.pool.query(`UPDATE tickets SET version = 2, next_deadline_at = '-infinity' WHERE id = $1`, [bad]);
    await start();
    await moveTo(RESPONSE_DUE + 1);
    await settled();
    expect(await onceKeys()).toEqual(responseMissed(good));
    const error = expect.stringMatching(`Event 2 of ticket ${bad} .*does not know the type FORETOLD`);
    expect(await faults()).toMatchObject([{ ticket_id: bad, error }]);
  });

  test('a policy that cannot be read is the fault of its tickets alone', async () => {
    await store.pool.query(
      `INSERT INTO policy_versions (id, version, document, fingerprint, published_at, configured)
         VALUES ('broken', 1, '{}', 'none', now(), false)`,
    );
    const [bad = '', ...good] = await open(3);
    await store.pool.query(`UPDATE tickets SET policy_id = 'broken', policy_version = 1 WHERE id = $1`, [bad]);
    await start();
    await moveTo(RESPONSE_DUE + 1);
    await settled();
    expect(await onceKeys()).toEqual(responseMissed(good));
    expect(await faults()).toMatchObject([{ ticket_id: bad }]);
  });
});

test('a row whose next deadline is behind its ticket is corrected instead of being tried again and again', async () => {
  const id = await openOne();
  await store.pool.query(`UPDATE tickets SET next_deadline_at = '-infinity'`);
  await start();
  await settled();
  expect(await eventsOf(id)).toHaveLength(1);
  await moveTo(RESPONSE_RISK + 1);
  await until(
    () => eventsOf(id),
    (events) => events.length === 2,
  );
});

test('a missing permission is an error of the engine, and sets no ticket aside', async () => {
  const ids = await open(3);
  await store.pool.query('ALTER TABLE commitment_outcomes RENAME TO lost');
  const { troubles } = await start();
  await moveTo(RESPONSE_DUE + 1);
  await until(
    () => troubles.length,
    (count) => count > 0,
  );
  expect(await faults()).toEqual([]);
  await store.pool.query('ALTER TABLE lost RENAME TO commitment_outcomes');
  await settled();
  expect(await onceKeys()).toEqual(responseMissed(ids));
});

test('the engine continues after the database was lost', async () => {
  const ids = await open(3);
  const { troubles } = await start();
  await moveTo(RESPONSE_DUE + 1);
  await settled();
  const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  const client = new Client(store.url);
  await client.connect();
  await client.query(others);
  await client.query(others);
  await client.query('UPDATE test_clock SET at = $1', [new Date(RESPONSE_DUE + DAY_MS)]);
  await client.end();
  await settled();
  expect((await onceKeys()).length).toBeGreaterThan(responseMissed(ids).length);
  expect(troubles).toEqual([]);
});

test('a batch under way when its process stops is completed', async () => {
  const ids = await open(1_700);
  await moveTo(RESPONSE_DUE + 1);
  const one = await startProcess(store, { now: MOVED_NOW });
  await until(onceKeys, (keys) => keys.length > 0);
  await one.close();
  expect((await onceKeys()).length % 2).toBe(0);
  await start();
  await settled();
  expect(await onceKeys()).toEqual(responseMissed(ids));
});
