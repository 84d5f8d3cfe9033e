import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { lanesOf } from '../../src/adapters/persistence/database/lanes';
import type { Queryable } from '../../src/adapters/persistence/database/sql';
import { comparisonKey, hashOf } from '../../src/adapters/persistence/search/comparison-key';
import { WRITTEN_COLUMNS } from '../../src/adapters/persistence/tickets/ticket-row';
import { workPage } from '../../src/adapters/persistence/tickets/work-pages';
import type { Caller } from '../../src/application/ports/caller';
import type { PageRequest } from '../../src/application/ports/pagination';
import type { WorkQuery } from '../../src/application/ports/work-list';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { SEV1, SEV2 } from '../support/impacts';
import {
  commands,
  everything,
  MONDAY,
  newTicket,
  openStore,
  seeing,
  submission,
  type TestStore,
} from '../support/store';

const COPIES = 3_000;
const NOW = MONDAY + 10 * DAY_MS;
/** The rows of a page, and one more. */
const PAGE = 21;
const ALL: WorkQuery = { assignee: null, unassigned: false, client: null };

let store: TestStore;
let others: readonly string[];

const said = (direction: 'INBOUND' | 'OUTBOUND') =>
  ({ type: 'communicate', direction, channel: 'EMAIL', body: 'Any news?' }) as const;
const QUESTION = [{ audience: 'NOBODY', consequence: 'QUESTION', note: null }];
const WAITS = { type: 'startWaiting', reason: 'CLIENT' } as const;
/** A ticket of each kind: its impacts, how long ago it was opened, and what happened then. */
const KINDS: readonly (readonly [impacts: typeof SEV2, ago: number, list: readonly Command[], assignee?: string])[] = [
  [SEV1, 3 * HOUR_MS, []],
  [SEV1, 50 * MINUTE_MS, [said('OUTBOUND')], 'Ada'],
  [SEV2, HOUR_MS, [said('OUTBOUND'), said('INBOUND')]],
  [QUESTION, 9 * DAY_MS, [said('OUTBOUND'), WAITS]],
  [QUESTION, HOUR_MS, [said('OUTBOUND'), WAITS], 'Ada'],
  [QUESTION, HOUR_MS, [said('OUTBOUND')]],
  [QUESTION, HOUR_MS, [said('OUTBOUND')], 'Ada'],
  [SEV2, HOUR_MS, [{ type: 'close', reason: 'Sent twice' }]],
];

