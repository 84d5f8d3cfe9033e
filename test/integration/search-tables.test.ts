import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SearchTables } from '../../src/adapters/persistence/search/search-tables';
import { SearchIndexBehind } from '../../src/application/ports/ticket-filter';
import { everything, MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const subjects = async (filter: Parameters<TestStore['reader']['tickets']>[1]) => {
  const page = { count: 100, from: 'START', after: null, before: null } as const;
  const found = await store.reader.tickets(everything, filter, { by: 'NUMBER', direction: 'ASC' }, page, MONDAY);
  return found.edges.map(({ node }) => node.subject);
};
const open = async (subject: string, more: Partial<Parameters<typeof newTicket>[1]> = {}) => {
  const [changed] = await store.changeTickets([submission(newTicket(store.client.id, { subject, ...more }))]);
  return changed;
};

/** What an older process leaves: the tickets and events, and nothing else. */
const asOlderProcess = () =>
  store.pool.query(`DELETE FROM external_ids; DELETE FROM spellings; DELETE FROM search_texts;
                    UPDATE log_followers SET position = 0`);

test('finds what was committed before, also while an older transaction is running', async () => {
  const older = await store.pool.connect();
  try {
    await older.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
    await older.query('SELECT pg_current_xact_id()');
    await open('during a long transaction', { assignee: 'Frieda Groß' });
    expect(await subjects({ text: 'long' })).toEqual(['during a long transaction']);
    expect(await subjects({ assignee: { eq: 'FRIEDA GROSS' } })).toEqual(['during a long transaction']);
    await older.query('COMMIT');
    expect(await subjects({ text: 'long' })).toEqual(['during a long transaction']);
  } finally {
    older.release();
  }
});

test('finds what an older process wrote, and what was there before the tables', async () => {
  await open('before', { externalId: 'Old-1', tags: ['Größe'], reporter: 'Olga' });
  await asOlderProcess();
  expect(await subjects({ text: 'BEFORE old-1' })).toEqual(['before']);
  expect(await subjects({ externalId: { eq: 'OLD-1' } })).toEqual(['before']);
  expect(await subjects({ tag: { eq: 'GRÖSSE' } })).toEqual(['before']);
  expect(await subjects({ reporter: { eq: 'OLGA' } })).toEqual(['before']);
  expect((await open('again', { externalId: 'old-1' }))?.refused).toMatchObject({ code: 'DuplicateExternalId' });
});

test('an external id is unique within its client as it is compared, from all sides at once', async () => {
  const written = ['Inc-7', 'INC-7', 'ＩＮＣ-7', 'inc-7 ', 'Inc-7'];
  const answers = await Promise.all(written.map((externalId) => open('seven', { externalId })));
  expect(answers.filter((answer) => answer?.refused === null)).toHaveLength(1);
  expect(await store.reader.ticketsByExternalId(everything, ' inC-7', null)).toHaveLength(1);
});

test('finds all tickets whose external ids became equal', async () => {
  await open('first', { externalId: 'Twin' });
  await asOlderProcess();
  await store.pool.query(`DELETE FROM external_ids`);
  // An older process compares external ids as they are written.
  await store.pool.query('UPDATE log_followers SET position = (SELECT max(position) FROM event_positions)');
  await open('second', { externalId: 'TWIN' });
  await store.pool.query(`DELETE FROM external_ids; UPDATE log_followers SET position = 0`);
  expect(await subjects({ externalId: { eq: 'twin' } })).toEqual(['first', 'second']);
  expect(await store.reader.ticketsByExternalId(everything, 'twin', null)).toHaveLength(2);
  expect((await open('third', { externalId: 'tWin' }))?.refused).toMatchObject({ code: 'DuplicateExternalId' });
});

test('many events of one transaction are taken over several batches', async () => {
  await store.changeTickets(
    Array.from({ length: 450 }, (_, index) =>
      submission(newTicket(store.client.id, { subject: `bulk ${index}`, description: null })),
    ),
  );
  expect(await store.reader.countTickets(everything, { text: 'bulk' }, MONDAY)).toBe(450);
  const { rows } = await store.pool.query(`SELECT count(*)::int AS texts FROM search_texts`);
  const tables = new SearchTables(store.pool);
  expect(await tables.advance()).toBe(true);
  // Nothing is left to do, so nothing is written: the position stays.
  const position = () => store.pool.query('SELECT * FROM log_followers ORDER BY name').then((it) => it.rows);
  const before = await position();
  expect(await tables.advance()).toBe(true);
  expect(await position()).toEqual(before);
  expect((await store.pool.query(`SELECT count(*)::int AS texts FROM search_texts`)).rows).toEqual(rows);
});

test('long texts are written with several statements', async () => {
  // Folded, each of these is eighteen times as long.
  const description = '\ufdfa'.repeat(20_000);
  for (let n = 0; n < 4; n++) await open(`long ${n}`, { description });
  const statements: number[] = [];
  const { query } = store.pool;
  store.pool.query = ((config: { name?: string; values?: string[] }) => {
    if (config.name === 'add-texts') statements.push(JSON.parse(config.values?.[2] ?? '').length);
    return (query as (config: unknown) => unknown).call(store.pool, config);
  }) as typeof query;
  try {
    expect(await subjects({ text: 'ﷺﷺ' })).toEqual(['long 0', 'long 1', 'long 2', 'long 3']);
  } finally {
    store.pool.query = query;
  }
  // Statements without texts only move the position.
  const withTexts = statements.filter((texts) => texts > 0);
  expect(Math.max(...withTexts)).toBeLessThanOrEqual(2);
  expect(withTexts.reduce((sum, texts) => sum + texts, 0)).toBe(4);
});

test('a step that is stopped ends after its statement, and the rest is not lost', async () => {
  const description = '\ufdfa'.repeat(20_000);
  for (let n = 0; n < 4; n++) await open(`later ${n}`, { description });
  const tables = new SearchTables(store.pool);
  let added = 0;
  const { query } = store.pool;
  store.pool.query = ((config: { name?: string }) => {
    if (config.name === 'add-texts') {
      added += 1;
      tables.stop();
    }
    return (query as (config: unknown) => unknown).call(store.pool, config);
  }) as typeof query;
  try {
    expect(await tables.advance()).toBe(false);
  } finally {
    store.pool.query = query;
  }
  expect(added).toBe(1);
  expect(await subjects({ text: 'later' })).toEqual(['later 0', 'later 1', 'later 2', 'later 3']);
});

test('a search that would not find everything is refused, and the next step of the service goes on', async () => {
  await store.pool.query(`
    INSERT INTO events (ticket_id, client_id, number, type, at, recorded_at, actor, data)
    SELECT t.id, t.client_id, n, 'COMMUNICATED', now(), now(), '{}', jsonb_build_object('body', 'backlog ' || n)
      FROM (SELECT id, client_id FROM tickets LIMIT 1) t, generate_series(100, 10200) n`);
  await expect(subjects({ text: 'backlog' })).rejects.toBeInstanceOf(SearchIndexBehind);
  expect(await subjects({ text: 'backlog' })).toHaveLength(1);
  // As after a restore of the database beside the running process.
  await asOlderProcess();
  await expect(subjects({ text: 'backlog' })).rejects.toBeInstanceOf(SearchIndexBehind);
  expect(await subjects({ text: 'backlog' })).toHaveLength(1);
});
