import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { CONNECTIONS_PER_OPERATION } from '../../src/adapters/persistence/database/operation-places';
import type { Caller } from '../../src/application/ports/caller';
import { TooMuchText } from '../../src/application/ports/texts-read';
import { CIMCLOUD_DOCUMENT } from '../support/policies';
import {
  commands,
  everything,
  MONDAY,
  newTicket,
  openStore,
  operationOf,
  submission,
  type TestStore,
} from '../support/store';
import { untilTrue } from '../support/until';

const LONG = 'x'.repeat(60_000);
const AS_OF = { at: MONDAY + 1, knownAt: null };
const PERIOD = { from: MONDAY - 1, to: MONDAY + 1, client: null, severities: null, timeZone: 'UTC' };
const QUERY = {
  until: null,
  since: null,
  kinds: [],
  severity: null,
  ticket: null,
  client: null,
  assignee: null,
} as const;

let store: TestStore;
let operator: Client;
/** A ticket with a message, a note, a waited time and a follow-up. */
let id: string;

beforeAll(async () => {
  store = await openStore({ poolSize: 100 });
  operator = new Client(store.url);
  await operator.connect();
  const opened = submission(newTicket(store.client.id, { description: LONG, externalId: 'INC-1' }));
  id = opened.ticketId;
  await store.changeTickets([opened]);
  await store.changeTickets([
    commands(id, [
      { type: 'communicate', direction: 'INBOUND', channel: 'EMAIL', body: LONG },
      { type: 'recordCall', note: LONG },
    ]),
  ]);
  const followUp = newTicket(store.client.id, { description: LONG, followUpOf: id });
  await store.changeTickets(Array.from({ length: 30 }, () => submission(followUp)));
});
afterAll(async () => {
  await operator.end();
  await store.close();
});

const page = (count: number) => ({ count, from: 'START', after: null, before: null }) as const;
const ORDER = { by: 'NUMBER', direction: 'ASC' } as const;

/** The reads of objects with texts; `n` makes each one another. */
const OBJECTS: Readonly<Record<string, (caller: Caller, n: number) => Promise<unknown>>> = {
  ticketById: (caller) => store.reader.ticketById(caller, id),
  ticketByNumber: (caller) => store.reader.ticketByNumber(caller, 1),
  ticketsByExternalId: (caller) => store.reader.ticketsByExternalId(caller, 'INC-1', null),
  ticketAsOf: async (caller) => {
    const ticket = await store.reader.ticketById(everything, id);
    return ticket === null ? null : store.reader.ticketAsOf(caller, ticket, AS_OF);
  },
  ticketAtVersion: (caller) => store.reader.ticketAtVersion(caller, id, 1),
  tickets: (caller, n) => store.reader.tickets(caller, {}, ORDER, page(n + 1), MONDAY),
  deadlines: (caller, n) => store.reader.deadlines(caller, QUERY, page(n + 1)),
  followUps: (caller, n) => store.reader.followUps(caller, id, page(n + 1)),
  followUpsAsOf: (caller, n) => store.reader.followUps(caller, id, page(n + 1), AS_OF),
  eventByNumber: (caller) => store.reader.eventByNumber(caller, id, 1),
  events: (caller, n) => store.reader.events(caller, id, null, page(n + 1)),
};

/** The other reads. */
const OTHERS: Readonly<Record<string, (caller: Caller, n: number) => Promise<unknown>>> = {
  clientById: (caller) => store.reader.clientById(caller, store.client.id),
  countTickets: (caller) => store.reader.countTickets(caller, {}, MONDAY),
  countDeadlines: (caller) => store.reader.countDeadlines(caller, QUERY),
  countFollowUps: (caller, n) => store.reader.countFollowUps(caller, id, { at: MONDAY + n, knownAt: null }),
  countEvents: (caller, n) => store.reader.countEvents(caller, id, null, { number: n, at: MONDAY }),
  slaReport: (caller) => store.reader.slaReport(caller, { ...PERIOD, groupBy: 'ASSIGNEE' }, MONDAY),
  histories: async (caller) => {
    for await (const _ of store.reader.histories(caller, {}, MONDAY));
  },
  'policies.latest': (caller) => store.policies.latest(caller, CIMCLOUD_DOCUMENT.id),
  'policies.publication': (caller, n) => store.policies.publication(caller, CIMCLOUD_DOCUMENT.id, n),
  'policies.publications': (caller, n) => store.policies.publications(caller, page(n + 1)),
  'policies.countPublications': (caller) => store.policies.countPublications(caller),
  'policies.yaml': (caller, n) => store.policies.yaml(caller, CIMCLOUD_DOCUMENT.id, n),
  'policies.terms': (caller) => store.policies.terms(caller),
  'policies.refusalsOf': (caller) => store.policies.refusalsOf(caller, CIMCLOUD_DOCUMENT),
};

