import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openFeed, type RunningFeed } from '../../src/adapters/events/feed';
import { createClientAccounts } from '../../src/adapters/persistence/clients/postgres-clients';
import { DeadlineWatch } from '../../src/application/deadlines/deadline-watch';
import type { Caller } from '../../src/application/ports/caller';
import type { Client } from '../../src/application/ports/clients';
import { MINUTE_MS } from '../../src/domain/instant';
import { SEV1 } from '../support/impacts';
import { everything, newTicket, openStore, seeing, submission, type TestStore } from '../support/store';

let store: TestStore;
let feed: RunningFeed;
let other: Client;

beforeEach(async () => {
  store = await openStore();
  other = await createClientAccounts(store).ensureClient('Other');
  feed = await openFeed({ pool: store.pool, url: store.url, pollMs: 10 });
});
afterEach(async () => {
  await feed.close();
  await store.close();
});

const open = async (client: Client): Promise<string> => {
  const change = submission(newTicket(client.id, { impacts: SEV1 }));
  await store.changeTickets([change]);
  return change.ticketId;
};

/** Watches RESPONSE, which SEV1 has within 15 minutes; the clock stands still. */
const watch = (caller: Caller): DeadlineWatch =>
  new DeadlineWatch(
    { ...store, feed },
    {
      caller,
      lead: 20 * MINUTE_MS,
      query: { kinds: ['RESPONSE'], severity: null, ticket: null, client: null, assignee: null },
      matches: (_ticket, kind) => kind === 'RESPONSE',
      isRelevant: () => true,
    },
  );
const nextOf = async (of: DeadlineWatch): Promise<string> => (await of.next()).value.ticket.id;

test('a caller who may not see a ticket does not receive its deadline, neither at the start nor later', async () => {
  const [mine, theirs] = [await open(store.client), await open(other)];
  const all = watch(everything);
  const some = watch(seeing(other.id));
  expect([await nextOf(all), await nextOf(all)]).toEqual([mine, theirs]);
  expect(await nextOf(some)).toBe(theirs);
  const [mineToo, theirsToo] = [await open(store.client), await open(other)];
  expect([await nextOf(all), await nextOf(all)]).toEqual([mineToo, theirsToo]);
  expect(await nextOf(some)).toBe(theirsToo);
  await Promise.all([all.return(), some.return()]);
});

test('more deadlines than a page holds are received once each, in order', async () => {
  const ids: string[] = [];
  for (let round = 0; round < 25; round++) {
    store.clock.move(1_000);
    const changes = Array.from({ length: 10 }, () => submission(newTicket(store.client.id, { impacts: SEV1 })));
    await store.changeTickets(changes);
    ids.push(...changes.map(({ ticketId }) => ticketId));
  }
  const all = watch(everything);
  const received: string[] = [];
  while (received.length < ids.length) received.push(await nextOf(all));
  expect(received).toEqual(ids);
  await all.return();
});
