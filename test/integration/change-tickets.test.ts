import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { purgeIdempotencyKeys } from '../../src/adapters/persistence/maintenance/purge-idempotency-keys';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import type { Clock } from '../../src/application/ports/clock';
import type { StoredTicket } from '../../src/application/ports/stored-ticket';
import type { Change } from '../../src/application/tickets/change';
import { SomeChangesFailed } from '../../src/application/tickets/change';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { HOUR_MS, MINUTE_MS, toIso } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { foldAll } from '../../src/domain/ticket/fold';
import type { Refusal } from '../../src/domain/ticket/refusals';
import { CONTRADICTION, impact, SEV1, SEV3, SEV4 } from '../support/impacts';
import { losing } from '../support/lost-commits';
import {
  AGENT,
  commands,
  everything,
  lockingAt,
  MONDAY,
  newTicket,
  openStore,
  seeing,
  submission,
  type TestStore,
} from '../support/store';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());
beforeEach(() => store.clock.moveTo(MONDAY));

const RESOLVE: Command = { type: 'resolve', resolution: 'Restarted' };
const ACKNOWLEDGE: Command = { type: 'acknowledge' };

const one = async (change: Change) => {
  const [changed] = await store.changeTickets([change]);
  if (changed === undefined) throw new Error('no answer');
  return changed;
};

const open = async (more: Parameters<typeof newTicket>[1] = {}): Promise<StoredTicket> => {
  const { ticket } = await one(submission(newTicket(store.client.id, more)));
  if (ticket === null) throw new Error('refused');
  return ticket;
};

const historyOf = async (id: string) => {
  const page = await store.reader.events(everything, id, null, {
    count: 1000,
    from: 'START',
    after: null,
    before: null,
  });
  return page.edges.map(({ node }) => node);
};
const codesOf = (refusals: readonly (Refusal | null)[]) => refusals.map((refusal) => refusal?.code ?? null);

