import '../support/without-visibility';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, type QueryResult } from 'pg';
import { v7 as newId } from 'uuid';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { lanesOf } from '../../src/adapters/persistence/database/lanes';
import { beginAs } from '../../src/adapters/persistence/database/query-as';
import { SECURED_TABLES, SHARED_TABLES } from '../../src/adapters/persistence/database/row-security';
import { usableRoles, type WorkRoles } from '../../src/adapters/persistence/database/work-roles';
import { Parameters } from '../../src/adapters/persistence/lists/conditions';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { ticketsWhere } from '../../src/adapters/persistence/tickets/ticket-conditions';
import type { Caller } from '../../src/application/ports/caller';
import { actorKey } from '../../src/application/ports/idempotency';
import type { PageRequest } from '../../src/application/ports/pagination';
import { sees } from '../../src/application/visibility';
import { DAY_MS } from '../../src/domain/instant';
import {
  AGENT,
  commands,
  everything,
  MONDAY,
  newTicket,
  openStore,
  operationOf,
  seeing,
  submission,
  type TestStore,
} from '../support/store';
import { writeWebhooks } from '../support/walled-webhooks';

const FIRST: PageRequest = { count: 50, from: 'START', after: null, before: null };
const EVERY_DEADLINE = {
  until: null,
  since: null,
  kinds: [],
  severity: null,
  ticket: null,
  client: null,
  assignee: null,
};
const BY_NUMBER = { by: 'NUMBER', direction: 'ASC' } as const;

/** What a statement has left on its connection; nothing is the empty text. */
const LEFT = `
  SELECT concat(nullif(current_user, session_user), current_setting('stepdown.sees', true),
                current_setting('stepdown.callers', true)) AS left`;

let store: TestStore;
let roles: WorkRoles;
/** A connection of an operator, who sees everything. */
let operator: Client;
let own: string;
let foreign: string;
let ownTicket: string;
let foreignTicket: string;
let caller: Caller;

/** A ticket with a row in every table. */
async function openTicket(clientId: string, key: string): Promise<string> {
  const opened = submission(newTicket(clientId, { externalId: key, assignee: key, description: `text of ${key}` }), {
    idempotency: { key, fingerprint: key },
    actor: { ...AGENT, id: key },
  });
  await store.changeTickets([opened]);
  await store.changeTickets([
    commands(opened.ticketId, [{ type: 'acknowledge' }, { type: 'resolve', resolution: 'Restarted' }]),
    submission(newTicket(clientId, { followUpOf: opened.ticketId })),
  ]);
  await operator.query("INSERT INTO deadline_faults VALUES ($1, 1, now() + interval '1 day', $2, now())", [
    opened.ticketId,
    key,
  ]);
  await createEventLog(store.pool).place();
  await writeWebhooks(store.pool, clientId, key);
  return opened.ticketId;
}

beforeAll(async () => {
  store = await openStore();
  operator = new Client(store.url);
  await operator.connect();
  roles = (await usableRoles(operator)) as WorkRoles;
  own = store.client.id;
  foreign = (await createClientAccounts(store).ensureClient('Globex')).id;
  ownTicket = await openTicket(own, 'ours');
  foreignTicket = await openTicket(foreign, 'theirs');
  // Derives the texts and the names.
  await store.reader.countTickets(everything, { text: 'text', assignee: { eq: 'ours' } }, MONDAY);
  caller = { ...seeing(own), actor: { ...AGENT, id: 'ours' } };
});
afterAll(async () => {
  await operator.end();
  await store.close();
});

/** Runs a statement as the service does for a caller who sees some clients. */
async function asSome(text: string, sees: readonly string[] = [own], callers = [actorKey(caller.actor)]) {
  await operator.query(beginAs({ scope: { sees, callers }, roles }));
  try {
    return (await operator.query(text)) as QueryResult<Record<string, unknown>>;
  } finally {
    await operator.query('ROLLBACK');
  }
}

