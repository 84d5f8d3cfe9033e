import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { lanesOf, sharesOf } from '../../src/adapters/persistence/database/lanes';
import { CONNECTIONS_PER_OPERATION } from '../../src/adapters/persistence/database/operation-places';
import { transact } from '../../src/adapters/persistence/database/transact';
import { OWN_SCOPE } from '../../src/adapters/persistence/database/work-roles';
import { DataLockedError, StoreClosedError } from '../../src/application/ports/store-errors';
import type { Changed } from '../../src/application/tickets/change';
import { startTestService } from '../support/graphql-service';
import { CIMCLOUD_DOCUMENT } from '../support/policies';
import {
  AGENT,
  commands,
  everything,
  newTicket,
  openStore,
  operationOf,
  submission,
  type TestStore,
} from '../support/store';
import { untilTrue } from '../support/until';

let store: TestStore;
/** A connection of an operator, who holds locks and looks at the sessions. */
let operator: Client;

beforeAll(async () => {
  store = await openStore();
  operator = new Client(store.url);
  await operator.connect();
});
afterAll(async () => {
  await operator.end();
  await store.close();
});

const SLEEP = { text: 'SELECT pg_sleep(60)' };

const sleeping = async (): Promise<number> => {
  const { rows } = await operator.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND query = $1`,
    [SLEEP.text],
  );
  return rows[0]?.count ?? 0;
};

/** The number of sessions that wait for a lock. */
const lockWaits = async (): Promise<number> => {
  // A transaction sees the sessions as they were when it first looked.
  await operator.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await operator.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
};

const opened = async (): Promise<string> => {
  const change = submission(newTicket(store.client.id));
  await store.changeTickets([change]);
  return change.ticketId;
};

const assign = (ticketId: string, assignee: string, more = {}) =>
  store.changeTickets([commands(ticketId, [{ type: 'assign', assignee }], more)]);

/** Runs work while another session has locked rows, and then releases them. */
async function whileLocked<T>(lock: string, values: unknown[], work: () => Promise<T>): Promise<T> {
  await operator.query('BEGIN');
  try {
    await operator.query(lock, values);
    return await work();
  } finally {
    await operator.query('ROLLBACK');
  }
}

const LOCK_TICKETS = 'SELECT FROM tickets WHERE id = ANY ($1::uuid[]) FOR UPDATE';

/** Ordinary requests; they would wait for long if they found no connection. */
const otherWork = async (other: string): Promise<void> => {
  await assign(other, `Bob ${Math.random()}`);
  await opened();
  expect(await store.reader.ticketById(everything, other)).not.toBeNull();
  expect(await store.reader.countTickets(everything, {}, store.clock.now())).toBeGreaterThan(0);
  await lanesOf(store.pool).health.ownWork.query({ text: 'SELECT 1' });
};

describe('a statement of an operation', () => {
  it('is cancelled in the server with the operation, and its connection is used again', async () => {
    const { heavy } = lanesOf(store.pool);
    const operation = new AbortController();
    const running = heavy.under(operationOf(operation.signal)).query(SLEEP);
    await untilTrue(async () => (await sleeping()) === 1);
    const before = store.pool.totalCount;
    operation.abort(new Error('the caller has gone'));
    await expect(running).rejects.toThrow('the caller has gone');
    await untilTrue(async () => (await sleeping()) === 0);
    // It is given back once the request to cancel has been answered.
    await untilTrue(() => store.pool.idleCount === before);
    const { rows } = await heavy.under(operationOf(new AbortController().signal)).query({ text: 'SELECT 1 AS one' });
    expect(rows).toEqual([{ one: 1 }]);
    expect(store.pool.totalCount).toBe(before);
  });

  it('that only reads is not sent while it is known to find a table locked', async () => {
    const { lookups } = lanesOf(store.pool);
    const read = () =>
      lookups
        .under(operationOf(new AbortController().signal))
        .query({ text: 'SELECT count(*)::int AS count FROM policy_versions' })
        .then(({ rows }) => rows)
        .catch(({ name }: Error) => name);
    await operator.query('BEGIN; LOCK TABLE policy_versions IN ACCESS EXCLUSIVE MODE');
    // As many as there are connections find the lock by themselves.
    const answers = await Promise.all(Array.from({ length: 30 }, read));
    expect(answers.filter((name) => name === 'TableLocked').length).toBeGreaterThanOrEqual(30 - sharesOf(20).lookups);
    expect(answers.filter((name) => typeof name !== 'string')).toEqual([]);
    await operator.query('ROLLBACK');
    await untilTrue(async () => typeof (await read()) !== 'string');
    expect(await Promise.all(Array.from({ length: 3 }, read))).toEqual(Array(3).fill([{ count: expect.any(Number) }]));
  });

  it('runs beside one other at most; the rest waits, and starts no more when the operation has ended', async () => {
    const { heavy, lists } = lanesOf(store.pool);
    const operation = new AbortController();
    const statements = Array.from({ length: 400 }, (_, index) =>
      (index % 2 === 0 ? heavy : lists)
        .under(operationOf(operation.signal))
        .query(SLEEP)
        .catch((error: Error) => error.message),
    );
    await untilTrue(async () => (await sleeping()) === CONNECTIONS_PER_OPERATION);
    await otherWork(await opened());
    expect(await sleeping()).toBe(CONNECTIONS_PER_OPERATION);
    operation.abort(new Error('over'));
    expect(new Set(await Promise.all(statements))).toEqual(new Set(['over']));
    await untilTrue(async () => (await sleeping()) === 0);
    await expect(heavy.under(operationOf(operation.signal)).query(SLEEP)).rejects.toThrow('over');
  });

  it('does not take the connections of other work, however many operations there are', async () => {
    const { heavy } = lanesOf(store.pool);
    const operations = Array.from({ length: 20 }, () => new AbortController());
    const running = operations.flatMap(({ signal }) =>
      Array.from({ length: 20 }, () =>
        heavy
          .under(operationOf(signal))
          .query(SLEEP)
          .catch(() => undefined),
      ),
    );
    await untilTrue(async () => (await sleeping()) === sharesOf(20).heavy);
    const other = await opened();
    await assign(other, 'Bob');
    expect(await store.reader.ticketById(everything, other)).toMatchObject({ assignee: 'Bob' });
    for (const operation of operations) operation.abort();
    await Promise.all(running);
  });

  it('answers 400 counts with a text filter, of several operations at once', async () => {
    const signals = [1, 2, 3, 4].map(() => new AbortController().signal);
    const counts = await Promise.all(
      signals.flatMap((signal) =>
        Array.from({ length: 100 }, () =>
          store.reader.countTickets(operationOf(signal), { text: 'orders' }, store.clock.now()),
        ),
      ),
    );
    expect(new Set(counts).size).toBe(1);
  });

  it('is not started by a caller that has gone', async () => {
    const caller = operationOf(AbortSignal.abort(new Error('gone')));
    const id = await opened();
    const page = { count: 1, from: 'START', after: null, before: null } as const;
    for (const read of [
      store.reader.ticketById(caller, id),
      store.reader.ticketByNumber(caller, 1),
      store.reader.events(caller, id, null, page),
      store.reader.countEvents(caller, id, null),
      store.reader.eventByNumber(caller, id, 1),
      store.reader.ticketAtVersion(caller, id, 1),
      store.reader.followUps(caller, id, page),
      store.reader.countTickets(caller, {}, 0),
      store.reader.clientById(caller, store.client.id),
    ]) {
      await expect(read).rejects.toThrow('gone');
    }
  });
});

describe('a ticket that another session has locked', () => {
  it('holds up only the changes of that ticket, which follow in their order when it is released', async () => {
    const [locked, other] = [await opened(), await opened()];
    const agents = Array.from({ length: 200 }, (_, index) => `Agent ${index}`);
    const waiting = await whileLocked(LOCK_TICKETS, [[locked]], async () => {
      const changes = agents.map((agent) => assign(locked, agent));
      await otherWork(other);
      return changes;
    });
    const versions = (await Promise.all(waiting)).map(([changed]: readonly Changed[]) => changed?.ticket?.version);
    expect(versions).toEqual(agents.map((_, index) => index + 2));
  });

  it('and twelve more leave connections for other tickets', async () => {
    const other = await opened();
    const locked = await Promise.all(Array.from({ length: 12 }, opened));
    const waiting = await whileLocked(LOCK_TICKETS, [locked], async () => {
      const changes = locked.map((id) => assign(id, 'Carol'));
      for (let round = 0; round < 3; round++) await otherWork(other);
      return changes;
    });
    for (const [changed] of await Promise.all(waiting)) expect(changed?.ticket?.assignee).toBe('Carol');
  });

  it('is a typed error after the longest wait, and nothing is changed', async () => {
    const id = await opened();
    await whileLocked(LOCK_TICKETS, [[id]], async () => {
      const update = transact(
        store.pool,
        (tx) => tx.query({ text: 'UPDATE tickets SET assignee = $2 WHERE id = $1', values: [id, 'Dan'] }),
        { lockWaitMs: 1 },
      );
      await expect(update).rejects.toBeInstanceOf(DataLockedError);
    });
    expect(await store.reader.ticketById(everything, id)).toMatchObject({ assignee: null });
  });

  it('is not changed for a caller that has gone while others held the ticket', async () => {
    const id = await opened();
    const gone = new AbortController();
    await whileLocked(LOCK_TICKETS, [[id]], async () => {
      const change = store.changeTickets([commands(id, [{ type: 'assign', assignee: 'Ivy' }])], gone.signal);
      await otherWork(await opened());
      gone.abort(new Error('gone'));
      await expect(change).rejects.toThrow('gone');
    });
    expect(await store.reader.ticketById(everything, id)).toMatchObject({ assignee: null, version: 1 });
  });

  it('is not changed for a caller that has gone while it waited for its turn', async () => {
    const id = await opened();
    const gone = new AbortController();
    const [first, second] = await whileLocked(LOCK_TICKETS, [[id]], async () => {
      const change = (assignee: string, signal?: AbortSignal) =>
        store.changeTickets([commands(id, [{ type: 'assign', assignee }])], signal);
      const both = [change('Eve'), change('Fay', gone.signal)] as const;
      gone.abort(new Error('gone'));
      await expect(both[1]).rejects.toThrow('gone');
      return both;
    });
    await first;
    await expect(second).rejects.toThrow('gone');
    expect(await store.reader.ticketById(everything, id)).toMatchObject({ assignee: 'Eve', version: 2 });
  });
});

it('submissions of a client that another session has locked leave connections for other tickets', async () => {
  const other = await opened();
  const submitted = await whileLocked('SELECT FROM clients WHERE id = $1 FOR UPDATE', [store.client.id], async () => {
    const submissions = Array.from({ length: 12 }, opened);
    await assign(other, 'Gus');
    expect(await store.reader.ticketById(everything, other)).toMatchObject({ assignee: 'Gus' });
    return submissions;
  });
  for (const id of await Promise.all(submitted)) expect(await store.reader.ticketById(everything, id)).not.toBeNull();
});

describe('second attempts at data that others have locked', () => {
  /** Uses every place for second attempts while work is done. */
  async function whileTaken<T>(work: () => Promise<T>): Promise<T> {
    const { changes } = lanesOf(store.pool);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const places = Math.floor(sharesOf(20).changes / 4);
    const holding = Array.from({ length: places }, () => changes.retryLocked(() => held, 60_000));
    try {
      return await work();
    } finally {
      letGo();
      await Promise.all(holding);
    }
  }
  const locked = <T>(work: () => Promise<T>): Promise<T> =>
    whileLocked('LOCK TABLE tickets IN EXCLUSIVE MODE', [], () => whileTaken(work));
  const submitted = (options: Parameters<TestStore['changeTickets']>[1]) =>
    store.changeTickets([submission(newTicket(store.client.id))], options);

  it('are not waited for longer than for the lock itself', async () => {
    let attempts = 0;
    const update = (lockWaitMs: number) =>
      transact(
        store.pool,
        (tx) => {
          attempts += 1;
          return tx.query({ text: 'UPDATE tickets SET assignee = NULL' });
        },
        { lockWaitMs },
      ).catch((error: unknown) => error);
    const answers = await locked(() => Promise.all(Array.from({ length: 12 }, () => update(300))));
    for (const answer of answers) expect(answer).toBeInstanceOf(DataLockedError);
    expect(attempts).toBe(12);
  });

  it('are left by a caller that has gone, and nothing is changed', async () => {
    const before = await store.reader.countTickets(everything, {}, store.clock.now());
    await locked(async () => {
      const gone = new AbortController();
      const submissions = Promise.allSettled(Array.from({ length: 12 }, () => submitted(gone.signal)));
      // Each has tried once, and holds no connection.
      await untilTrue(async () => lanesOf(store.pool).changes.waitingForLocks === 12);
      gone.abort(new Error('gone'));
      for (const outcome of await submissions) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'gone' } });
      }
    });
    expect(await store.reader.countTickets(everything, {}, store.clock.now())).toBe(before);
  });

  it('are bounded: one more than may wait is refused', async () => {
    const { changes } = lanesOf(store.pool);
    await whileTaken(async () => {
      const gone = new AbortController();
      const waiting = Promise.allSettled(
        Array.from({ length: 1_001 }, () => changes.retryLocked(async () => 'begun', 60_000, gone.signal)),
      );
      await expect(changes.retryLocked(async () => 'begun', 60_000)).rejects.toBeInstanceOf(DataLockedError);
      gone.abort(new Error('gone'));
      const reasons = (await waiting).map((one) => (one.status === 'rejected' ? one.reason : null));
      expect(reasons.filter((reason) => reason === gone.signal.reason)).toHaveLength(1_000);
    });
  });
});

it('versions, terms and clients that wait for a lock are not written for a caller that has gone', async () => {
  const { id } = store.client;
  const before = await store.reader.clientById(everything, id);
  const versions = await store.policies.countPublications(everything);
  const text = { document: { ...CIMCLOUD_DOCUMENT, title: 'Gone' }, yaml: 'title: Gone', fingerprint: 'gone' };
  const clients = createClientAccounts(store);
  const gone = new AbortController();
  // The lock of publishing, and one that lets clients be read and not written.
  await whileLocked('SELECT pg_advisory_xact_lock($1)', [5_310_827_432], async () => {
    await operator.query('LOCK TABLE clients IN SHARE MODE');
    const waiting = [
      store.policies.publish({ ...text, by: AGENT, idempotency: null }, gone.signal),
      store.policies.setTerms({ clientId: id, policy: CIMCLOUD_DOCUMENT.id, calendars: {} }, AGENT, null, gone.signal),
      clients.create(newId(), 'Gone', null, gone.signal),
    ];
    const refused = Promise.all(waiting.map((one) => expect(one).rejects.toThrow('gone')));
    await untilTrue(async () => (await lockWaits()) > 0);
    gone.abort(new Error('gone'));
    await refused;
  });
  expect(await store.reader.clientById(everything, id)).toEqual(before);
  expect(await store.policies.countPublications(everything)).toBe(versions);
  expect(await clients.clientNamed('Gone')).toBeNull();
});

it('a submission that waits for a connection is not carried out for a caller that has gone', async () => {
  const { changes } = lanesOf(store.pool);
  const taken = await Promise.all(Array.from({ length: sharesOf(20).changes }, () => changes.take(OWN_SCOPE)));
  const gone = new AbortController();
  const change = submission(newTicket(store.client.id));
  const submitting = store.changeTickets([change], gone.signal);
  const refused = expect(submitting).rejects.toThrow('gone');
  await untilTrue(() => changes.waiting === 1);
  gone.abort(new Error('gone'));
  await refused;
  for (const { release } of taken) release();
  expect(await store.reader.ticketById(everything, change.ticketId)).toBeNull();
});

it('requests with one key wait for each other, and one of them is carried out', async () => {
  const id = await opened();
  const idempotency = { key: 'same', fingerprint: 'a' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => assign(id, 'Hal', { idempotency })));
  expect(answers.filter(([changed]) => changed?.replayed === false)).toHaveLength(1);
  expect(await store.reader.ticketById(everything, id)).toMatchObject({ version: 2 });
});

it('every connection has time limits', async () => {
  const { rows } = await store.pool.query(
    `SELECT name, setting::int AS ms FROM pg_settings
      WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`,
  );
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', ms: 3_000 },
    { name: 'lock_timeout', ms: 250 },
    { name: 'statement_timeout', ms: 20_000 },
  ]);
});

it('no connection lets the server compile plans', async () => {
  const { rows } = await store.pool.query("SELECT setting, source FROM pg_settings WHERE name = 'jit'");
  expect(rows).toEqual([{ setting: 'off', source: 'session' }]);
});

it('over HTTP, a locked ticket with 200 waiting changes leaves the health check and other requests as they are', async () => {
  const service = await startTestService();
  const client = new Client(service.database.url);
  await client.connect();
  const [locked, other] = [await service.submit(), await service.submit()];
  await client.query('BEGIN');
  await client.query('SELECT FROM tickets WHERE number = 1 FOR UPDATE');
  let answered = 0;
  const waiting = Array.from({ length: 200 }, (_, index) =>
    service.mutate('assignTicket', { ticketId: locked, assignee: `Agent ${index}` }).finally(() => {
      answered += 1;
    }),
  );
  const { status } = await fetch(new URL('/health', service.url));
  expect(status).toBe(200);
  expect((await service.mutate('assignTicket', { ticketId: other, assignee: 'Ida' })).userErrors).toEqual([]);
  expect(answered).toBe(0);
  await client.query('ROLLBACK');
  for (const { userErrors } of await Promise.all(waiting)) expect(userErrors).toEqual([]);
  await client.end();
  await service.close();
});

it('over HTTP, an operation with many slow filters leaves connections for single tickets and for lists', async () => {
  const service = await startTestService();
  const client = new Client(service.database.url);
  await client.connect();
  // The name is known, so that every plan of the filter reaches the sleep.
  await service.mutate('assignTicket', { ticketId: await service.submit(), assignee: 'Bob' });
  const filtered = Array.from(
    { length: 40 },
    (_, n) => `a${n}: tickets(filter: { assignee: { eq: "Bob" } }) { nodes { id } }`,
  );
  // The names are complete, and not written any more.
  await untilTrue(async () => {
    await service.data(`{ ${filtered[0]} }`);
    const { rows } = await client.query(
      "SELECT FROM log_followers WHERE name = 'names' AND position = (SELECT max(position) FROM event_positions)",
    );
    return rows.length === 1;
  });
  await client.query(`CREATE OR REPLACE FUNCTION spellings_of(keys uuid[]) RETURNS SETOF text LANGUAGE sql STABLE ROWS 2
    AS 'SELECT slow::text FROM pg_sleep(60) slow'`);
  const gone = new AbortController();
  const slow = fetch(service.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ ${filtered.join(' ')} }` }),
    signal: gone.signal,
  }).catch((error: Error) => error.name);
  await untilTrue(async () => {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
    );
    return rows.length === CONNECTIONS_PER_OPERATION;
  });
  const answer = await service.data(`{
    ticket(number: 1) { events { totalCount nodes { id } } communications { nodes { id } } followUps { nodes { id } } }
    deadlines { nodes { id } } tickets { nodes { id } }
  }`);
  expect(answer.ticket.events.nodes).toHaveLength(2);
  expect(answer.tickets.nodes).toHaveLength(1);
  gone.abort();
  expect(await slow).toBe('AbortError');
  await client.end();
  await service.close();
});

describe('when the connections are closed', () => {
  it('what still comes is refused with an error that says so, and is not sent', async () => {
    const stopped = await openStore();
    await stopped.close();
    const lane = lanesOf(stopped.pool).changes;
    await expect(lane.ownWork.query({ text: 'SELECT 1' })).rejects.toThrow(StoreClosedError);
    await expect(lane.take(OWN_SCOPE)).rejects.toThrow(StoreClosedError);
    const change = stopped.changeTickets([submission(newTicket(stopped.client.id))]);
    await expect(change).rejects.toThrow('The service is being stopped');
  });
});