describe('a set of changes', () => {
  test('the ticket in the answer is the stored one, and the one that the log folds to', async () => {
    const ticket = await open({ tags: ['a', 'b "quoted"'], description: 'ÄÖ\n\\n "x"', externalId: 'X-1' });
    expect(await store.reader.ticketById(everything, ticket.id)).toEqual(ticket);
    expect(ticket).toMatchObject({ version: 1, createdAt: MONDAY, updatedAt: MONDAY, number: expect.any(Number) });

    store.clock.move(MINUTE_MS);
    const { ticket: after } = await one(commands(ticket.id, [ACKNOWLEDGE, RESOLVE]));
    expect(after).toMatchObject({ version: 3, state: 'resolved', updatedAt: MONDAY + MINUTE_MS, createdAt: MONDAY });
    expect(await store.reader.ticketById(everything, ticket.id)).toEqual(after);
    expect(await store.reader.ticketAtVersion(everything, ticket.id, 1)).toEqual(ticket);
    expect(await store.reader.ticketAtVersion(everything, ticket.id, 3)).toEqual(after);
    expect(await store.reader.ticketAtVersion(everything, ticket.id, 4)).toBeNull();
  });

  test('several changes of one ticket apply in order, around a refused one, and after its submission', async () => {
    const existing = await open();
    const opening = submission(newTicket(store.client.id));
    const answers = await store.changeTickets([
      commands(existing.id, [ACKNOWLEDGE]),
      opening,
      commands(existing.id, [ACKNOWLEDGE, RESOLVE]),
      commands('00000000-0000-7000-8000-000000000000', [RESOLVE]),
      commands('not-an-id', [RESOLVE]),
      commands(opening.ticketId, [RESOLVE]),
      submission(newTicket(store.client.id, { impacts: [] })),
      submission(newTicket(store.client.id, { followUpOf: opening.ticketId })),
    ]);
    expect(answers.map(({ refused, refusals }) => refused?.code ?? codesOf(refusals))).toEqual([
      [null],
      [],
      ['AlreadyAcknowledged', null],
      'NotFound',
      'NotFound',
      [null],
      'InvalidInput',
      [],
    ]);
    expect(answers[1]?.ticket).toMatchObject({ version: 1, state: 'open' });
    expect(answers[5]?.ticket).toMatchObject({ version: 2, state: 'resolved', number: answers[1]?.ticket?.number });
    expect(answers[7]?.ticket).toMatchObject({ followUpOf: opening.ticketId });
    expect((await historyOf(existing.id)).map(({ type }) => type)).toEqual(['SUBMITTED', 'ACKNOWLEDGED', 'RESOLVED']);
  });

  test('an empty set gives an empty answer', async () => expect(await store.changeTickets([])).toEqual([]));

  test.each<[string, (ticket: StoredTicket) => Change, Refusal]>([
    [
      'another client’s ticket',
      ({ id }) => commands(id, [RESOLVE], { sees: ['00000000-0000-7000-8000-000000000001'] }),
      { code: 'NotFound', kind: 'Ticket', id: expect.any(String) as never },
    ],
    [
      'a stale version',
      ({ id }) => commands(id, [RESOLVE], { expectedVersion: 7 }),
      { code: 'VersionConflict', expected: 7, actual: 1 },
    ],
    [
      'an unknown client',
      () => submission(newTicket('00000000-0000-7000-8000-000000000001')),
      { code: 'NotFound', kind: 'Client', id: '00000000-0000-7000-8000-000000000001' },
    ],
    [
      'a client that is not one’s own',
      ({ clientId }) => submission(newTicket(clientId), { sees: [] }),
      { code: 'NotFound', kind: 'Client', id: expect.any(String) as never },
    ],
    [
      'no client at all',
      () => submission(newTicket('no-client')),
      { code: 'NotFound', kind: 'Client', id: 'no-client' },
    ],
    [
      'a follow-up of nothing',
      ({ clientId }) => submission(newTicket(clientId, { followUpOf: 'x' })),
      { code: 'NotFound', kind: 'Ticket', id: 'x' },
    ],
    [
      'an id in use',
      ({ id, clientId }) => submission(newTicket(clientId), { ticketId: id }),
      { code: 'InvalidInput', field: 'id', expected: expect.any(String) as never },
    ],
    [
      'a text that cannot be stored',
      ({ clientId }) => submission(newTicket(clientId, { subject: 'a\0b' })),
      { code: 'InvalidInput', field: 'subject', expected: expect.any(String) as never },
    ],
    [
      'half a character',
      ({ id }) => commands(id, [{ type: 'resolve', resolution: 'a\ud800' }]),
      { code: 'InvalidInput', field: 'steps.0.command.resolution', expected: expect.any(String) as never },
    ],
  ])('%s is refused and leaves no trace', async (_, changeOf, refused) => {
    const ticket = await open();
    const before = await counts();
    const answer = await one(changeOf(ticket));
    expect(answer).toMatchObject({ refused, refusals: [] });
    expect(await counts()).toEqual(before);
    expect(await store.reader.ticketById(everything, ticket.id)).toEqual(ticket);
  });

  test('what fell due before a refused command is recorded', async () => {
    const ticket = await open();
    store.clock.moveTo(MONDAY + 24 * 14 * HOUR_MS);
    const answer = await one(commands(ticket.id, [{ type: 'reopen', reason: null }]));
    expect(codesOf(answer.refusals)).toEqual(['IllegalTransition']);
    const types = (await historyOf(ticket.id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'COMMITMENT_BREACHED')).toHaveLength(3);
    expect(answer.ticket).toEqual(await store.reader.ticketById(everything, ticket.id));
  });

  test('a commit is announced, with its transaction number, only if it recorded something', async () => {
    store.committed.length = 0;
    const ticket = await open();
    await one(commands(ticket.id, [ACKNOWLEDGE]));
    await one(commands(ticket.id, [ACKNOWLEDGE]));
    const { rows } = await store.pool.query('SELECT DISTINCT xid::text FROM events WHERE ticket_id = $1', [ticket.id]);
    expect(store.committed.sort()).toEqual(rows.map(({ xid }) => xid as string).sort());
  });
});

const counts = async () =>
  (
    await store.pool.query(
      'SELECT (SELECT count(*) FROM tickets) AS tickets, (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM idempotency_keys) AS keys',
    )
  ).rows[0];