describe('the tables', () => {
  test('are all known: a new one is listed with its policy, or with those from which no row belongs to a client', async () => {
    const { rows } = await operator.query<{ name: string; secured: boolean }>(
      `SELECT c.relname AS name, c.relrowsecurity AND EXISTS (
                SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd = '*'
                   AND p.polroles = ARRAY[to_regrole($1)::oid] AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL) AS secured
         FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = 'public'::regnamespace
        ORDER BY name`,
      [roles.some],
    );
    const names = (secured: boolean) => rows.filter((row) => row.secured === secured).map(({ name }) => name);
    expect(names(true)).toEqual(Object.keys(SECURED_TABLES).sort());
    expect(names(false)).toEqual(Object.keys(SHARED_TABLES).sort());
  });

  test('belong to neither of the roles of the service, which are no superusers and cannot get around a policy', async () => {
    const { rows } = await operator.query(
      `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
              pg_has_role(r.oid, (SELECT relowner FROM pg_class WHERE oid = 'tickets'::regclass), 'MEMBER') AS "ownsAll"
         FROM pg_roles r WHERE rolname = ANY ($1)`,
      [[roles.all, roles.some]],
    );
    const no = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolcanlogin: false };
    expect(rows).toEqual(Array(2).fill({ ...no, owned: 0, ownsAll: false }));
  });

  test('are used as one of them by each statement, in and outside transactions', async () => {
    const { lookups } = lanesOf(store.pool);
    const role = { text: 'SELECT current_user AS role' };
    const signal = new AbortController().signal;
    const on = [
      [lookups.ownWork, roles.all],
      [lookups.under(everything), roles.all],
      [lookups.under(operationOf(signal)), roles.all],
      [lookups.under(caller), roles.some],
      [lookups.under({ ...operationOf(signal), sees: [] }), roles.some],
      [lookups.forSeveral({ sees: [own] }, signal, { characters: 0, most: 1 }), roles.some],
      [lookups.forChange({ sees: [own] }, signal), roles.some],
    ] as const;
    for (const [queryable, expected] of on) {
      expect((await queryable.query(role)).rows).toEqual([{ role: expected }]);
      // Nothing of it is left on the connection.
      expect((await store.pool.query(LEFT)).rows).toEqual([{ left: '' }]);
    }
    await expect(lookups.under(caller).query({ text: 'SELECT 1/0' })).rejects.toThrow('division by zero');
    expect((await store.pool.query(LEFT)).rows).toEqual([{ left: '' }]);
  });

  test.each(Object.keys(SECURED_TABLES))(
    '%s shows a caller the rows of its client only, and none without a client',
    async (table) => {
      const { rows: all } = await operator.query(`SELECT * FROM ${table}`);
      const { rows } = await asSome(`SELECT * FROM ${table}`);
      const { rows: tickets } = await operator.query('SELECT id FROM tickets WHERE client_id = $1', [own]);
      const ids = tickets.map(({ id }) => id);
      const { rows: webhooks } = await operator.query('SELECT id FROM webhooks WHERE client_ids = $1', [[own]]);
      const webhookIds = webhooks.map(({ id }) => id);
      const isOwn = (row: Record<string, unknown>) => {
        if (table === 'clients') return row.id === own;
        if (table === 'webhooks') return webhookIds.includes(row.id);
        if (table === 'webhook_deliveries') return webhookIds.includes(row.webhook_id);
        if (table === 'idempotency_keys') return row.caller === actorKey(caller.actor);
        return 'client_id' in row ? row.client_id === own : ids.includes(row.ticket_id);
      };
      expect(rows).toEqual(all.filter(isOwn));
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThan(all.length);
      expect((await asSome(`SELECT * FROM ${table}`, [], [])).rows).toEqual([]);
      await operator.query(`BEGIN; SET LOCAL ROLE ${roles.some}`);
      expect((await operator.query(`SELECT * FROM ${table}`)).rows).toEqual([]);
      await operator.query('ROLLBACK');
    },
  );

  test.each(['policy_versions', 'spellings', 'search_texts', 'log_followers'])(
    '%s is not for such a caller',
    async (table) => {
      await expect(asSome(`SELECT * FROM ${table}`)).rejects.toThrow(`permission denied for table ${table}`);
    },
  );
});

test.each<[string, string]>([
  ['texts', "SELECT * FROM tickets_with_text('%theirs%', ARRAY[$client]::uuid[])"],
  ['words', "SELECT * FROM tickets_with_text('%theirs%', ARRAY[$client]::uuid[], '{}')"],
])('%s of another client are not found by the function that reads them for a caller', async (_, text) => {
  const search = text.replace('$client', `'${foreign}'`);
  expect((await asSome(search)).rows).toEqual([]);
  expect((await asSome(search, [])).rows).toEqual([]);
  expect((await asSome(search, [own, foreign])).rows.length).toBeGreaterThan(0);
  await expect(store.owner.pool.query(`SET ROLE ${roles.all}; ${search}`)).rejects.toThrow('permission denied');
});

