import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { createPolicies } from '../../src/adapters/persistence/policies/postgres-policies';
import { createTicketStore } from '../../src/adapters/persistence/tickets/postgres-ticket-store';
import { OWN_WORK } from '../../src/application/ports/caller';
import { createChangeTickets } from '../../src/application/tickets/change-tickets';
import { CIMCLOUD_DOCUMENT } from '../support/policies';
import { AGENT, lockingAt, newTicket, openStore, submission, type TestStore } from '../support/store';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const insert = (id: string, stored: unknown) =>
  store.pool.query(
    `INSERT INTO policy_versions (id, version, document, fingerprint, published_at, configured)
     VALUES ($1, 1, $2, 'none', now(), false)`,
    [id, JSON.stringify(stored)],
  );

const policies = () => createPolicies({ ...store, policyId: CIMCLOUD_DOCUMENT.id });

test('a version from before `loweringApproval` existed has the default', async () => {
  const { loweringApproval: _, ...before } = CIMCLOUD_DOCUMENT;
  await insert('old', { ...before, id: 'old' });
  expect(await policies().version(OWN_WORK, 'old', 1)).toMatchObject({ loweringApproval: 'OVERRIDES' });
});

test('a policy that is damaged is an error for its client, and tickets of others are opened', async () => {
  const client = await createClientAccounts(store).openClient(newId(), 'Gold');
  if (client === null) throw new Error('not opened');
  await insert('gold', { ...CIMCLOUD_DOCUMENT, id: 'gold' });
  const terms = { clientId: client.id, policy: 'gold', calendars: {} };
  expect(await policies().setTerms(terms, AGENT, null)).toBeNull();
  await store.pool.query(`UPDATE policy_versions SET document = document - 'marks' WHERE id = 'gold'`);

  const damaged = 'Version 1 of the policy gold cannot be read: marks is missing; it takes a list';
  const opened = policies();
  await expect(opened.current(client.id)).rejects.toThrow(damaged);
  await expect(opened.version(OWN_WORK, 'gold', 1)).rejects.toThrow(damaged);
  await expect(opened.setTerms(terms, AGENT, null)).rejects.toThrow(damaged);
  expect(await opened.current(null)).toMatchObject({ id: CIMCLOUD_DOCUMENT.id });

  const changeTickets = createChangeTickets({
    ...store,
    store: lockingAt(store.clock, createTicketStore({ pool: store.pool, onCommitted: () => undefined })),
    policies: opened,
  });
  await expect(changeTickets([submission(newTicket(client.id))])).rejects.toThrow(damaged);
  const [other] = await changeTickets([submission(newTicket(store.client.id))]);
  expect(other).toMatchObject({ refused: null, ticket: { policyId: CIMCLOUD_DOCUMENT.id } });
});