describe('at the same time', () => {
  test('of twenty resolutions one is carried out, and nineteen are refused', async () => {
    const ticket = await open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => one(commands(ticket.id, [RESOLVE]))));
    expect(answers.flatMap(({ refusals }) => codesOf(refusals)).sort()).toEqual([
      ...Array.from({ length: 19 }, () => 'IllegalTransition'),
      null,
    ]);
    expect((await historyOf(ticket.id)).map(({ type }) => type)).toEqual(['SUBMITTED', 'RESOLVED']);
  });

  test('sets that name the same tickets in opposite orders do not deadlock', async () => {
    const tickets = await Promise.all(Array.from({ length: 20 }, () => open()));
    const note = (ticket: StoredTicket) => commands(ticket.id, [{ type: 'recordCall', note: null }]);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        store.changeTickets((i % 2 === 0 ? tickets : tickets.toReversed()).map(note)),
      ),
    );
    const after = await Promise.all(tickets.map(({ id }) => store.reader.ticketById(everything, id)));
    expect(after.map((ticket) => ticket?.version)).toEqual(tickets.map(() => 21));
  });

  test('of submissions with one external id one is carried out, in one set or in several', async () => {
    const named = (n: number) => submission(newTicket(store.client.id, { externalId: `race-${n}` }));
    const sets = Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0 ? [named(1), named(2), named(1)] : [named(2), submission(newTicket(store.client.id)), named(1)],
    );
    const singles = Array.from({ length: 4 }, () => [named(1)]);
    const answers = (await Promise.all([...sets, ...singles].map((set) => store.changeTickets(set)))).flat();
    const opened = answers.filter(({ ticket }) => ticket !== null);
    expect(opened.filter(({ ticket }) => ticket?.externalId !== null)).toHaveLength(2);
    expect(opened).toHaveLength(2 + 4);
    const refused = answers.flatMap(({ refused: refusal }) => (refusal === null ? [] : [refusal.code]));
    expect(new Set(refused)).toEqual(new Set(['DuplicateExternalId']));
    const { rows } = await store.pool.query(
      'SELECT count(*) AS orphans FROM events e WHERE NOT EXISTS (SELECT FROM tickets t WHERE t.id = e.ticket_id)',
    );
    expect(rows).toEqual([{ orphans: '0' }]);
    expect(await store.reader.ticketsByExternalId(everything, 'race-1', null)).toHaveLength(1);
  });

  test('two clients can use the same external id', async () => {
    const other = await createClientAccounts(store).ensureClient('Other');
    const shared = { externalId: 'shared' };
    await store.changeTickets([
      submission(newTicket(store.client.id, shared)),
      submission(newTicket(other.id, shared)),
    ]);
    expect(await store.reader.ticketsByExternalId(everything, 'shared', null)).toHaveLength(2);
    expect(await store.reader.ticketsByExternalId(seeing(other.id), 'shared', null)).toHaveLength(1);
  });
});