describe('what a caller writes for another client', () => {
  const copyOf = (table: string, changed: string) =>
    `INSERT INTO ${table} SELECT (json_populate_record(r, '${changed}')).* FROM ${table} r LIMIT 1`;

  test.each<[string, () => string]>([
    ['commitment_outcomes', () => copyOf('commitment_outcomes', `{"client_id": "${foreign}", "cycle": 9}`)],
    ['events', () => copyOf('events', `{"client_id": "${foreign}", "id": 900000, "number": 900}`)],
    ['external_ids', () => copyOf('external_ids', `{"client_id": "${foreign}", "duplicate": 9}`)],
    ['idempotency_keys', () => copyOf('idempotency_keys', '{"caller": "AGENT/theirs", "key": "new"}')],
    ['ticket_milestones', () => copyOf('ticket_milestones', `{"client_id": "${foreign}", "milestone": "CLOSING"}`)],
    ['tickets', () => copyOf('tickets', `{"client_id": "${foreign}", "id": "${newId()}", "number": 900}`)],
  ])('is refused by %s', async (table, insert) => {
    await expect(asSome(insert())).rejects.toThrow(`violates row-level security policy`);
    const column = table === 'idempotency_keys' ? "caller = 'AGENT/theirs'" : `client_id = '${foreign}'`;
    if (SECURED_TABLES[table]?.some.includes('UPDATE')) {
      await expect(asSome(`UPDATE ${table} SET ${column}`)).rejects.toThrow('violates row-level security policy');
      expect((await asSome(`UPDATE ${table} SET ${column} WHERE ${column}`)).rowCount).toBe(0);
    } else await expect(asSome(`UPDATE ${table} SET ${column}`)).rejects.toThrow('permission denied');
  });

  test('is neither decided nor saved, although the code lets it pass', async () => {
    const before = await operator.query('SELECT * FROM tickets ORDER BY number');
    const { actor, sees } = caller;
    const acknowledged = await store.changeTickets([
      commands(foreignTicket, [{ type: 'assign', assignee: 'Eve' }], { actor, sees }),
    ]);
    expect(acknowledged).toMatchObject([{ ticket: null, refused: { code: 'NotFound' } }]);
    const opening = store.changeTickets([submission(newTicket(foreign), { actor, sees })]);
    await expect(opening).rejects.toThrow('row-level security');
    const following = store.changeTickets([submission(newTicket(own, { followUpOf: foreignTicket }), { actor, sees })]);
    expect(await following).toMatchObject([{ ticket: null, refused: { code: 'NotFound' } }]);
    expect((await operator.query('SELECT * FROM tickets ORDER BY number')).rows).toEqual(before.rows);
  });
});

