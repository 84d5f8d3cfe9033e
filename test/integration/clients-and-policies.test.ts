import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { createClientAccounts } from '../../src/adapters/persistence/clients';
import { createPolicies, NoPolicyPublished } from '../../src/adapters/persistence/policies';
import { policyFingerprint } from '../../src/adapters/policy/fingerprint';
import { document, openStore, type TestStore } from '../support/store';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

test('a client is made once, however many ask for it; names are case-sensitive', async () => {
  const clients = createClientAccounts(store);
  const made = await Promise.all(Array.from({ length: 10 }, () => clients.ensureClient('New')));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(await clients.clientNamed('New')).toEqual(made[0]);
  expect(await clients.clientNamed('new')).toBeNull();
});

test('an account is opened once under an id, and never under the name of another', async () => {
  const clients = createClientAccounts(store);
  const opened = await clients.openClient(newId(), 'Opened');
  expect(opened).toMatchObject({ name: 'Opened' });
  expect(await clients.openClient(opened?.id ?? '', 'Renamed')).toEqual(opened);
  expect(await clients.openClient(newId(), 'Opened')).toBeNull();
});

test('the same document is published once, another as the next version, and both stay', async () => {
  const process = () => createPolicies({ ...store, policyId: document.id, staleMs: 50 });
  const [one, two] = [process(), process()];
  const changed = { ...document, title: 'Changed' };
  const publish = (policies: typeof one) => policies.publish(changed.id, policyFingerprint(changed), () => changed);
  expect((await one.current(null)).version).toBe(1);
  const published = await Promise.all([publish(one), publish(two), publish(one), publish(process())]);
  expect(published.map(({ version }) => version)).toEqual([2, 2, 2, 2]);
  expect((await one.versions()).map(({ id, version }) => [id, version])).toEqual([
    [document.id, 1],
    [document.id, 2],
  ]);
  await sleep(60);
  expect(await two.current(null)).toMatchObject({ version: 2, title: 'Changed' });
  const first = await two.version(document.id, 1);
  expect(first?.title).toBe(document.title);
  expect(await two.version(document.id, 1)).toBe(first);
  expect(await two.version(document.id, 3)).toBeNull();
  expect((await two.publish(document.id, policyFingerprint(document), () => document)).version).toBe(3);
  expect((await two.version(document.id, 3))?.version).toBe(3);
});

test('nothing can be opened before a policy is published', async () => {
  const policies = createPolicies({ ...store, policyId: 'none' });
  await expect(policies.current(null)).rejects.toBeInstanceOf(NoPolicyPublished);
});
