import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AwaitedReplies } from '../../src/adapters/persistence/tickets/awaited-replies';
import { HOUR_MS } from '../../src/domain/instant';
import type { Command } from '../../src/domain/ticket/commands';
import { commands, everything, MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;

beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const message = (direction: 'INBOUND' | 'OUTBOUND', automatic?: true): Command => ({
  type: 'communicate',
  direction,
  channel: 'EMAIL',
  body: 'b',
  ...(automatic === undefined ? {} : { automatic }),
});
const [IN, OUT, AUTOMATIC] = [message('INBOUND'), message('OUTBOUND'), message('OUTBOUND', true)];
const CALL: Command = { type: 'recordCall', note: null };

/** A ticket with one command on each full hour after its opening. */
async function lived(...steps: readonly Command[]): Promise<string> {
  const opened = submission(newTicket(store.client.id), { at: MONDAY });
  await store.changeTickets([opened]);
  for (const [index, step] of steps.entries()) {
    await store.changeTickets([commands(opened.ticketId, [step], { at: MONDAY + (index + 1) * HOUR_MS })]);
  }
  return opened.ticketId;
}
const sinceOf = async (id: string) => (await store.reader.ticketById(everything, id))?.awaitingReplySince;

test.each<[string, readonly Command[], number | null]>([
  ['no message', [], null],
  ['an unanswered message', [IN, IN], 1],
  ['an answered call', [CALL, OUT], null],
  ['a message after the answer', [IN, OUT, CALL, IN], 3],
  ['an automatic message', [IN, AUTOMATIC], 1],
])('%s: what an older process left is corrected as the log says', async (_, steps, hour) => {
  const id = await lived(...steps);
  const expected = hour === null ? null : MONDAY + hour * HOUR_MS;
  expect(await sinceOf(id)).toBe(expected);
  for (const wrong of [null, new Date(MONDAY).toISOString()]) {
    if (steps.length === 0 && wrong !== null) continue;
    await store.pool.query('UPDATE tickets SET awaiting_reply_since = $1 WHERE id = $2', [wrong, id]);
    await store.pool.query(`UPDATE log_followers SET position = 0 WHERE name = 'replies'`);
    while (!(await new AwaitedReplies(store.pool).advance()));
    expect(await sinceOf(id)).toBe(expected);
  }
});

test('a row that is right is not written', async () => {
  const id = await lived(IN);
  const row = () => store.pool.query('SELECT xmin::text FROM tickets WHERE id = $1', [id]).then(({ rows }) => rows);
  const before = await row();
  while (!(await new AwaitedReplies(store.pool).advance()));
  expect(await row()).toEqual(before);
});
