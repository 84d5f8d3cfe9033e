import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DEMO_ACTOR, DEMO_CLIENT, removalText } from '../../src/adapters/cli/ticket/demo';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { removeImportedClient } from '../../src/adapters/persistence/maintenance/remove-imported-client';
import { SYSTEM } from '../../src/domain/actor';
import { AGENT, commands, MONDAY, newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;
let name: string;
let clientId: string;
let imported: string;
let number: number;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  name = randomUUID();
  clientId = (await createClientAccounts(store).ensureClient(name)).id;
  const change = submission(newTicket(clientId), { at: MONDAY, actor: DEMO_ACTOR });
  imported = change.ticketId;
  const [changed] = await store.changeTickets([change]);
  number = changed?.ticket?.number ?? 0;
});

const remove = () => removeImportedClient(store.owner.pool, name, DEMO_ACTOR);
const rows = async (): Promise<unknown> =>
  store.dataSource.query(
    'SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM tickets), (SELECT count(*) FROM clients)',
  );

/** The removal is refused for a ticket, and changes nothing. */
async function expectRefusal(ticket: number): Promise<void> {
  const before = await rows();
  const removal = await remove();
  expect(removal).toEqual({ done: 'IN_USE', tickets: [ticket] });
  expect(await rows()).toEqual(before);
  expect(() => removalText(removal, 'the database')).toThrow(
    `Nothing was removed: others have worked on 1 ticket of “${DEMO_CLIENT}”, or opened it (${ticket}).`,
  );
  await expect(store.dataSource.query('DELETE FROM events')).rejects.toThrow('append-only');
}

test('what an import and the service have made is removed', async () => {
  await store.changeTickets([commands(imported, [{ type: 'close', reason: null }], { actor: SYSTEM })]);
  expect(await remove()).toMatchObject({ done: 'REMOVED', tickets: 1 });
  expect(await store.dataSource.query('SELECT FROM tickets WHERE client_id = $1', [clientId])).toEqual([]);
  await expect(store.dataSource.query('DELETE FROM events')).rejects.toThrow('append-only');
  expect(await remove()).toEqual({ done: 'NO_SUCH_CLIENT' });
});

test('nothing is removed after another has worked on a ticket', async () => {
  await store.changeTickets([commands(imported, [{ type: 'assign', assignee: 'Ada' }], { actor: AGENT })]);
  await expectRefusal(number);
});

test('nothing is removed after another has opened a ticket', async () => {
  const [changed] = await store.changeTickets([submission(newTicket(clientId, { followUpOf: imported }))]);
  await expectRefusal(changed?.ticket?.number ?? 0);
});

test('nothing is removed if a ticket of another client follows one up', async () => {
  const [changed] = await store.changeTickets([submission(newTicket(store.client.id))]);
  const other = changed?.ticket?.number ?? 0;
  await store.dataSource.query('UPDATE tickets SET follow_up_of = $1 WHERE number = $2', [imported, other]);
  await expectRefusal(other);
});