describe('a request with a key', () => {
  let serial = 0;
  const keyed = (fingerprint = 'same') => ({ idempotency: { key: `key ${serial}`, fingerprint } });
  beforeEach(() => {
    serial += 1;
  });

  test('gets the first answer again, with the ticket as it was then', async () => {
    const change = submission(newTicket(store.client.id), keyed());
    const first = await one(change);
    await one(commands(change.ticketId, [ACKNOWLEDGE]));
    const again = await one({ ...submission(newTicket(store.client.id)), idempotency: change.idempotency });
    expect(again).toEqual({ ...first, replayed: true });
    expect(first.replayed).toBe(false);
  });

  test('uses up no number of a ticket when it is repeated', async () => {
    const numberOf = async () => (await open()).number;
    for (const more of [{}, { externalId: `Number ${serial}` }]) {
      serial += 1;
      const ask = (fingerprint?: string) => one(submission(newTicket(store.client.id, more), keyed(fingerprint)));
      const first = await ask();
      const number = first.ticket?.number ?? Number.NaN;
      expect(await ask()).toEqual({ ...first, replayed: true });
      await Promise.all(Array.from({ length: 5 }, () => ask()));
      expect((await ask('other')).refused).toMatchObject({ code: 'IdempotencyKeyReused' });
      expect(await numberOf()).toBe(number + 1);
    }
  });

  test('is refused with another input, unless another caller chose the same key', async () => {
    await one(submission(newTicket(store.client.id), keyed()));
    const other = await one(submission(newTicket(store.client.id), keyed('other')));
    expect(other).toMatchObject({ ticket: null, refused: { code: 'IdempotencyKeyReused', key: `key ${serial}` } });
    const bob = await one(
      submission(newTicket(store.client.id), { ...keyed('other'), actor: { ...AGENT, id: 'bob' } }),
    );
    expect(bob.refused).toBeNull();
  });

  test('of ten at once one is carried out and all get its answer', async () => {
    const ticket = await open();
    const change = commands(ticket.id, [{ type: 'recordCall', note: 'once' }], keyed());
    const answers = await Promise.all(Array.from({ length: 10 }, () => one(change)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const answer of answers) expect({ ...answer, replayed: null }).toEqual({ ...answers[0], replayed: null });
    expect(await historyOf(ticket.id)).toHaveLength(2);

    serial += 1;
    const opened = await Promise.all(
      Array.from({ length: 10 }, () => one(submission(newTicket(store.client.id), keyed()))),
    );
    expect(new Set(opened.map((answer) => answer.ticket?.id)).size).toBe(1);
  });

  test('is refused again in the same words', async () => {
    const ticket = await open();
    const change = commands(ticket.id, [{ type: 'reopen', reason: null }], keyed());
    const first = await one(change);
    await one(commands(ticket.id, [RESOLVE]));
    expect(await one(change)).toEqual({ ...first, replayed: true });
    expect(await one(commands(ticket.id, [RESOLVE], keyed('other')))).toMatchObject({
      refused: { code: 'IdempotencyKeyReused' },
    });
    serial += 1;
    const empty = submission(newTicket(store.client.id, { impacts: [] }), keyed());
    const refused = await one(empty);
    expect(refused).toMatchObject({ ticket: null, refused: { code: 'InvalidInput' } });
    expect(await one(empty)).toEqual({ ...refused, replayed: true });
  });

  test('is not used up by a submission whose facts or references are wrong', async () => {
    const other = await createClientAccounts(store).ensureClient('Other');
    const [theirs] = await store.changeTickets([submission(newTicket(other.id))]);
    const mine = store.client.id;
    const NOWHERE = '0197d3b0-0000-7000-8000-00000000dead';
    const wrong: readonly [string, string, Parameters<typeof newTicket>[1]][] = [
      ['InvalidInput', mine, { followUpOf: theirs?.ticket?.id ?? '' }],
      ['NotFound', mine, { followUpOf: NOWHERE }],
      ['NotFound', NOWHERE, {}],
      ['ContradictoryImpact', mine, { impacts: CONTRADICTION }],
    ];
    for (const [code, clientId, fields] of wrong) {
      const refused = await one(submission(newTicket(clientId, fields), keyed('wrong')));
      expect(refused).toMatchObject({ ticket: null, refused: { code }, replayed: false });
    }
    const corrected = await one(submission(newTicket(mine), keyed('corrected')));
    expect(corrected).toMatchObject({ refused: null, replayed: false });
    // They are refused for the same reasons after the key has been used.
    for (const [code, clientId, fields] of wrong) {
      const refused = await one(submission(newTicket(clientId, fields), keyed('wrong')));
      expect(refused).toMatchObject({ ticket: null, refused: { code }, replayed: false });
    }
  });

  test('follows up a ticket that the same set opens, of the same client only', async () => {
    const other = await createClientAccounts(store).ensureClient('Other');
    const first = submission(newTicket(store.client.id));
    const followUp = (clientId: string) => submission(newTicket(clientId, { followUpOf: first.ticketId }));
    const refused = submission(newTicket(store.client.id, { impacts: [] }));
    const ofRefused = submission(newTicket(store.client.id, { followUpOf: refused.ticketId }));
    const set = [first, followUp(store.client.id), followUp(other.id), refused, ofRefused];
    const answers = await store.changeTickets(set);
    expect(answers.map(({ refused }) => refused?.code)).toEqual([
      undefined,
      undefined,
      'InvalidInput',
      'InvalidInput',
      'NotFound',
    ]);
  });

  test('may occur twice in one set', async () => {
    const ticket = await open();
    const call = (fingerprint: string) => commands(ticket.id, [{ type: 'recordCall', note: null }], keyed(fingerprint));
    const answers = await store.changeTickets([call('a'), call('a'), call('b')]);
    expect(answers.map(({ replayed, refused }) => [replayed, refused?.code])).toEqual([
      [false, undefined],
      [true, undefined],
      [false, 'IdempotencyKeyReused'],
    ]);
    expect(answers[1]?.ticket).toEqual(answers[0]?.ticket);
    expect(await historyOf(ticket.id)).toHaveLength(2);
  });

  test('does not show what its caller may no longer see', async () => {
    const change = submission(newTicket(store.client.id), keyed());
    await one(change);
    expect(await one({ ...change, sees: [] })).toMatchObject({ ticket: null, refused: { code: 'NotFound' } });
  });

  test('is forgotten after two days, not after one', async () => {
    const first = await one(submission(newTicket(store.client.id), keyed()));
    store.clock.move(47 * HOUR_MS);
    await purgeIdempotencyKeys(store.pool, instantOf(store.clock));
    expect((await one(submission(newTicket(store.client.id), keyed()))).ticket?.id).toBe(first.ticket?.id);
    store.clock.move(2 * HOUR_MS);
    const later = await one(submission(newTicket(store.client.id), keyed('other')));
    expect(later).toMatchObject({ refused: null, replayed: false });
    expect(later.ticket?.id).not.toBe(first.ticket?.id);
    store.clock.move(49 * HOUR_MS);
    expect(await purgeIdempotencyKeys(store.pool, instantOf(store.clock))).toBeGreaterThan(0);
  });
});

describe('faults', () => {
  /** Runs a statement on a connection of its own. */
  const sql = async (text: string) => {
    const client = new Client(store.url);
    await client.connect();
    await client.query(text).finally(() => client.end());
  };

  test.each(['40001', '40P01'])('the whole transaction is tried again after %s', async (sqlState) => {
    const ticket = await open();
    await sql(`CREATE SEQUENCE faults;
      CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('faults') < 4 THEN RAISE EXCEPTION 'injected' USING ERRCODE = '${sqlState}'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER fault BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fault()`);
    try {
      expect((await one(commands(ticket.id, [ACKNOWLEDGE]))).refusals).toEqual([null]);
      await sql('ALTER SEQUENCE faults RESTART');
      expect((await one(submission(newTicket(store.client.id)))).refused).toBeNull();
      expect(await historyOf(ticket.id)).toHaveLength(2);
    } finally {
      await sql('DROP TRIGGER fault ON events; DROP FUNCTION fault; DROP SEQUENCE faults');
    }
  });

  test('changes whose connections are lost are carried out exactly once', async () => {
    const tickets = await Promise.all(Array.from({ length: 10 }, () => open()));
    const killer = new Client(store.url);
    await killer.connect();
    let done = 0;
    let kills = 0;
    let killed = 0;
    // The tickets whose change has met a kill and is not carried out yet. However slow the machine
    // is, a change meets at most two kills: it has a limited number of attempts.
    const met = new Set<string>();
    const working = new Set(tickets.map(({ id }) => id));
    let sinceKill = 0;
    // While changes of the other tickets are under way.
    const count = async (id: string): Promise<void> => {
      done += 1;
      sinceKill += 1;
      met.delete(id);
      if (sinceKill < 10 || met.size > 0) return;
      sinceKill = 0;
      kills += 1;
      for (const other of working) if (other !== id) met.add(other);
      const { rowCount } = await killer.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      killed += rowCount ?? 0;
    };
    const work = tickets.map(async ({ id }) => {
      for (let i = 0; i < 30; i++) {
        await one(commands(id, [{ type: 'recordCall', note: `${i}` }]));
        await count(id);
      }
      for (let i = 0; i < 5; i++) {
        await one(submission(newTicket(store.client.id, { assignee: id })));
        await count(id);
      }
      working.delete(id);
      met.delete(id);
    });
    await Promise.all(work).finally(() => killer.end());
    expect(done).toBe(350);
    expect(kills).toBeGreaterThan(5);
    expect(killed).toBeGreaterThan(kills);
    // The pool finds out which of its connections are gone.
    await Promise.allSettled(Array.from({ length: 40 }, () => store.pool.query('SELECT')));
    for (const { id } of tickets) {
      const notes = (await historyOf(id)).flatMap((event) => (event.type === 'CALL_RECORDED' ? [event.note] : []));
      expect(notes).toEqual(Array.from({ length: 30 }, (_, i) => `${i}`));
      expect(await store.reader.countTickets(everything, { assignee: { eq: id } }, MONDAY)).toBe(5);
    }
  });

  test('a change that fails does not stop the others of its set', async () => {
    const ticket = await open();
    const poisoned: Change = {
      ...commands(ticket.id, []),
      steps: [
        {
          command: () => {
            throw new Error('poison');
          },
          at: null,
        },
      ],
    };
    await expect(store.changeTickets([poisoned])).rejects.toThrow('poison');
    const failed = await store.changeTickets([commands(ticket.id, [ACKNOWLEDGE]), poisoned]).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(SomeChangesFailed);
    expect((failed as SomeChangesFailed).outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);

    // Too long for an index, which only the database finds out.
    const long = submission(newTicket(store.client.id, { externalId: randomText(20_000) }));
    const result = await store.changeTickets([long, commands(ticket.id, [RESOLVE])]).catch((e: unknown) => e);
    expect((result as SomeChangesFailed).outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await store.reader.ticketById(everything, ticket.id))?.state).toBe('resolved');
  });

  test('a pool of one connection is enough', async () => {
    const single = await openStore({ poolSize: 1 });
    try {
      const { id } = single.client;
      const changes = Array.from({ length: 5 }, () => submission(newTicket(id)));
      await single.changeTickets(changes);
      // A second process has no policy in memory yet.
      const second = createChangeTickets({
        ...single,
        store: lockingAt(single.clock, createTicketStore({ pool: single.pool, onCommitted: () => undefined })),
      });
      await Promise.all(changes.map(({ ticketId }) => second([commands(ticketId, [ACKNOWLEDGE])])));
    } finally {
      await single.close();
    }
  });
});

