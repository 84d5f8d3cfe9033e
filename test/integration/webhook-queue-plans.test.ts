import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { rowsOf } from '../../src/adapters/persistence/database/sql';
import { transact } from '../../src/adapters/persistence/database/transact';
import {
  ADD_DELIVERIES,
  ARRANGE_DELIVERIES,
} from '../../src/adapters/persistence/webhooks/statements/match-deliveries';
import { CLAIM_DELIVERIES, RECORD_ATTEMPTS } from '../../src/adapters/persistence/webhooks/statements/send-deliveries';
import { openStore, type TestStore } from '../support/store';

const TICKETS = 500;
const PENDING_OF_EACH = 8;
const DUE = '2026-11-02T12:00:00Z';
const LATER = '2026-11-02T12:01:00Z';

let store: TestStore;
let webhookId: string;

/**
 * The usual queue: it was empty when the server looked at it last. Then an endpoint stayed away.
 */
beforeAll(async () => {
  store = await openStore();
  webhookId = newId();
  await store.pool.query(
    `INSERT INTO webhooks (id, url, format, filter, reports_disabled_webhooks, sealed, position, payload_version,
                           version, created_at, created_by, updated_at, owner)
     VALUES ($1, 'https://hooks.test', 'STANDARD', '{}', false, '', 0, 1, 1, now(), '{}', now(), '{}')`,
    [webhookId],
  );
  const add = (count: number, from: number, status: string, ended: string) =>
    store.pool.query(
      `INSERT INTO webhook_deliveries (id, webhook_id, kind, position, ticket_id, event_number, client_id, status,
                                       attempts, claim, next_attempt_at, created_at, ended_at)
       SELECT gen_random_uuid(), $1, 'EVENT', n, md5((n % ${TICKETS})::text)::uuid, n / ${TICKETS}, $2, $3, 0, 0,
              CASE WHEN $3 = 'PENDING' AND n < $4::bigint + ${TICKETS} THEN $6::timestamptz END, now(), $5::timestamptz
         FROM generate_series($4::bigint, $4::bigint + ${count} - 1) n`,
      [webhookId, store.client.id, status, from, ended === '' ? null : ended, DUE],
    );
  await add(5_000, 0, 'DELIVERED', DUE);
  await store.pool.query('ANALYZE webhook_deliveries');
  await add(TICKETS * PENDING_OF_EACH, 5_000, 'PENDING', '');
});
afterAll(() => store.close());

interface Node {
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly Node[];
}

/** The rows that the parts of a plan have passed on or left out. */
const rowsIn = (node: Node): number => {
  const { 'Actual Rows': rows = 0, 'Actual Loops': loops = 0, Plans = [] } = node;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  return (rows + removed) * loops + Plans.reduce((sum, part) => sum + rowsIn(part), 0);
};

/** Runs a statement, takes it back, and returns how many rows the server has looked at. */
async function workOf({ text }: { readonly text: string }, values: readonly unknown[]): Promise<number> {
  let work = 0;
  const undone = new Error('Undone');
  await transact(store.pool, async (tx) => {
    type Row = { readonly 'QUERY PLAN': readonly { readonly Plan: Node }[] };
    const [row] = await rowsOf<Row>(tx, { text: `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values });
    work = (row?.['QUERY PLAN'] ?? []).reduce((sum, { Plan }) => sum + rowsIn(Plan), 0);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return work;
}

const COUNT = 20;
const tickets = async () =>
  (
    await store.pool.query<{ id: string; ticket_id: string }>(
      `SELECT id, ticket_id FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL ORDER BY position LIMIT ${COUNT}`,
    )
  ).rows;
const times = <T>(value: T): readonly T[] => Array.from({ length: COUNT }, () => value);

test.each<[string, { readonly text: string }, () => Promise<readonly unknown[]>]>([
  ['claims', CLAIM_DELIVERIES, async () => [[webhookId], [COUNT], DUE, LATER, COUNT]],
  [
    'records attempts at',
    RECORD_ATTEMPTS,
    async () => {
      const ids = (await tickets()).map(({ id }) => id);
      const none = times(null);
      return [
        ids,
        times(0),
        times('DELIVERED'),
        none,
        times(true),
        times(200),
        none,
        times(5),
        none,
        times(true),
        LATER,
      ];
    },
  ],
  [
    'finds the next after',
    ARRANGE_DELIVERIES,
    async () => [times(webhookId), (await tickets()).map(({ ticket_id }) => ticket_id), LATER],
  ],
  [
    'adds',
    ADD_DELIVERIES,
    async () => {
      const added = (await tickets()).map(({ ticket_id }, n) => ({
        id: newId(),
        webhook_id: webhookId,
        position: 100_000 + n,
        ticket_id,
        event_number: 9,
        client_id: store.client.id,
      }));
      return [[webhookId], JSON.stringify(added), LATER];
    },
  ],
])('%s a few deliveries without looking at all that are pending', async (_, statement, values) => {
  expect(await workOf(statement, await values())).toBeLessThan(TICKETS * PENDING_OF_EACH);
});