beforeAll(async () => {
  store = await openStore();
  store.clock.moveTo(NOW);
  for (const [impacts, ago, list, assignee = null] of KINDS) {
    const at = NOW - ago;
    const opened = submission(newTicket(store.client.id, { impacts, assignee }), { at });
    await store.changeTickets([opened]);
    if (list.length > 0) await store.changeTickets([commands(opened.ticketId, list, { at })]);
    const due = commands(opened.ticketId, [], {});
    await store.changeTickets([{ ...due, steps: [{ command: 'LET_PASS', at: NOW }] }]);
  }
  const { rows } = await store.pool.query<{ id: string }>(
    `INSERT INTO clients (id, name, created_at)
     SELECT gen_random_uuid(), 'Client ' || n, now() FROM generate_series(1, 40) n RETURNING id`,
  );
  others = rows.map(({ id }) => id);
  const columns = WRITTEN_COLUMNS.map((column) => {
    if (column === 'id') return 'gen_random_uuid()';
    if (column === 'client_id') return `($1::uuid[])[1 + n % 40]`;
    if (column === 'assignee') return `CASE WHEN t.assignee IS NOT NULL THEN 'Agent ' || n % 50 END`;
    return `t.${column}`;
  });
  await store.pool.query(
    `INSERT INTO tickets (${WRITTEN_COLUMNS.join(', ')})
     SELECT ${columns.join(', ')} FROM tickets t, generate_series(1, ${COPIES}) n`,
    [others],
  );
  const names = Array.from({ length: 50 }, (_, n) => `Agent ${n}`);
  await store.pool.query(
    'INSERT INTO spellings SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) ON CONFLICT DO NOTHING',
    [names.map(comparisonKey), names.map(hashOf), names],
  );
  await store.pool.query('ANALYZE');
});
afterAll(() => store.close());

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Reads a page, and returns how many rows of tickets were read, and by which kinds of scans. */
async function readPage(caller: Caller, query: WorkQuery, page: PageRequest, now = NOW) {
  const lane = lanesOf(store.pool).lookups.under(caller);
  const plans: Node[] = [];
  const explained: Queryable = {
    query: async (config) => {
      const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${config.text}`;
      const { rows } = await lane.query<{ 'QUERY PLAN': readonly { Plan: Node }[] }>({
        text,
        values: config.values ?? [],
      });
      plans.push(...rows.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan)));
      return lane.query(config);
    },
  };
  const found = await workPage(explained, caller, query, page, now);
  const scans = plans.flatMap(nodesOf).filter((node) => node['Relation Name'] === 'tickets');
  const read = scans.map(
    (scan) => (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'],
  );
  return {
    found,
    types: new Set(scans.map((scan) => scan['Node Type'])),
    rows: read.reduce((sum, rows) => sum + rows, 0),
  };
}

const PAGES: readonly (readonly [string, () => readonly [Caller, WorkQuery]])[] = [
  ['all', () => [everything, ALL]],
  ['an assignee', () => [everything, { ...ALL, assignee: 'AGENT 7' }]],
  ['no assignee', () => [everything, { ...ALL, unassigned: true }]],
  ['a client', () => [everything, { ...ALL, client: others[3] ?? '' }]],
];

it.each(PAGES)('pages of the work of %s are read from indexes, and only as far as they go', async (_name, asked) => {
  const [caller, query] = asked();
  for (const from of ['START', 'END'] as const) {
    let cursor: string | null = null;
    let listed = 0;
    for (let number = 0; number < 8; number += 1) {
      const [after, before] = from === 'START' ? [cursor, null] : [null, cursor];
      const { found, types, rows } = await readPage(caller, query, { count: PAGE - 1, from, after, before });
      expect([...types].filter((type) => !/^Index (Only )?Scan$/.test(type))).toEqual([]);
      // Each range gives a page at most, and then the page itself is read.
      expect(rows).toBeLessThanOrEqual(12 * PAGE);
      listed += found.edges.length;
      cursor = (from === 'START' ? found.edges.at(-1)?.cursor : found.edges[0]?.cursor) ?? null;
      if (!(from === 'START' ? found.hasNextPage : found.hasPreviousPage)) break;
    }
    expect(listed).toBeGreaterThanOrEqual(60);
  }
});

it('for a caller who sees some clients, the listed tickets of these are read, and no others', async () => {
  const seen = others.slice(0, 2);
  const { rows: open } = await store.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM tickets WHERE client_id = ANY ($1) AND state <> 'closed'`,
    [seen],
  );
  const first = { count: PAGE - 1, from: 'START', after: null, before: null } as const;
  for (const query of [ALL, { ...ALL, unassigned: true }, { ...ALL, assignee: 'Agent 0' }]) {
    const { found, types, rows } = await readPage(seeing(...seen), query, first);
    expect(found.edges.length).toBeGreaterThan(5);
    expect(types).not.toContain('Seq Scan');
    expect(rows).toBeLessThanOrEqual(2 * (open[0]?.count ?? 0) + PAGE);
  }
});

it('while the engine is behind, a page reads besides what it has to record', async () => {
  const { rows: behind } = await store.pool.query<{ at: Date }>(
    `SELECT min(next_deadline_at) + interval '1 ms' AS at FROM tickets WHERE next_deadline_at > $1`,
    [new Date(NOW)],
  );
  const at = behind[0]?.at.getTime() ?? NOW;
  const { rows: due } = await store.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM tickets WHERE next_deadline_at <= $1',
    [new Date(at)],
  );
  const backlog = due[0]?.count ?? 0;
  expect(backlog).toBeGreaterThan(1_000);
  const first = { count: PAGE - 1, from: 'START', after: null, before: null } as const;
  const { rows, types } = await readPage(everything, ALL, first, at);
  expect(types).not.toContain('Seq Scan');
  // Those to record are found by one index and read by another; the ranges skip them.
  expect(rows).toBeLessThan(3 * backlog + 12 * PAGE);
});
