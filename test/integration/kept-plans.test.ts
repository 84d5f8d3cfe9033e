import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rowsOf } from '../../src/adapters/persistence/database/sql';
import { transact } from '../../src/adapters/persistence/database/transact';
import { commands, newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

/** After five runs, the server decides whether it keeps one plan. */
const CHANGES = 8;
/** So many that a plan for one ticket looks cheaper than one for the ten that are assumed. */
const OTHERS = 1_500;

test('a change plans its statements once, and reads no table from end to end although all are small', async () => {
  const opened = submission(newTicket(store.client.id));
  const others = Array.from({ length: OTHERS }, () => submission(newTicket(store.client.id)));
  await store.changeTickets([opened, ...others]);
  await store.pool.query('ANALYZE tickets');
  for (let change = 0; change < CHANGES; change++) {
    const said = { type: 'communicate', direction: 'OUTBOUND', channel: 'EMAIL', body: 'We are on it.' } as const;
    await store.changeTickets([commands(opened.ticketId, [said])]);
  }
  await transact(store.pool, async (tx) => {
    const kept = await rowsOf<{ name: string; custom: number; generic: number }>(tx, {
      text: `SELECT name, custom_plans::int AS custom, generic_plans::int AS generic FROM pg_prepared_statements
              WHERE name IN ('lock-tickets', 'save-tickets') ORDER BY name`,
    });
    const plans = { custom: 5, generic: CHANGES - 5 };
    expect(kept).toEqual([
      { name: 'lock-tickets', ...plans },
      // The submission was saved in the same way.
      { name: 'save-tickets', custom: 5, generic: expect.any(Number) },
    ]);
    for (const executed of [`"lock-tickets" ('{}')`, `"save-tickets" ('[]', '[]', '[]', '[]', '[]', '{}')`]) {
      const plan = await rowsOf(tx, { text: `EXPLAIN EXECUTE ${executed}` });
      expect(JSON.stringify(plan)).toContain('Index');
      expect(JSON.stringify(plan)).not.toContain('Seq Scan');
    }
  });
});