/** The time of a clock, as an SQL expression. */
const instantOf = (clock: Clock): string => `'${toIso(clock.now())}'::timestamptz`;

const randomText = (length: number): string =>
  Array.from({ length }, () => Math.random().toString(36).charAt(2)).join('');

test('after any commands the stored ticket is what its log folds to', async () => {
  const impacts = fc.constantFrom(SEV1, [impact('SOME_END_USERS', 'ORDERING_BLOCKED', 'some')], SEV3, SEV4);
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.constantFrom<Command>(
      ACKNOWLEDGE,
      RESOLVE,
      { type: 'reopen', reason: null },
      { type: 'startWaiting', reason: 'CLIENT' },
      { type: 'stopWaiting', reason: 'CLIENT' },
      { type: 'withdrawWorkaround', reason: null },
      { type: 'assign', assignee: 'Bob' },
      { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'On it' },
      { type: 'communicate', direction: 'INBOUND', channel: 'PHONE', body: 'And?' },
    ),
    impacts.map((list): Command => ({ type: 'reclassify', impacts: list, reason: null })),
    impacts.map((list): Command => ({ type: 'applyWorkaround', description: 'Phone', remaining: list })),
  );
  const steps = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 20 * HOUR_MS })), { maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(impacts, steps, async (given, list) => {
      const opening = submission(newTicket(store.client.id, { impacts: given }), { at: MONDAY });
      await one(opening);
      let at = MONDAY;
      for (const [next, later] of list) {
        at += later;
        await one(commands(opening.ticketId, [next], { at }));
      }
      const {
        number: _n,
        createdAt: _c,
        updatedAt: _u,
        ...stored
      } = (await store.reader.ticketById(everything, opening.ticketId)) as StoredTicket;
      const events = (await historyOf(opening.ticketId)).map(({ id: _i, recordedAt: _r, ...event }) => event);
      expect(foldAll(events)).toEqual(stored);
    }),
    { numRuns: 40 },
  );
});

