import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Client } from 'pg';
import { NotifyChannel } from '../../src/adapters/events/notify-channel';
import type { EpochMs } from '../../src/domain/instant';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { untilTrue } from '../support/until';

let database: TestDatabase;
const channels: NotifyChannel[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const channel of channels.splice(0)) await channel.close();
});
afterAll(() => database.drop());

/** The channel of a process, what woke it, and its errors. */
async function openChannel() {
  const wakes: (EpochMs | null)[] = [];
  const errors: unknown[] = [];
  const channel = new NotifyChannel({
    url: database.url,
    onWake: (at) => wakes.push(at),
    onPlaced: () => undefined,
    onError: (error) => errors.push(error),
  });
  channels.push(channel);
  await channel.open();
  return { channel, wakes, errors };
}

/** Lets the first NOTIFY fail as if the one of another process was waiting for its disk. */
function lockFirstNotify(): () => number {
  const query = Client.prototype.query as (...args: unknown[]) => unknown;
  let sent = 0;
  jest.spyOn(Client.prototype as { query: typeof query }, 'query').mockImplementation(function (
    this: unknown,
    ...args: unknown[]
  ) {
    if (!`${args[0]}`.startsWith('NOTIFY')) return query.apply(this, args);
    sent += 1;
    if (sent > 1) return query.apply(this, args);
    const error = new Error('canceling statement due to lock timeout');
    return Promise.reject(Object.assign(error, { code: '55P03', severity: 'ERROR' }));
  });
  return () => sent;
}

test('a notification that waits too long for that of another process is sent again, with its deadline', async () => {
  const [here, there] = [await openChannel(), await openChannel()];
  const sent = lockFirstNotify();
  here.channel.notify(1_764_000_000_000);
  await untilTrue(() => there.wakes.length > 1);
  expect(there.wakes).toEqual([null, 1_764_000_000_000]);
  expect(sent()).toBe(2);
  // It has kept its connection: a new one wakes it, because it may have missed something.
  expect(here).toMatchObject({ wakes: [null], errors: [] });
});
