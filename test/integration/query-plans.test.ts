import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { lanesOf } from '../../src/adapters/persistence/database/lanes';
import { beginAs } from '../../src/adapters/persistence/database/query-as';
import { usableRoles } from '../../src/adapters/persistence/database/work-roles';
import { Parameters } from '../../src/adapters/persistence/lists/conditions';
import { pageStatement } from '../../src/adapters/persistence/lists/page';
import { createEventLog } from '../../src/adapters/persistence/log/postgres-event-log';
import { READ_LOG } from '../../src/adapters/persistence/log/statements/read-log';
import { comparisonKey, hashOf } from '../../src/adapters/persistence/search/comparison-key';
import { gramsOf } from '../../src/adapters/persistence/search/grams';
import { deadlinesStatement } from '../../src/adapters/persistence/tickets/deadlines';
import {
  EVENTS_BY_NUMBER,
  TICKET_BY_NUMBER,
  TICKETS_BY_EXTERNAL_ID,
  TICKETS_BY_ID,
} from '../../src/adapters/persistence/tickets/statements/find-tickets';
import { SAVE_TICKETS, SAVE_TIME } from '../../src/adapters/persistence/tickets/statements/save-tickets';
import { setAsideStatement } from '../../src/adapters/persistence/tickets/statements/set-aside';
import { dueStatements } from '../../src/adapters/persistence/tickets/statements/take-due';
import { TICKET_HISTORIES } from '../../src/adapters/persistence/tickets/statements/ticket-histories';
import { ticketsWhere } from '../../src/adapters/persistence/tickets/ticket-conditions';
import { ticketOrdering } from '../../src/adapters/persistence/tickets/ticket-orderings';
import { WRITTEN_COLUMNS } from '../../src/adapters/persistence/tickets/ticket-row';
import type { Visibility } from '../../src/application/ports/caller';
import type { PageRequest } from '../../src/application/ports/pagination';
import type { TicketFilter, TicketOrder } from '../../src/application/ports/ticket-filter';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import { everything, MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';

const ROWS = 20_000;
/** A hundred of the tickets are overdue then. */
const DUE = dueStatements(`'${new Date(MONDAY + 100 * MINUTE_MS + 3 * HOUR_MS).toISOString()}'::timestamptz`);
const ROW_NUMBERS = Array.from({ length: ROWS }, (_, index) => index + 1);
let store: TestStore;
let id: string;
/** A client with a few tickets. */
let other: string;

beforeAll(async () => {
  store = await openStore();
  const [changed] = await store.changeTickets([submission(newTicket(store.client.id, { externalId: 'first' }))]);
  id = changed?.ticket?.id ?? '';
  other = (await createClientAccounts(store).ensureClient('Small')).id;
  const columns = WRITTEN_COLUMNS.map((column) => {
    if (column === 'id') return 'gen_random_uuid()';
    if (column === 'external_id') return "'ext-' || n";
    if (column === 'awaiting_reply_since') return "CASE WHEN n % 50 = 0 THEN t.opened_at + n * interval '1 minute' END";
    return /_at$/.test(column) ? `t.${column} + n * interval '1 minute'` : `t.${column}`;
  });
  await store.pool.query(
    `INSERT INTO tickets (${WRITTEN_COLUMNS.join(', ')}) SELECT ${columns.join(', ')} FROM tickets t, generate_series(1, ${ROWS}) n`,
  );
  await store.pool.query(
    `INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
     SELECT id, client_id, 1, 'SUBMITTED', opened_at, created_at, '{}', '{}' FROM tickets WHERE external_id <> 'first'`,
  );
  await createEventLog(store.pool).place();
  await store.pool.query(
    `INSERT INTO external_ids (folded, client_id, written)
    SELECT u.folded, t.client_id, t.external_id FROM tickets t
      JOIN unnest($1::uuid[], $2::text[]) AS u (folded, written) ON u.written = t.external_id`,
    [ROW_NUMBERS.map((n) => comparisonKey(`ext-${n}`)), ROW_NUMBERS.map((n) => `ext-${n}`)],
  );
  const texts = ROW_NUMBERS.map((n) => `common needle ${hashOf(`${n}`).slice(0, 8)}`);
  await store.pool.query(
    `INSERT INTO search_texts (ticket_id, number, folded, grams)
    SELECT t.id, 1, r.folded, r.grams FROM tickets t
      JOIN json_to_recordset($1) AS r (written text, folded text, grams int[]) ON r.written = t.external_id`,
    [JSON.stringify(texts.map((text, n) => ({ written: `ext-${n + 1}`, folded: text, grams: gramsOf(text) })))],
  );
  for (let n = 0; n < 3; n++) await store.changeTickets([submission(newTicket(other, { externalId: `small-${n}` }))]);
  // What is set aside is overdue, so it stands at the head of the index; there is some that was set
  // aside before as well.
  await store.pool.query(
    `INSERT INTO deadline_faults SELECT id, 1, now() + interval '100 years', 'poison', now()
       FROM tickets ORDER BY next_deadline_at LIMIT 50`,
  );
  await store.pool.query(
    `INSERT INTO deadline_faults SELECT id, 1, now(), 'poison', now() FROM tickets ORDER BY next_deadline_at DESC LIMIT 2000`,
  );
  // The server's own maintenance may hold these tables for longer than a change waits for a lock.
  await store.pool.query(
    "BEGIN; SET LOCAL lock_timeout = 0; SELECT gin_clean_pending_list('search_texts_grams_idx'); ANALYZE; COMMIT",
  );
});
afterAll(() => store.close());

interface Explained {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The plan for a caller, as its role runs the statement. */
const explain = async (sees: Visibility, { text, values }: Explained): Promise<string> => {
  const on = lanesOf(store.pool).heavy.under({ sees });
  const { rows } = await on.query<{ 'QUERY PLAN': string }>({
    text: `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${text}`,
    values: [...values],
  });
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};

/** The same of a statement that writes, which is planned only. */
const planOf = async ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) => {
  const { rows } = await store.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${text}`, [...values]);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};

const FIRST: PageRequest = { count: 20, from: 'START', after: null, before: null };
const page = (
  by: TicketOrder['by'],
  from: 'START' | 'END' = 'START',
  direction: 'ASC' | 'DESC' = 'DESC',
  filter: TicketFilter = {},
) => {
  const to = new Parameters();
  const where = ticketsWhere(everything, filter, MONDAY, to);
  const parts = { select: 't.id', from: 'tickets t', where };
  return to.statement(pageStatement(parts, ticketOrdering({ by, direction }), { ...FIRST, from }, to));
};

const searching = (filter: TicketFilter, sees: Visibility = 'ALL') => {
  const to = new Parameters();
  const where = ticketsWhere({ ...everything, sees }, filter, MONDAY, to);
  return to.statement(pageStatement({ select: 't.id', from: 'tickets t', where }, NUMBERED, FIRST, to));
};
const AWAITING: TicketFilter = { awaitingReplySince: { lt: MONDAY + 1e9 } };
const NUMBERED = ticketOrdering({ by: 'NUMBER', direction: 'DESC' });

test.each<[string, () => { readonly text: string; readonly values: readonly unknown[] }]>([
  ['tickets by id', () => ({ text: TICKETS_BY_ID.text, values: [[id]] })],
  ['ticket by number', () => ({ text: TICKET_BY_NUMBER.text, values: [17] })],
  [
    'tickets by external id',
    () => ({ text: TICKETS_BY_EXTERNAL_ID.text, values: [comparisonKey('EXT-17'), 'EXT-17'] }),
  ],
  ['tickets with a text', () => searching({ text: hashOf('17').slice(0, 8) })],
  ['tickets with several words', () => searching({ text: `NEEDLE ${hashOf('18').slice(0, 8)}` })],
  ['tickets by an external id in a filter', () => searching({ externalId: { in: ['EXT-17', 'eXt-18'] } })],
  [
    'deadlines',
    () =>
      deadlinesStatement(
        everything,
        { until: MONDAY + 1e9, since: MONDAY, kinds: [], severity: null, ticket: null, client: null, assignee: null },
        FIRST,
      ),
  ],
  ['what falls due next', () => ({ text: DUE.next.text, values: [] })],
  ['what is overdue', () => ({ text: DUE.take.text, values: [] })],
  ['which tickets are overdue', () => ({ text: DUE.find.text, values: [] })],
  ['what is overdue of some', () => ({ text: DUE.takeSome.text, values: [[id]] })],
  ['tickets in order of number', () => page('NUMBER')],
  ['the last tickets in order of number', () => page('NUMBER', 'END')],
  ['tickets in order of opening', () => page('OPENED_AT')],
  ['tickets in order of change', () => page('UPDATED_AT', 'START', 'ASC')],
  ['tickets in order of their last event', () => page('LAST_EVENT_AT')],
  ['tickets in order of what awaits a reply', () => page('AWAITING_REPLY_SINCE', 'START', 'ASC')],
  ['tickets in order of what awaits a reply last', () => page('AWAITING_REPLY_SINCE', 'END', 'DESC')],
  ['tickets that await a reply', () => page('AWAITING_REPLY_SINCE', 'START', 'ASC', AWAITING)],
  ['tickets in order of what is due', () => page('NEXT_DEADLINE_AT', 'START', 'ASC')],
  ['tickets in order of what is due last', () => page('NEXT_DEADLINE_AT', 'END', 'DESC')],
  ['events by number', () => ({ text: EVENTS_BY_NUMBER.text, values: [[id], [1]] })],
  ['the end of the log', () => ({ text: READ_LOG.text, values: ['999999999', 200] })],
  ['a ticket’s events', () => ({ text: 'SELECT * FROM events WHERE ticket_id = $1 ORDER BY number', values: [id] })],
  ['a ticket as it was', () => ({ text: TICKET_HISTORIES.text, values: [[id], '2100-01-01T00:00:00Z'] })],
])('%s reads no table as a whole, and few rows', async (_, statement) => {
  const plan = await explain('ALL', statement());
  // Tables of one row.
  expect(plan.replaceAll(/Seq Scan on event_(retention|placements)/g, '')).not.toMatch(
    /Seq Scan|Sort Method: external/,
  );
  expect(plan).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
  const rows = [...plan.matchAll(/actual rows=([\d.]+)/g)].map(([, count]) => Number(count));
  expect(Math.max(...rows)).toBeLessThan(200);
});

test.each([
  ['what time has done to tickets', () => ({ text: SAVE_TIME.text, values: ['[]', '[]', '[]', '[]', '[]', []] })],
  ['what was done to tickets', () => ({ text: SAVE_TICKETS.text, values: ['[]', '[]', '[]', '[]', '[]', []] })],
  ['that a ticket is set aside', () => ({ text: setAsideStatement(DUE.clock), values: [[id], ['poison']] })],
])('%s is written without reading a table as a whole', async (_, statement) => {
  expect(await planOf(statement())).not.toMatch(/Seq Scan on (tickets|events|commitment_outcomes|ticket_milestones)/);
});

describe.each<[string, () => string]>([
  ['many tickets', () => store.client.id],
  ['a few tickets', () => other],
])('for a caller who sees a client with %s', (_, client) => {
  test.each<[string, (sees: Visibility) => Explained]>([
    ['tickets by id', () => ({ text: TICKETS_BY_ID.text, values: [[id]] })],
    ['ticket by number', () => ({ text: TICKET_BY_NUMBER.text, values: [17] })],
    [
      'tickets by external id',
      () => ({ text: TICKETS_BY_EXTERNAL_ID.text, values: [comparisonKey('EXT-17'), 'EXT-17'] }),
    ],
    ['tickets by an external id in a filter', (sees) => searching({ externalId: { eq: 'EXT-17' } }, sees)],
    ['tickets with a text', (sees) => searching({ text: hashOf('17').slice(0, 8) }, sees)],
    ['tickets with a name', (sees) => searching({ text: hashOf('17').slice(0, 8), assignee: { eq: 'Ada' } }, sees)],
    ['events by number', () => ({ text: EVENTS_BY_NUMBER.text, values: [[id], [1]] })],
    ['a ticket as it was', () => ({ text: TICKET_HISTORIES.text, values: [[id], '2100-01-01T00:00:00Z'] })],
  ])('%s reads no table as a whole, and few rows', async (_, statement) => {
    const sees = [client()];
    const plan = await explain(sees, statement(sees));
    expect(plan).not.toMatch(/Seq Scan/);
    const rows = [...plan.matchAll(/actual rows=([\d.]+)/g)].map(([, count]) => Number(count));
    expect(Math.max(...rows)).toBeLessThan(200);
    // The list is read once for a statement, not for each row.
    expect(plan.match(/client_id = ANY \(\(InitPlan/g) ?? []).not.toEqual([]);
  });
});

test('a search for a text of some clients reads the index of texts, and not all of them', async () => {
  const client = await store.pool.connect();
  const { text, values } = searching({ text: hashOf('17').slice(0, 8) }, [store.client.id]);
  const scans = async () => {
    const { rows } = await client.query<{ all: number; index: number }>(
      `SELECT seq_scan::int AS all, idx_scan::int AS index FROM pg_stat_xact_user_tables WHERE relname = 'search_texts'`,
    );
    return rows[0] ?? { all: 0, index: 0 };
  };
  const roles = await usableRoles(client);
  await client.query(beginAs({ scope: { sees: [store.client.id] }, roles: roles ?? null }));
  const before = await scans();
  expect((await client.query(text, [...values])).rows).toHaveLength(1);
  const after = await scans();
  await client.query('ROLLBACK');
  client.release();
  expect(after.all).toBe(before.all);
  expect(after.index).toBeGreaterThan(before.index);
});