describe.each(['COMMIT', 'ANSWER'] as const)('when the %s is lost', (what) => {
  const losingChanges = () => {
    const ticketStore = createTicketStore({ pool: losing(store.pool, what), onCommitted: () => undefined });
    const { policies, clock } = store;
    return createChangeTickets({ store: lockingAt(clock, ticketStore), clock, policies });
  };

  test('a change is made once', async () => {
    const ticket = await open();
    const [changed] = await losingChanges()([commands(ticket.id, [ACKNOWLEDGE])]);
    expect(changed?.refusals).toEqual([null]);
    expect(changed?.ticket?.version).toBe(2);
    expect((await historyOf(ticket.id)).map(({ type }) => type)).toEqual(['SUBMITTED', 'ACKNOWLEDGED']);
  });

  test('a refusal is kept under its key', async () => {
    const ticket = await open();
    await one(commands(ticket.id, [RESOLVE]));
    const change = { ...commands(ticket.id, [ACKNOWLEDGE]), idempotency: { key: `refused ${what}`, fingerprint: 'f' } };
    const [changed] = await losingChanges()([change]);
    expect([changed?.refusals, changed?.ticket?.version]).toEqual([[expect.anything()], 2]);
    expect(await historyOf(ticket.id)).toHaveLength(2);
  });
});