/** The most connections that are in use at a time during some work. */
async function mostConnections(work: () => Promise<unknown>): Promise<number> {
  let [held, most] = [0, 0];
  const acquire = (): void => {
    held += 1;
    most = Math.max(most, held);
  };
  const release = (): void => {
    held -= 1;
  };
  store.pool.on('acquire', acquire).on('release', release);
  await work();
  store.pool.off('acquire', acquire).off('release', release);
  return most;
}

const TIMES = Array.from({ length: 8 }, (_, n) => n);

describe('the reads of one operation', () => {
  it.each(Object.entries({ ...OBJECTS, ...OTHERS }))('%s holds two connections at most', async (_, read) => {
    const operation = operationOf(new AbortController().signal);
    await read(everything, 0);
    const most = await mostConnections(() => Promise.all(TIMES.map((n) => read(operation, n))));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(CONNECTIONS_PER_OPERATION);
  });

  it('hold two connections at most, all kinds of them together', async () => {
    const operation = operationOf(new AbortController().signal);
    const { ticketAsOf: _, ...once } = { ...OBJECTS, ...OTHERS };
    const reads = TIMES.flatMap((n) => Object.values(once).map((read) => () => read(operation, n)));
    expect(await mostConnections(() => Promise.all(reads.map((read) => read())))).toBe(CONNECTIONS_PER_OPERATION);
  });

  it.each(Object.entries(OBJECTS))('%s ends with an error when the texts are too long', async (_, read) => {
    const signal = new AbortController().signal;
    await expect(read(operationOf(signal, LONG.length - 1), 0)).rejects.toBeInstanceOf(TooMuchText);
    await read(operationOf(signal, 10 * LONG.length), 0);
  });

  it('do not end for the length of histories that they do not keep, and do not read the texts of these', async () => {
    const operation = operationOf(new AbortController().signal, 1_000);
    let [tickets, longest] = [0, 0];
    for await (const events of store.reader.histories(operation, {}, MONDAY)) {
      tickets += 1;
      for (const event of events) {
        if (event.type === 'SUBMITTED') longest = Math.max(longest, event.description?.length ?? 0);
        if (event.type === 'COMMUNICATED') longest = Math.max(longest, event.body.length);
        if (event.type === 'CALL_RECORDED') longest = Math.max(longest, event.note?.length ?? 0);
      }
    }
    expect([tickets, longest]).toEqual([31, 0]);
  });
});

/** Makes every read of events sleep, except those of the service itself, until the test ends. */
const whileEventsSleep = async (work: () => Promise<void>): Promise<void> => {
  await operator.query(`ALTER TABLE events RENAME TO real_events;
    CREATE VIEW events AS SELECT e.* FROM real_events e, (SELECT pg_sleep(60)) s`);
  try {
    await work();
  } finally {
    await operator.query('DROP VIEW events; ALTER TABLE real_events RENAME TO events');
  }
};

const sleeping = async (): Promise<number> => {
  const { rows } = await operator.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'`,
  );
  return rows[0]?.count ?? 0;
};

describe('a statement that serves several operations', () => {
  it('goes on until the last of them has ended, and is then cancelled in the server', async () => {
    await whileEventsSleep(async () => {
      const [one, other] = [new AbortController(), new AbortController()];
      const read = ({ signal }: AbortController) =>
        store.reader.events(operationOf(signal), id, null, page(1)).catch((error: Error) => error.message);
      const [first, second] = [read(one), read(other)];
      await untilTrue(async () => (await sleeping()) === 1);
      one.abort(new Error('the first has gone'));
      // Cancelled statements would be gone before the other one's own has started.
      const third = read(other);
      await untilTrue(async () => (await sleeping()) === 2);
      other.abort(new Error('the second has gone'));
      expect(await Promise.all([first, second, third])).toEqual([
        'the first has gone',
        'the second has gone',
        'the second has gone',
      ]);
      await untilTrue(async () => (await sleeping()) === 0);
    });
  });

  it('does not wait for one whose connections are in use', async () => {
    const busy = new AbortController();
    const waiting: Promise<unknown>[] = [];
    await whileEventsSleep(async () => {
      for (const count of TIMES) {
        waiting.push(store.reader.events(operationOf(busy.signal), id, null, page(count + 1)).catch(() => null));
      }
      await untilTrue(async () => (await sleeping()) === CONNECTIONS_PER_OPERATION);
      const late = store.reader.ticketById(operationOf(busy.signal), id).catch((error: Error) => error.message);
      const own = await store.reader.ticketById(operationOf(new AbortController().signal), id);
      expect(own).toMatchObject({ id });
      expect(await sleeping()).toBe(CONNECTIONS_PER_OPERATION);
      busy.abort(new Error('gone'));
      expect(await late).toBe('gone');
      await Promise.all(waiting);
      await untilTrue(async () => (await sleeping()) === 0);
    });
  });
});