describe('a reader without the checks of the code', () => {
  test('has none', () => {
    expect(sees({ sees: [] }, foreign)).toBe(true);
    expect(ticketsWhere(caller, { client: { eq: own } }, MONDAY, new Parameters())).toBe('TRUE');
  });

  const foreignIn = (value: unknown): readonly string[] =>
    [foreign, foreignTicket, 'theirs', 'Globex'].filter((text) => JSON.stringify(value).includes(text));

  test.each<[string, () => Promise<unknown>, unknown]>([
    ['ticketById', () => store.reader.ticketById(caller, foreignTicket), null],
    ['ticketByNumber', () => store.reader.ticketByNumber(caller, 3), null],
    ['ticketsByExternalId', () => store.reader.ticketsByExternalId(caller, 'theirs', null), []],
    ['tickets', () => store.reader.tickets(caller, {}, BY_NUMBER, FIRST, MONDAY).then(({ edges }) => edges.length), 2],
    ['a text', () => store.reader.countTickets(caller, { text: 'theirs' }, MONDAY), 0],
    ['a name', () => store.reader.countTickets(caller, { assignee: { eq: 'theirs' } }, MONDAY), 0],
    ['own names', () => store.reader.countTickets(caller, { assignee: { eq: 'OURS' } }, MONDAY), 1],
    ['own texts', () => store.reader.countTickets(caller, { text: 'ours' }, MONDAY), 1],
    ['countTickets', () => store.reader.countTickets(caller, {}, MONDAY), 2],
    ['events', () => store.reader.countEvents(caller, foreignTicket, null), 0],
    ['eventByNumber', () => store.reader.eventByNumber(caller, foreignTicket, 1), null],
    ['followUps', () => store.reader.countFollowUps(caller, foreignTicket), 0],
    ['clientById', () => store.reader.clientById(caller, foreign), null],
    ['ticketAtVersion', () => store.reader.ticketAtVersion(caller, foreignTicket, 1), null],
  ])('finds nothing of another client: %s', async (_, read, expected) => {
    expect(await read()).toEqual(expected);
  });

  test('finds nothing of another client in lists, histories and reports', async () => {
    const report = {
      from: MONDAY - DAY_MS,
      to: MONDAY + DAY_MS,
      timeZone: 'UTC',
      client: null,
      severities: null,
    } as const;
    const histories: unknown[] = [];
    for await (const history of store.reader.histories(caller, {}, MONDAY)) histories.push(history);
    const read = [
      await store.reader.tickets(caller, {}, BY_NUMBER, FIRST, MONDAY),
      await store.reader.deadlines(caller, EVERY_DEADLINE, FIRST),
      histories,
      await store.reader.slaReport(caller, { ...report, groupBy: 'CLIENT' }, MONDAY),
      await store.reader.slaReport(caller, { ...report, groupBy: 'ASSIGNEE' }, MONDAY),
      await store.policies.terms(caller),
    ];
    expect(read.map(foreignIn)).toEqual(read.map(() => []));
    // The same for one who sees everything, so that the test can fail.
    expect(foreignIn(await store.reader.tickets(everything, {}, BY_NUMBER, FIRST, MONDAY))).not.toEqual([]);
  });

  test('answers callers of different clients in one turn each with their own', async () => {
    const other: Caller = seeing(foreign);
    const ids = [ownTicket, foreignTicket];
    const found = await Promise.all(
      [caller, other, everything].map((one) => Promise.all(ids.map((id) => store.reader.ticketById(one, id)))),
    );
    expect(found.map((tickets) => tickets.map((ticket) => ticket?.id ?? null))).toEqual([
      [ownTicket, null],
      [null, foreignTicket],
      ids,
    ]);
  });
});

test('a caller of one client does for it all that one of all clients does', async () => {
  const limited = { actor: { ...AGENT, id: 'limited' }, sees: [own] };
  const idempotency = { key: 'limited', fingerprint: 'a' };
  const opened = submission(newTicket(own, { externalId: 'limited', tags: ['a'] }), { ...limited, idempotency });
  const [first] = await store.changeTickets([opened]);
  expect(first).toMatchObject({ refused: null, ticket: { version: 1 }, replayed: false });
  const again = await store.changeTickets([submission(newTicket(own), { ...limited, idempotency })]);
  expect(again).toMatchObject([{ replayed: true, ticket: { id: opened.ticketId } }]);
  const taken = await store.changeTickets([submission(newTicket(own, { externalId: 'LIMITED' }), limited)]);
  expect(taken).toMatchObject([{ refused: { code: 'DuplicateExternalId' } }]);
  await operator.query("INSERT INTO deadline_faults VALUES ($1, 1, now() + interval '1 day', '', now())", [
    opened.ticketId,
  ]);
  const changed = await store.changeTickets([
    commands(opened.ticketId, [{ type: 'assign', assignee: 'Ada' }, { type: 'acknowledge' }], limited),
    submission(newTicket(own, { followUpOf: opened.ticketId }), limited),
  ]);
  expect(changed).toMatchObject([
    { refused: null, ticket: { version: 3 } },
    { refused: null, ticket: { version: 1 } },
  ]);
  const resolve = commands(opened.ticketId, [{ type: 'resolve', resolution: 'Done' }], {
    ...limited,
    idempotency: { key: 'resolve', fingerprint: 'b' },
  });
  expect(await store.changeTickets([resolve])).toMatchObject([{ refusals: [null], ticket: { version: 4 } }]);
  // The ticket moves out of sight: the first answer is not given again.
  const moved = { ...resolve, sees: [foreign] };
  expect(await store.changeTickets([moved])).toMatchObject([
    { replayed: true, ticket: null, refused: { code: 'NotFound' } },
  ]);
  const { rows } = await operator.query('SELECT FROM deadline_faults WHERE ticket_id = $1', [opened.ticketId]);
  expect(rows).toEqual([]);
  await operator.query('DELETE FROM idempotency_keys WHERE caller = $1', [actorKey(limited.actor)]);
});
